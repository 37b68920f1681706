package io.github.camelzendesk.example.ratings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;

import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** The rows of a CSV file, read one by one while they are needed. */
final class Rows implements Iterable<Row> {

    static final CSVFormat FORMAT = CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

    private final Path file;
    private final List<String> header;
    private final int total;
    private volatile boolean stopped;

    private Rows(Path file, List<String> header, int total) {
        this.file = file;
        this.header = header;
        this.total = total;
    }

    /**
     * Reads the file to its end once, so that a broken one is refused before anything is sent.
     *
     * @throws IOException says what is wrong with it
     */
    static Rows of(Path file) throws IOException {
        try (CSVParser parser = open(file)) {
            try {
                Iterator<CSVRecord> records = parser.iterator();
                List<String> header = records.hasNext() ? header(records.next()) : List.of();
                if (!header.containsAll(List.of("ticket", "customer", "score"))) {
                    throw new IOException(file + " must begin with a line of column names: ticket,customer,score,comment");
                }
                int total = 0;
                for (; records.hasNext(); records.next()) {
                    total++;
                }
                return new Rows(file, header, total);
            } catch (UncheckedIOException e) {
                throw new IOException(
                        file + " cannot be read beyond line " + parser.getCurrentLineNumber()
                                      + (e.getCause() instanceof CharacterCodingException
                                              ? ": it is not UTF-8" : ": is a quote missing, there or before?"));
            }
        }
    }

    private static CSVParser open(Path file) throws IOException {
        BufferedReader reader = Files.newBufferedReader(file);
        reader.mark(1);
        if (reader.read() != '\uFEFF') {
            // no byte order mark, which spreadsheets write
            reader.reset();
        }
        return CSVParser.parse(reader, FORMAT);
    }

    private static List<String> header(CSVRecord first) {
        return first.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
    }

    /** The columns of the file, without those that a report added. */
    List<String> columns() {
        return header.stream().filter(column -> !Report.ADDED.contains(column)).toList();
    }

    int total() {
        return total;
    }

    /** There are no more rows than those that were taken already. */
    void stop() {
        stopped = true;
    }

    boolean stopped() {
        return stopped;
    }

    private Row row(CSVRecord record) {
        List<String> fields = record.toList();
        if (fields.size() != header.size()) {
            return new Row(Map.of(), fields, "it has " + fields.size() + " fields and not " + header.size()
                                             + ": put a text with a comma or a quote into quotes");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            values.put(header.get(i), fields.get(i));
        }
        return new Row(values, fields, null);
    }

    @Override
    public Iterator<Row> iterator() {
        CSVParser parser;
        try {
            parser = open(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Iterator<CSVRecord> records = parser.iterator();
        records.next();
        return new Iterator<>() {
            private @Nullable CSVRecord ahead;

            @Override
            public boolean hasNext() {
                if (ahead == null && !stopped && records.hasNext()) {
                    ahead = records.next();
                }
                if (ahead == null) {
                    close(parser);
                }
                return ahead != null;
            }

            @Override
            public Row next() {
                if (!hasNext() || ahead == null) {
                    throw new NoSuchElementException();
                }
                CSVRecord record = ahead;
                ahead = null;
                return row(record);
            }
        };
    }

    private static void close(CSVParser parser) {
        try {
            parser.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
