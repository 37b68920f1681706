package io.github.camelzendesk.example.ratings;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.Main;

/**
 * Rates the tickets of a CSV file for their customers. The work is in {@code routes.camel.yaml}; this starts it, and ends with
 * 0 when all rows are done, 1 when some are not, 2 when it could not begin.
 */
public final class BulkRatings {

    private BulkRatings() {
    }

    public static void main(String[] args) throws Exception {
        String token = System.getenv("ZENDESK_TOKEN");
        String subdomain = System.getenv("ZENDESK_SUBDOMAIN");
        String uri = System.getenv("ZENDESK_URI");
        if (args.length < 1 || args.length > 2 || token == null || (subdomain == null) == (uri == null)) {
            System.err.println("""
                    usage: bulk-ratings FILE.csv [FOLDER]
                      FILE.csv  with the columns ticket, customer, score, comment
                      FOLDER    where failures.csv, unknown.csv and the ledger are kept; by default beside the file
                    environment: ZENDESK_TOKEN, and ZENDESK_SUBDOMAIN or ZENDESK_URI""");
            System.exit(2);
        }
        Path file = Path.of(args[0]).toAbsolutePath();
        Path folder = args.length > 1 ? Path.of(args[1]).toAbsolutePath() : file.getParent();
        Map<String, String> account = new HashMap<>();
        account.put("zendesk.token", token);
        account.put(subdomain != null ? "camel.component.zendesk-obo.subdomain" : "camel.component.zendesk-obo.base-uri",
                subdomain != null ? subdomain : uri);
        System.exit(run(file, folder, account));
    }

    static int run(Path file, Path folder, Map<String, String> account) throws Exception {
        Rows rows;
        try {
            rows = Rows.of(file);
            Files.createDirectories(folder);
        } catch (IOException e) {
            System.err.println(e instanceof NoSuchFileException ? "there is no file " + e.getMessage() : e.getMessage());
            return 2;
        }
        Progress progress = new Progress(rows.total(), terminal(), System.out, InstantSource.system());
        CountDownLatch over = new CountDownLatch(1);
        Thread ctrlC = new Thread(() -> finish(rows, over));
        Runtime.getRuntime().addShutdownHook(ctrlC);
        try (Report failures = Report.anew(folder.resolve("failures.csv"), rows.columns());
                Report unknown = Report.goingOn(folder.resolve("unknown.csv"))) {
            Main camel = new Main();
            account.forEach(camel::addInitialProperty);
            camel.addInitialProperty("ratings.folder", folder.toString());
            camel.addInitialProperty("progress.period", terminal() ? "200" : "3000");
            camel.bind("progress", progress);
            camel.bind("failures", failures);
            camel.bind("unknown", unknown);
            camel.configure().setRoutesIncludePattern("classpath:routes.camel.yaml");
            try {
                // opens the ledger, and fails if another run has it
                camel.start();
                failures.open();
                unknown.open();
            } catch (Exception e) {
                System.err.println("cannot begin: " + rootCause(e).getMessage());
                camel.stop();
                return 2;
            }
            try (ProducerTemplate messages = camel.getCamelContext().createProducerTemplate()) {
                messages.sendBody("direct:rate-all", rows);
            } finally {
                camel.stop();
            }
            unknown.publish();
            if (progress.missing() == 0) {
                failures.publish();
            }
            return told(progress, rows);
        } finally {
            over.countDown();
            if (!rows.stopped()) {
                Runtime.getRuntime().removeShutdownHook(ctrlC);
            }
        }
    }

    private static int told(Progress progress, Rows rows) {
        progress.show();
        System.out.println((terminal() ? System.lineSeparator() : "") + progress.summary());
        if (rows.stopped()) {
            System.out.println("stopped with " + progress.missing() + " rows to go: run it again");
        } else if (progress.missing() > 0) {
            System.out.println("the log tells what became of " + progress.missing() + " more: run it again");
        }
        return progress.complete() ? 0 : 1;
    }

    private static Throwable rootCause(Throwable e) {
        return e.getCause() == null ? e : rootCause(e.getCause());
    }

    /** Ctrl-C: what is under way is finished, and no more is begun. */
    private static void finish(Rows rows, CountDownLatch over) {
        rows.stop();
        try {
            over.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From Java 22 on there is a console without a terminal too. */
    private static boolean terminal() {
        Console console = System.console();
        try {
            return console != null && (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
