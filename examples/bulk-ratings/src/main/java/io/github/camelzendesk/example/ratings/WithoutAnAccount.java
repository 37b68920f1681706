package io.github.camelzendesk.example.ratings;

import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.commons.csv.CSVPrinter;

import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.Ticket;
import io.github.camelzendesk.standin.User;

/**
 * The same against a stand-in for Zendesk on this machine, with 60 rows of which some are wrong. Looks at what arrived there,
 * and ends with 0 when it is what it should be.
 */
public final class WithoutAnAccount {

    private static final int GOOD = 52;

    private WithoutAnAccount() {
    }

    /** @param args the folder that it may empty and fill */
    public static void main(String[] args) throws Exception {
        Path folder = empty(Path.of(args[0]).toAbsolutePath());
        try (StandIn zendesk = StandIn.start()) {
            // some of them will have to wait
            zendesk.switches().rateLimit(400);
            System.out.println("stand-in for Zendesk on " + zendesk.baseUri() + ", files in " + folder);
            List<String> expected = new ArrayList<>();
            Path file = write(folder.resolve("ratings.csv"), zendesk, expected);
            Map<String, String> account = Map.of(
                    "camel.component.zendesk-obo.base-uri", zendesk.baseUri().toString(), "zendesk.token", Sample.TOKEN);

            System.out.println();
            System.out.println("Rated, 8 rows of which are wrong:");
            int first = BulkRatings.run(file, folder, account);
            System.out.println();
            System.out.println("failures.csv:");
            Files.readAllLines(folder.resolve("failures.csv")).forEach(line -> System.out.println("  " + line));
            System.out.println();
            System.out.println("Run once more, which sends the failed ones only:");
            int second = BulkRatings.run(file, folder, account);

            List<String> arrived = zendesk.journal().requests().stream().map(JournalEntry::line)
                    .filter(line -> line.endsWith(" 200")).sorted().toList();
            boolean right = arrived.equals(expected.stream().sorted().toList()) && first == 1 && second == 1;
            System.out.println();
            System.out.println(right ? arrived.size() + " ratings arrived, each once and as its customer's"
                    : "DIFFERS: " + arrived + " arrived instead of " + expected);
            System.exit(right ? 0 : 1);
        }
    }

    private static Path write(Path file, StandIn zendesk, List<String> expected) throws Exception {
        try (BufferedWriter writer = Files.newBufferedWriter(file); CSVPrinter csv = new CSVPrinter(writer, Rows.FORMAT)) {
            csv.printRecord("ticket", "customer", "score", "comment");
            for (int i = 1; i <= GOOD; i++) {
                User customer = zendesk.world().endUser("customer" + i % 20 + "@example.com");
                Ticket ticket = zendesk.world().ticket(customer, Ticket.Status.SOLVED);
                String comment = i % 3 == 0 ? "" : i % 3 == 1 ? "Thank you, \"really\"" : "Quick.\nAnd friendly";
                csv.printRecord(ticket.id(), customer.email(), i % 5 == 0 ? "bad" : "good", comment);
                expected.add("as " + customer.email() + " POST /api/v2/tickets/" + ticket.id() + "/satisfaction_rating -> 200");
            }
            csv.printRecord(Sample.JANES_SOLVED_TICKET, "", "good", "whose?");
            csv.printRecord(Sample.JANES_SOLVED_TICKET, "jane@example.com, raj@example.com", "good", "two customers");
            csv.printRecord(Sample.JANES_SOLVED_TICKET, "ghost@example.com", "good", "nobody Zendesk knows");
            csv.printRecord(Sample.JANES_SOLVED_TICKET, Sample.RAJ, "good", "not his ticket");
            csv.printRecord(Sample.JANES_OPEN_TICKET, Sample.JANE, "good", "not solved");
            csv.printRecord(Sample.JANES_SOLVED_TICKET, Sample.JANE, "splendid", "no such score");
            csv.printRecord("../users/1", Sample.JANE, "good", "no ticket");
            csv.flush();
            writer.write(Sample.JANES_SOLVED_TICKET + "," + Sample.JANE + ",good,fast, and without quotes\r\n");
        }
        return file;
    }

    private static Path empty(Path folder) throws Exception {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        return folder;
    }
}
