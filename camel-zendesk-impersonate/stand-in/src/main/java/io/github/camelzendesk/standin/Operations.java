package io.github.camelzendesk.standin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** Zendesk's operations and who may call them, from {@code operations.tsv} [OAS]. */
final class Operations {

    /** One row. {@code endUser} is the table's own word. */
    record Operation(String method, String template, List<String> segments, String endUser, String api) {

        String key() {
            return method + " " + template;
        }

        boolean helpCenter() {
            return api.equals("helpcenter");
        }

        boolean admitsEndUsers() {
            return !endUser.equals("no");
        }

        boolean admitsAnonymous() {
            return endUser.equals("yes-anonymous");
        }

        boolean needsVerified() {
            return endUser.startsWith("yes-verified");
        }
    }

    record Match(Operation operation, Map<String, String> variables) {
    }

    private final Map<String, List<Operation>> byShape = new HashMap<>();

    private Operations() {
    }

    static Operations load() {
        Operations operations = new Operations();
        try (InputStream in = Operations.class.getResourceAsStream("operations.tsv")) {
            if (in == null) {
                throw new IllegalStateException("operations.tsv is missing from the jar");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            lines.lines().skip(1).map(line -> line.split("\t", -1)).forEach(operations::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return operations;
    }

    private void add(String[] columns) {
        List<String> segments = List.of(columns[1].substring(1).split("/"));
        byShape.computeIfAbsent(columns[0] + segments.size(), shape -> new ArrayList<>())
                .add(new Operation(columns[0], columns[1], segments, columns[3], columns[4]));
    }

    @Nullable Match match(String method, List<String> path) {
        Match best = null;
        for (Operation operation : byShape.getOrDefault(method + path.size(), List.of())) {
            Map<String, String> variables = variables(operation.segments(), path);
            // /requests/open is not a request called "open": the more literal row wins
            if (variables != null && (best == null || variables.size() < best.variables().size())) {
                best = new Match(operation, variables);
            }
        }
        return best;
    }

    private static @Nullable Map<String, String> variables(List<String> template, List<String> path) {
        Map<String, String> variables = null;
        for (int i = 0; i < template.size(); i++) {
            String expected = template.get(i);
            String actual = path.get(i);
            if (expected.startsWith("{")) {
                if (actual.isEmpty()) {
                    return null;
                }
                if (variables == null) {
                    variables = new LinkedHashMap<>();
                }
                variables.put(expected.substring(1, expected.length() - 1), actual);
            } else if (!expected.equals(actual)) {
                return null;
            }
        }
        return variables == null ? Map.of() : variables;
    }
}
