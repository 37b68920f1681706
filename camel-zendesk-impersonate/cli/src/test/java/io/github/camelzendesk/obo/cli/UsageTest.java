package io.github.camelzendesk.obo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class UsageTest {

    private static final Path REFERENCE = Path.of("../../docs/reference/cli.md");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private static Terminal terminal(StringWriter out, StringWriter err) {
        return new Terminal(
                new PrintWriter(out, true), new PrintWriter(err, true), new BufferedReader(new StringReader("")), name -> null,
                question -> null, address -> false, InstantSource.system());
    }

    private int run(String... arguments) {
        return ZendeskObo.run(terminal(out, err), arguments);
    }

    static Stream<CommandLine> commands() {
        CommandLine whole = ZendeskObo.commandLine(terminal(new StringWriter(), new StringWriter()));
        return Stream.concat(Stream.of(whole), whole.getSubcommands().values().stream());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theReferenceShowsTheUsageAsItIs(CommandLine command) throws IOException {
        String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF).replace(System.lineSeparator(), "\n").stripTrailing();
        assertThat(Files.readString(REFERENCE)).contains("```\n" + usage + "\n```");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theReferenceNamesEveryOption(CommandLine command) throws IOException {
        String reference = Files.readString(REFERENCE);
        assertThat(command.getCommandSpec().options()).allSatisfy(option -> assertThat(reference).contains(option.longestName()));
    }

    @Test
    void theReferenceNamesEveryCheckOfTheDoctor() throws IOException {
        String reference = Files.readString(REFERENCE);
        assertThat(Checkup.CHECKS).allSatisfy(check -> assertThat(reference).contains("| `" + check + "` |"));
    }

    @Test
    void withoutACommandItNamesThem() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("authorize, doctor, revoke, rekey, stand-in").contains("zendesk-obo --help");
    }

    @Test
    void helpIsOfTheStatusZeroAndOnStandardOutput() {
        assertThat(run("doctor", "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: zendesk-obo doctor");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--token=very-secret", "--client-secret=very-secret", "--password=very-secret"})
    void aSecretAsAnArgumentIsNotRepeated(String argument) {
        assertThat(run("doctor", "--subdomain", "acme", "--token-file", "f", argument)).isEqualTo(2);
        assertThat(err.toString()).contains("A secret is never an argument").doesNotContain("very-secret");
    }

    @Test
    void anArgumentTooManyIsNotRepeated() {
        assertThat(run("doctor", "--subdomain", "acme", "--token-file", "f", "very-secret")).isEqualTo(2);
        assertThat(err.toString()).contains("an argument too many").doesNotContain("very-secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme/../x", "a b", "{{subdomain}}", ""})
    void aWrongSubdomainIsSaidWithTheRemedy(String subdomain) {
        assertThat(run("doctor", "--subdomain", subdomain, "--token-file", "f")).isEqualTo(2);
        assertThat(err.toString()).contains("The value of --subdomain is not valid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://acme.zendesk.com", "http://10.0.0.1:8089", "https://acme.zendesk.com/api", "ftp://localhost"})
    void anAddressThatWouldTellTheTokenToOthersIsRefused(String uri) {
        assertThat(run("doctor", "--base-uri", uri, "--token-file", "f")).isEqualTo(2);
        assertThat(err.toString()).contains("The value of --base-uri is not valid");
    }

    @Test
    void anAccountIsNamedOnceAndOnlyOnce() {
        assertThat(run("doctor", "--token-file", "f")).isEqualTo(2);
        assertThat(run("doctor", "--subdomain", "acme", "--base-uri", "https://acme.zendesk.com", "--token-file", "f")).isEqualTo(2);
        assertThat(run("doctor", "--subdomain", "acme")).isEqualTo(2);
        assertThat(run("doctor", "--subdomain", "acme", "--store", "d")).isEqualTo(2);
        assertThat(run("doctor", "--subdomain", "acme", "--token-file", "f", "--store", "d", "--key-file", "k", "--client-id", "c"))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"30", "abc", "-5m", "1.5h", "PT30M", "99999999999999d"})
    void aTimeIsANumberAndAUnit(String time) {
        assertThat(run("stand-in", "--latency=" + time)).isEqualTo(2);
        assertThat(err.toString()).contains("The value of --latency is not valid").contains("30m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--token-lifetime=1m", "--token-lifetime=3d", "--refresh-lifetime=1d", "--refresh-lifetime=100d",
            "--redirect-port=0", "--redirect-port=70000", "--redirect-port=x", "--wait=6m", "--wait=0s"})
    void whatZendeskOrTheCommandWouldNotTakeIsWrongUsage(String option) {
        assertThat(run("authorize", "--subdomain", "acme", "--client-id", "c", "--store", "d", "--key-file", "k", option)).isEqualTo(2);
        assertThat(err.toString()).doesNotContain("fault of zendesk-obo").containsPattern("--|Lifetime");
    }

    @Test
    void aClientIdWithBlanksIsWrongUsage() {
        assertThat(run("doctor", "--subdomain", "acme", "--store", "d", "--key-file", "k", "--client-id", "My client")).isEqualTo(2);
    }

    @Test
    void anArgumentWithAnAtIsNotTheNameOfAFile() throws IOException {
        Path file = Files.createTempFile("arguments", "");
        Files.writeString(file, "--version");
        assertThat(run("@" + file)).isEqualTo(2);
        Files.delete(file);
    }
}
