package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of known faults names tests that exist. */
class KnownFaultsTest {

    private static final Path TABLE = Path.of("../../docs/design/known-faults.md");
    private static final Pattern ROW = Pattern.compile("\\| \\[(ZOBO-\\d+)]\\(.*\\| ([^|]+) \\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");

    static List<Arguments> namedTests() throws IOException {
        return Files.readAllLines(TABLE).stream().map(ROW::matcher).filter(Matcher::matches)
                .flatMap(row -> TEST.matcher(row.group(2)).results()
                        .map(test -> Arguments.of(row.group(1), test.group(1), test.group(2))))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("namedTests")
    void theTestOfAFaultExists(String fault, String type, String method) throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
            Path source = sources.filter(file -> file.endsWith(type + ".java")).findFirst().orElseThrow();
            assertThat(Files.readString(source)).as(fault).contains("void " + method + "(");
        }
    }

    @Test
    void everyFaultHasATestOrSaysWhatItWaitsFor() throws IOException {
        List<String> rows = Files.readAllLines(TABLE).stream().filter(line -> line.startsWith("| [ZOBO-")).toList();

        assertThat(rows).hasSizeGreaterThan(80).allSatisfy(
                row -> assertThat(row).containsPattern("\\| (`\\w+Test\\.\\w+`(, )?)+ \\|$|\\| not yet: [\\w ]+ \\|$"));
    }
}
