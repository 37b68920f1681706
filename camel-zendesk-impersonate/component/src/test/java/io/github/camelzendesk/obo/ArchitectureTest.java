package io.github.camelzendesk.obo;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Three packages, dependencies one way, and one place where requests go out. */
class ArchitectureTest {

    private static final String ROOT = "io.github.camelzendesk.obo";
    private static final String CLIENT = ROOT + ".client";
    private static final String TOKEN = ROOT + ".token";

    private static final JavaClasses CLASSES
            = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(ROOT);

    @Test
    void dependenciesGoFromTheRootToTheClientToTheToken() {
        layeredArchitecture().consideringOnlyDependenciesInLayers()
                .layer("root").definedBy(ROOT, ROOT + ".builder..", ROOT + ".dsl..")
                .layer("client").definedBy(CLIENT + "..")
                .layer("token").definedBy(TOKEN + "..")
                .whereLayer("root").mayNotBeAccessedByAnyLayer()
                .whereLayer("client").mayOnlyBeAccessedByLayers("root")
                .whereLayer("token").mayOnlyBeAccessedByLayers("root", "client")
                .check(CLASSES);
    }

    @Test
    void onlyTheRootKnowsCamel() {
        noClasses().that().resideInAnyPackage(CLIENT + "..", TOKEN + "..")
                .should().dependOnClassesThat().resideInAnyPackage("org.apache.camel..").check(CLASSES);
    }

    @Test
    void onlyTheClientKnowsTheHttpLibrary() {
        noClasses().that().resideOutsideOfPackage(CLIENT + "..")
                .should().dependOnClassesThat().resideInAnyPackage("org.apache.hc..").check(CLASSES);
    }

    @Test
    void thereIsNoOtherWayOut() {
        noClasses().should().dependOnClassesThat(
                resideInAnyPackage("java.net.http..", "sun.net..").or(openers())).check(CLASSES);
    }

    /** URL, URLConnection and sockets; what only names an address or a failure is no way out. */
    private static DescribedPredicate<JavaClass> openers() {
        return resideInAPackage("java.net").and(new DescribedPredicate<>("open connections") {
            @Override
            public boolean test(JavaClass type) {
                return type.getSimpleName().matches("URL|.*URLConnection|Socket|ServerSocket|DatagramSocket");
            }
        });
    }

    @Test
    void onlyTheTokenPackageBuildsRequestsWithoutAUser() {
        noClasses().that().resideOutsideOfPackage(TOKEN + "..")
                .should().callConstructor(io.github.camelzendesk.obo.token.TokenWire.Request.class, String.class,
                        io.github.camelzendesk.obo.token.Origin.class, String.class,
                        io.github.camelzendesk.obo.token.AccessToken.class, String.class)
                .check(CLASSES);
    }

    @Test
    void noClassIsNamedForWantOfAName() {
        // what Camel generates has the names that Camel gives it
        noClasses().that().resideOutsideOfPackages(ROOT + ".builder..", ROOT + ".dsl..").should().haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)").check(CLASSES);
    }
}
