package io.github.camelzendesk.obo.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The operations of Zendesk's reference and which of them it lets end users call. An operation that is not here may exist all
 * the same, so not finding one says nothing.
 */
public final class Operations {

    private static final String TABLE = "operations.tsv";
    private static final String SUFFIX = ".json";

    /** by method and number of segments */
    private final Map<String, List<Row>> rows;

    private Operations(List<Row> rows) {
        this.rows = rows.stream().collect(Collectors.groupingBy(row -> key(row.operation().method(), row.segments())));
    }

    private record Row(List<String> segments, Operation operation) {
    }

    /** Loads the table when it is first asked for. */
    private static final class Zendesk {
        static final Operations INSTANCE = load();
    }

    /** All operations of the Support and Help Center references. */
    public static Operations zendesk() {
        return Zendesk.INSTANCE;
    }

    private static Operations load() {
        try (InputStream table = Objects.requireNonNull(Operations.class.getResourceAsStream(TABLE), TABLE);
             BufferedReader lines = new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8))) {
            return new Operations(lines.lines().skip(1).map(Operations::row).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row row(String line) {
        String[] columns = line.split("\t", -1);
        return new Row(segments(columns[1]),
                new Operation(columns[0], columns[1], columns[2], EndUserAccess.of(columns[3]), columns[4]));
    }

    private static List<String> segments(String path) {
        String bare = path.endsWith(SUFFIX) ? path.substring(0, path.length() - SUFFIX.length()) : path;
        return List.of(bare.split("/"));
    }

    private static String key(String method, List<String> segments) {
        return method.toUpperCase(Locale.ROOT) + segments.size();
    }

    private static boolean isPlaceholder(String segment) {
        return segment.indexOf('{') >= 0;
    }

    /** All operations, in the reference's order within a method and length of path. */
    Stream<Operation> all() {
        return rows.values().stream().flatMap(List::stream).map(Row::operation);
    }

    /**
     * The operation that a request is for.
     *
     * @param  method in any case
     * @param  path   from {@code /api/} on, without query: a template or an expanded path; {@code .json} at its end makes no
     *                difference, and a placeholder, here or in the reference, matches any one segment
     * @return        the one whose segments match most literally, the first segments counting most; empty if none matches, or
     *                several do equally well, as when a placeholder stands for the kind of resource
     */
    public Optional<Operation> find(String method, String path) {
        List<String> wanted = segments(path);
        List<Operation> closest = new ArrayList<>();
        int[] best = {};
        for (Row row : rows.getOrDefault(key(method, wanted), List.of())) {
            int[] closeness = closeness(row.segments(), wanted);
            if (closeness == null) {
                continue;
            }
            int order = Arrays.compare(closeness, best);
            if (order > 0) {
                closest.clear();
                best = closeness;
            }
            if (order >= 0) {
                closest.add(row.operation());
            }
        }
        return closest.size() == 1 ? Optional.of(closest.get(0)) : Optional.empty();
    }

    /** For each segment 1 if both are literal or both are placeholders, else 0; null if they do not match. */
    private static int @Nullable [] closeness(List<String> row, List<String> wanted) {
        int[] closeness = new int[row.size()];
        for (int i = 0; i < closeness.length; i++) {
            boolean open = isPlaceholder(row.get(i));
            boolean given = isPlaceholder(wanted.get(i));
            if (!open && !given && !row.get(i).equals(wanted.get(i))) {
                return null;
            }
            closeness[i] = open == given ? 1 : 0;
        }
        return closeness;
    }

    Optional<Operation> alternativeTo(Operation operation) {
        if (operation.access().allowed()) {
            return Optional.empty();
        }
        List<String> segments = segments(operation.path());
        return Stream.<UnaryOperator<List<String>>> of(
                path -> replaced(path, "tickets", "requests"),
                path -> replaced(path, "users", "end_users"),
                Operations::onOneself,
                Operations::belowRequests)
                .map(spelling -> spelling.apply(segments))
                .filter(path -> !path.equals(segments))
                .flatMap(path -> ofShape(operation.method(), path).stream())
                .filter(other -> other.access().allowed())
                .findFirst();
    }

    private static List<String> replaced(List<String> path, String from, String to) {
        return path.stream().map(segment -> segment.equals(from) ? to : segment).toList();
    }

    /** {@code users/{user_id}} as {@code users/me} */
    private static List<String> onOneself(List<String> path) {
        List<String> oneself = new ArrayList<>(path);
        int user = path.indexOf("users") + 1;
        if (user > 0 && user < path.size() && isPlaceholder(path.get(user))) {
            oneself.set(user, "me");
        }
        return oneself;
    }

    /** {@code search} as {@code requests/search} */
    private static List<String> belowRequests(List<String> path) {
        List<String> below = new ArrayList<>(path);
        if (path.size() == 4) {
            below.add(3, "requests");
        }
        return below;
    }

    /** The operation with the same literals and with placeholders in the same places, whatever their names. */
    private Optional<Operation> ofShape(String method, List<String> path) {
        return rows.getOrDefault(key(method, path), List.of()).stream()
                .filter(row -> sameShape(row.segments(), path)).map(Row::operation).findFirst();
    }

    private static boolean sameShape(List<String> one, List<String> other) {
        for (int i = 0; i < one.size(); i++) {
            if (isPlaceholder(one.get(i)) ? !isPlaceholder(other.get(i)) : !one.get(i).equals(other.get(i))) {
                return false;
            }
        }
        return true;
    }
}
