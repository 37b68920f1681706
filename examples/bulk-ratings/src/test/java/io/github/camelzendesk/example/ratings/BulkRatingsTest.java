package io.github.camelzendesk.example.ratings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.commons.csv.CSVPrinter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.StandInExtension;
import io.github.camelzendesk.standin.Ticket;

/** The file is rated to its end, whatever is wrong with rows, with Zendesk and with the process, and no row twice. */
class BulkRatingsTest {

    private static final String RATING = "/api/v2/tickets/{id}/satisfaction_rating";

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    @TempDir
    private Path folder;

    private StandIn zendesk;
    private Path file;

    @BeforeEach
    void start() {
        zendesk = ZENDESK.standIn();
        file = folder.resolve("ratings.csv");
    }

    @Test
    void eachGoodRowIsRatedAsItsCustomersAndEachBadOneFailsAlone() throws Exception {
        zendesk.switches().rateLimit(400);
        List<List<String>> rows = good(52);
        rows.addAll(bad());
        write(file, rows);

        assertThat(run(file)).isEqualTo(1);

        assertThat(rated()).isEqualTo(tickets(rows.subList(0, 52)));
        JournalEntry first = zendesk.journal().await(entry -> entry.path().contains("/" + rows.get(0).get(0) + "/"));
        assertThat(first.actedAs()).isEqualTo(rows.get(0).get(1));
        assertThat(first.bodyText()).contains("Quick, \\\"really\\\".\\nAnd friendly");
        assertThat(read("failures.csv")).extracting(row -> row.value("comment"))
                .containsExactlyInAnyOrder("whose?", "two customers", "nobody", "not his", "not solved", "no such score", "no ticket", "");
        assertThat(read("failures.csv")).filteredOn(row -> row.problem() == null)
                .allSatisfy(row -> assertThat(row.value("outcome")).isEqualTo("NOT_DONE"));
        assertThat(read("failures.csv")).filteredOn(row -> row.value("comment").equals("nobody"))
                .allSatisfy(row -> assertThat(row.value("request_id")).isNotEmpty());
        assertThat(read("unknown.csv")).isEmpty();
    }

    @Test
    void whatFailedIsFedBackInAndIsDoneWhenItWasMended() throws Exception {
        List<List<String>> rows = good(3);
        rows.addAll(bad());
        write(file, rows);
        run(file);
        assertThat(read("failures.csv")).as(Files.readString(folder.resolve("failures.csv"))).hasSize(8);
        assertThat(rated()).hasSize(3);
        zendesk.journal().clear();
        zendesk.world().ticket(Sample.JANES_OPEN_TICKET).status(Ticket.Status.SOLVED);
        Path failures = folder.resolve("failures.csv");

        assertThat(run(failures)).isEqualTo(1);

        assertThat(rated()).containsOnlyKeys(String.valueOf(Sample.JANES_OPEN_TICKET));
        assertThat(read("failures.csv")).hasSize(7).extracting(row -> row.value("comment")).doesNotContain("not solved");
        assertThat(Files.readAllLines(failures).get(0)).isEqualTo("ticket,customer,score,comment,reason,outcome,request_id");

        write(failures, List.of(row(Sample.JANES_SOLVED_TICKET, Sample.JANE, "good", "corrected")));
        assertThat(run(failures)).isZero();
        assertThat(read("failures.csv")).isEmpty();
    }

    @Test
    void aRowWhoseAnswerWasLostIsReportedAndNeverSentAgain() throws Exception {
        List<List<String>> rows = good(6);
        write(file, rows);
        zendesk.faults().next().path(RATING.replace("{id}", rows.get(2).get(0))).respond(Fault.dropAfterProcessing());
        zendesk.faults().next().path(RATING.replace("{id}", rows.get(4).get(0))).respond(Fault.status(503));

        assertThat(run(file)).isEqualTo(1);
        assertThat(run(file)).isEqualTo(1);
        write(folder.resolve("more.csv"), good(1));
        assertThat(run(folder.resolve("more.csv"))).isZero();

        assertThat(arrivals()).hasSize(7).allSatisfy((ticket, times) -> assertThat(times).isOne());
        assertThat(read("unknown.csv")).extracting(Row::ticket)
                .containsExactlyInAnyOrder(rows.get(2).get(0), rows.get(4).get(0));
        assertThat(read("unknown.csv")).allSatisfy(row -> {
            assertThat(row.value("outcome")).isEqualTo("UNKNOWN");
            assertThat(row.value("reason")).contains("look in Zendesk before sending it again");
        });
        assertThat(read("failures.csv")).isEmpty();
    }

    @Test
    void aRowWhoseAnswerBrokeOffAfterItsSuccessIsDone() throws Exception {
        write(file, good(2));
        zendesk.faults().next().path(RATING).respond(Fault.status(200).json("{\"satisfaction_rating\":{}}").resetInMidBody(5));

        assertThat(run(file)).isZero();
        assertThat(run(file)).isZero();
        assertThat(arrivals()).hasSize(2).allSatisfy((ticket, times) -> assertThat(times).isOne());
    }

    @Test
    void theSameRowTwiceIsRatedOnce() throws Exception {
        List<List<String>> rows = good(2);
        rows.add(rows.get(0));
        rows.add(rows.get(1));
        write(file, rows);

        assertThat(run(file)).isZero();
        assertThat(arrivals()).hasSize(2).allSatisfy((ticket, times) -> assertThat(times).isOne());
    }

    @Test
    void noMoreAreUnderWayThanWereAskedForAndThoseAreUnknownAfterAKill() throws Exception {
        List<List<String>> rows = good(40);
        write(file, rows);
        zendesk.faults().always().path(RATING).respond(Fault.stall());
        try (Run run = Run.start(zendesk, file, 7)) {
            run.until(() -> arrivals().size() >= 7);
            await().during(Duration.ofMillis(700)).until(() -> arrivals().size() == 7);
            run.kill();
        }
        List<String> begun = List.copyOf(arrivals().keySet());
        zendesk.faults().clear();

        assertThat(run(file)).isEqualTo(1);

        assertThat(arrivals()).hasSize(40).allSatisfy((ticket, times) -> assertThat(times).isOne());
        assertThat(read("unknown.csv")).extracting(Row::ticket).containsExactlyInAnyOrderElementsOf(begun);
        assertThat(read("failures.csv")).isEmpty();
    }

    @Test
    void killedAtAnyTimeAndResumedItDoesEachRowOnceOrReportsIt() throws Exception {
        List<List<String>> rows = good(120);
        write(file, rows);
        zendesk.faults().latency(Duration.ofMillis(15));
        for (int killedAt : new int[] { 1, 25, 26, 70, 100 }) {
            try (Run run = Run.start(zendesk, file, 8)) {
                run.until(() -> arrivals().size() >= killedAt);
                run.kill();
            }
        }

        int code = run(file);

        List<String> unknown = read("unknown.csv").stream().map(Row::ticket).toList();
        Map<String, Long> arrived = arrivals();
        assertThat(arrived).allSatisfy((ticket, times) -> assertThat(times).isOne());
        assertThat(arrived.keySet()).as("what did not arrive is reported").containsAll(
                rows.stream().map(row -> row.get(0)).filter(ticket -> !unknown.contains(ticket)).toList());
        assertThat(unknown).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(5 * 8);
        assertThat(code).isEqualTo(unknown.isEmpty() ? 0 : 1);
        assertThat(read("failures.csv")).isEmpty();
    }

    @Test
    void ctrlCLeavesNothingUnknown() throws Exception {
        List<List<String>> rows = good(60);
        write(file, rows);
        zendesk.faults().latency(Duration.ofMillis(100));
        try (Run run = Run.start(zendesk, file, 5)) {
            run.until(() -> arrivals().size() >= 12);
            run.terminate();
            run.end();
            assertThat(run.output()).contains("run it again").doesNotContain(Sample.TOKEN);
        }
        assertThat(arrivals()).hasSizeLessThan(60);

        assertThat(run(file)).isZero();

        assertThat(arrivals()).hasSize(60).allSatisfy((ticket, times) -> assertThat(times).isOne());
        assertThat(read("unknown.csv")).isEmpty();
    }

    @Test
    void aSecondRunBesideTheFirstDoesNotBegin() throws Exception {
        write(file, good(3));
        zendesk.faults().always().path(RATING).respond(Fault.stall());
        try (Run first = Run.start(zendesk, file, 3)) {
            first.until(() -> arrivals().size() >= 3);
            try (Run second = Run.start(zendesk, file, 3)) {
                assertThat(second.end()).isEqualTo(2);
                assertThat(second.output()).contains("cannot begin");
            }
            assertThat(folder.resolve("failures.csv.part")).exists();
            assertThat(folder.resolve("failures.csv")).doesNotExist();
            first.kill();
        }
        assertThat(arrivals()).allSatisfy((ticket, times) -> assertThat(times).isOne());
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "ticket;customer;score\n1;a@example.com;good\n", "ticket,customer,score\n1,\"a@example.com,good\n" })
    void ofAFileThatCannotBeReadNothingIsSentAndTheFailuresStay(String text) throws Exception {
        Files.writeString(file, text);
        Files.writeString(folder.resolve("failures.csv"), "precious");

        assertThat(run(file)).isEqualTo(2);
        assertThat(zendesk.journal().entries()).isEmpty();
        assertThat(folder.resolve("failures.csv")).hasContent("precious");
    }

    @Test
    void aFileInAnotherEncodingIsRefused() throws Exception {
        Files.write(file, "ticket,customer,score,comment\n1,a@example.com,good,sch\u00f6n\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(run(file)).isEqualTo(2);
        assertThat(zendesk.journal().entries()).isEmpty();
    }

    @Test
    void whatSpreadsheetsWriteIsUnderstood() throws Exception {
        String ticket = good(1).get(0).get(0);
        Files.writeString(file, "\uFEFFCustomer,Ticket,Order,Score\r\ncustomer1@example.com," + ticket + ",77,good\r\n\r\n"
                                + "customer1@example.com,1,78,good\r\n");

        assertThat(run(file)).isEqualTo(1);
        assertThat(rated()).containsOnlyKeys(ticket);
        assertThat(Files.readString(folder.resolve("failures.csv")))
                .startsWith("customer,ticket,order,score,reason,outcome,request_id\r\ncustomer1@example.com,1,78,good,");
    }

    // ---- rows

    /** Of so many customers' solved tickets. */
    private List<List<String>> good(int count) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            String customer = "customer" + i % 10 + "@example.com";
            Ticket ticket = zendesk.world().ticket(zendesk.world().endUser(customer), Ticket.Status.SOLVED);
            rows.add(row(ticket.id(), customer, i % 4 == 0 ? "bad" : "good", "Quick, \"really\".\nAnd friendly"));
        }
        return rows;
    }

    private static List<List<String>> bad() {
        return List.of(
                row(Sample.JANES_SOLVED_TICKET, "", "good", "whose?"),
                row(Sample.JANES_SOLVED_TICKET, "jane@example.com, raj@example.com", "good", "two customers"),
                row(Sample.JANES_SOLVED_TICKET, "ghost@example.com", "good", "nobody"),
                row(Sample.JANES_SOLVED_TICKET, Sample.RAJ, "good", "not his"),
                row(Sample.JANES_OPEN_TICKET, Sample.JANE, "good", "not solved"),
                row(Sample.JANES_SOLVED_TICKET, Sample.JANE, "splendid", "no such score"),
                row("../users/1", Sample.JANE, "good", "no ticket"),
                row(Sample.JANES_SOLVED_TICKET, Sample.JANE, "good", "fast", " but without quotes"));
    }

    private static List<String> row(Object... fields) {
        return Arrays.stream(fields).map(String::valueOf).toList();
    }

    private static void write(Path file, List<List<String>> rows) throws IOException {
        try (CSVPrinter csv = new CSVPrinter(Files.newBufferedWriter(file), Rows.FORMAT)) {
            csv.printRecord(Row.COLUMNS);
            csv.printRecords(rows);
        }
    }

    private int run(Path input) throws Exception {
        return BulkRatings.run(input, folder, Map.of(
                "camel.component.zendesk-obo.base-uri", zendesk.baseUri().toString(), "zendesk.token", Sample.TOKEN));
    }

    private List<Row> read(String report) throws IOException {
        List<Row> rows = new ArrayList<>();
        Rows.of(folder.resolve(report)).forEach(rows::add);
        return rows;
    }

    // ---- what arrived

    private static Map<String, Long> tickets(List<List<String>> rows) {
        return rows.stream().collect(Collectors.groupingBy(row -> row.get(0), TreeMap::new, Collectors.counting()));
    }

    /** Tickets that were rated, and how often. */
    private Map<String, Long> rated() {
        return arrived(entry -> entry.status() == 200);
    }

    /** Tickets for which anything arrived, and how often. */
    private Map<String, Long> arrivals() {
        return arrived(entry -> true);
    }

    private Map<String, Long> arrived(Function<JournalEntry, Boolean> which) {
        return zendesk.journal().requests().stream().filter(which::apply).map(entry -> entry.path().split("/")[4])
                .collect(Collectors.groupingBy(ticket -> ticket, TreeMap::new, Collectors.counting()));
    }
}
