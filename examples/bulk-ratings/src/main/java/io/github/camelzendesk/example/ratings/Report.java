package io.github.camelzendesk.example.ratings;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.obo.ZendeskOboException;

/**
 * A CSV file of rows that were not done, or perhaps not, with the reason beside each. It can be an input again, which ignores
 * what was added. Thread-safe.
 */
public final class Report implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(Report.class);
    static final List<String> ADDED = List.of("reason", "outcome", "request_id");

    private final Path file;
    private final Path written;
    private final List<String> columns;
    private final boolean goesOn;
    private final Set<String> keys = new HashSet<>();
    private @Nullable CSVPrinter out;

    private Report(Path file, List<String> columns, boolean goesOn) {
        this.file = file;
        this.written = file.resolveSibling(file.getFileName() + ".part");
        this.columns = columns;
        this.goesOn = goesOn;
    }

    /** One of this run. */
    static Report anew(Path file, List<String> columns) {
        return new Report(file, columns, false);
    }

    /** One that keeps what earlier runs reported. */
    static Report goingOn(Path file) {
        return new Report(file, Row.COLUMNS, true);
    }

    synchronized void open() throws IOException {
        out = new CSVPrinter(Files.newBufferedWriter(written), Rows.FORMAT);
        List<String> header = new ArrayList<>(columns);
        header.addAll(ADDED);
        out.printRecord(header);
        if (goesOn && Files.exists(file)) {
            for (Row row : Rows.of(file)) {
                add(row, row.value("reason"), row.value("outcome"), row.value("request_id"));
            }
        }
        out.flush();
    }

    /** Gives the file its name. Until then one of that name may be the input, and whatever ends the run leaves it whole. */
    synchronized void publish() throws IOException {
        close();
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What is wrong with it shows before it is sent. */
    public void refused(Row row) {
        add(row, String.valueOf(row.problem()), "NOT_DONE", "");
    }

    /** An earlier run ended before it knew. */
    public void interrupted(Row row) {
        add(row, "an earlier run began it and did not come to know what became of it", "UNKNOWN", "");
    }

    public void notBegun(Row row, Exception why) {
        LOG.warn("a row could not be begun", why);
        add(row, "the ledger failed with " + why.getClass().getName() + ": nothing was sent", "NOT_DONE", "");
    }

    public void failed(Row row, Exception why) {
        if (why instanceof ZendeskOboException known) {
            add(row, known.getMessage(), known.getOutcome().name(), known.getRequestId() == null ? "" : known.getRequestId());
        } else {
            LOG.warn("a row was sent, and then something failed here", why);
            add(row, "it was sent, and then " + why.getClass().getName(), "UNKNOWN", "");
        }
    }

    private synchronized void add(Row row, String reason, String outcome, String requestId) {
        if (!keys.add(row.key()) || out == null) {
            return;
        }
        List<String> fields = new ArrayList<>(row.problem() == null ? columns.stream().map(row::value).toList() : row.fields());
        fields.addAll(List.of(reason, outcome, requestId));
        try {
            out.printRecord(fields);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }
}
