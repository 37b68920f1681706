package io.github.camelzendesk.obo.client;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The query of a request: parameters fixed by the route's author, joined by what a message adds, which cannot override them.
 * Everything is encoded exactly once, a plus as {@code %2B}, a blank as {@code %20}, brackets as {@code %5B} and {@code %5D}.
 */
public final class Query {

    private static final Pattern BETWEEN_BRACKETS = Pattern.compile("[^\\[\\]]+");
    private static final Pattern PRINTABLE_NAME = Pattern.compile("[A-Za-z0-9_.\\[\\]-]{1,64}");

    /** What differs from one page of a list to the next, and how large a page is: not which records the list has. */
    private static final Set<List<String>> OF_PAGES = Set.of(
            List.of("page"), List.of("page", "after"), List.of("page", "before"), List.of("page", "size"), List.of("per_page"),
            List.of("cursor"), List.of("start_time"));

    private final String encoded;
    /** by what the server makes of them, see {@link #meaning} */
    private final Set<List<String>> fixed;

    private Query(String encoded, Set<List<String>> fixed) {
        this.encoded = encoded;
        this.fixed = Set.copyOf(fixed);
    }

    /**
     * The parameters that no message changes.
     *
     * @param  options      names and values, not encoded; text, number, boolean, enum constant, UUID or java.time; null values are
     *                      left out
     * @throws InvalidQuery if a name is empty or a value of another type
     */
    public static Query fixed(Map<String, ?> options) {
        Set<List<String>> names = new LinkedHashSet<>();
        StringJoiner query = new StringJoiner("&");
        for (Pair pair : ofMap(options)) {
            names.add(meaning(pair.name()));
            query.add(pair.encoded());
        }
        return new Query(query.toString(), names);
    }

    /**
     * The whole query for one message.
     *
     * @param  dynamic      null, a map as in {@link #fixed}, or a raw query string: one question mark at its beginning is
     *                      dropped and what is percent-encoded already stays so
     * @return              percent-encoded, without question mark; empty if there are no parameters
     * @throws InvalidQuery if a parameter has the name of a fixed one, a name is empty, a value is a list or an object, or a raw
     *                      string has a line break, another control character or a {@code #}
     */
    public String with(@Nullable Object dynamic) {
        StringJoiner query = new StringJoiner("&");
        if (!encoded.isEmpty()) {
            query.add(encoded);
        }
        for (Pair pair : pairs(dynamic)) {
            if (fixed.contains(meaning(pair.name()))) {
                throw new InvalidQuery("The message's query must not set " + shown(pair.name()) + ", which the endpoint fixes");
            }
            query.add(pair.encoded());
        }
        return query.toString();
    }

    /** Whether no message can set this parameter. */
    public boolean fixes(String name) {
        return fixed.contains(meaning(name));
    }

    /**
     * A query that the other side made, with what is fixed in force.
     *
     * @param  query as on the wire
     * @return       the same; with the fixed parameters that it lacks, unless they are {@link #OF_PAGES}; null when it has one of
     *               those with another value
     */
    @Nullable String inForce(String query) {
        StringJoiner whole = new StringJoiner("&").setEmptyValue("");
        if (!query.isEmpty()) {
            whole.add(query);
        }
        List<Parameter> given = parameters(query);
        for (Parameter ours : parameters(encoded)) {
            List<String> meaning = meaning(ours.name());
            List<Parameter> theirs = given.stream().filter(one -> meaning(one.name()).equals(meaning)).toList();
            if (OF_PAGES.contains(meaning)) {
                continue;
            } else if (theirs.isEmpty()) {
                whole.add(ours.encoded());
            } else if (!theirs.stream().allMatch(one -> one.value().equals(ours.value()))) {
                return null;
            }
        }
        return whole.toString();
    }

    /**
     * What is not fixed of a query that was sent, as a message gives it: {@link #with} makes the same query of it again.
     *
     * @param query as on the wire
     */
    String free(String query) {
        return parameters(query).stream().filter(parameter -> !fixes(parameter.name()))
                // on the wire a plus is a blank, in a message it is a plus
                .map(parameter -> parameter.encoded().replace("+", "%20")).collect(Collectors.joining("&"));
    }

    /**
     * A parameter as the server reads it.
     *
     * @param encoded all of it, as on the wire
     */
    record Parameter(String name, String value, String encoded) {
    }

    /** The parameters of a query as on the wire, in their order. */
    static List<Parameter> parameters(String query) {
        List<Parameter> parameters = new ArrayList<>();
        for (String parameter : query.split("&")) {
            if (!parameter.isEmpty()) {
                int equals = parameter.indexOf('=');
                parameters.add(new Parameter(
                        read(equals < 0 ? parameter : parameter.substring(0, equals)),
                        equals < 0 ? "" : read(parameter.substring(equals + 1)), parameter));
            }
        }
        return parameters;
    }

    /** What is no UTF-8 stays encoded, so that it is not taken for something else that is none. */
    private static String read(String encoded) {
        String decoded = Percent.decode(encoded.replace('+', ' '));
        return decoded.indexOf('\ufffd') < 0 ? decoded : encoded;
    }

    /** A parameter: its decoded name, and all of it as it goes out. */
    private record Pair(String name, String encoded) {
    }

    private static List<Pair> pairs(@Nullable Object dynamic) {
        if (dynamic == null) {
            return List.of();
        }
        if (dynamic instanceof Map<?, ?> map) {
            return ofMap(map);
        }
        if (dynamic instanceof CharSequence raw) {
            return ofRaw(raw.toString());
        }
        throw new InvalidQuery("The message's query must be a map or a query string");
    }

    private static List<Pair> ofMap(Map<?, ?> map) {
        List<Pair> pairs = new ArrayList<>(map.size());
        for (Map.Entry<?, ?> parameter : map.entrySet()) {
            Object value = parameter.getValue();
            if (!(parameter.getKey() instanceof CharSequence key)) {
                throw new InvalidQuery("The names of a query must be text");
            }
            String name = checkedName(key.toString());
            if (value == null) {
                continue;
            }
            String text = Scalars.text(value);
            if (text == null) {
                throw new InvalidQuery("The value of the query's " + shown(name)
                                       + " must be text, a number, a boolean, an enum constant, a UUID or a time;"
                                       + " join several values yourself, as the operation wants them");
            }
            if (!Percent.encodable(text)) {
                throw new InvalidQuery("The value of the query's " + shown(name) + " is not valid Unicode");
            }
            pairs.add(new Pair(name, Percent.encode(name, "") + "=" + Percent.encode(text, "")));
        }
        return pairs;
    }

    private static List<Pair> ofRaw(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            if (Character.isISOControl(raw.charAt(i)) || raw.charAt(i) == '#') {
                throw new InvalidQuery("A query string must have no line break, other control character or #, as at position "
                                       + (i + 1));
            }
        }
        if (!Percent.encodable(raw)) {
            throw new InvalidQuery("The query string is not valid Unicode");
        }
        List<Pair> pairs = new ArrayList<>();
        for (String parameter : (raw.startsWith("?") ? raw.substring(1) : raw).split("&")) {
            if (parameter.isEmpty()) {
                continue;
            }
            int equals = parameter.indexOf('=');
            String name = Percent.encodeOnce(equals < 0 ? parameter : parameter.substring(0, equals));
            String value = equals < 0 ? "" : "=" + Percent.encodeOnce(parameter.substring(equals + 1));
            pairs.add(new Pair(checkedName(Percent.decode(name)), name + value));
        }
        return pairs;
    }

    private static String checkedName(String name) {
        if (name.isBlank()) {
            throw new InvalidQuery("A parameter of the query has no name");
        }
        if (name.chars().anyMatch(Character::isISOControl) || !Percent.encodable(name)) {
            throw new InvalidQuery("A parameter's name must have no control character and be valid Unicode");
        }
        return name;
    }

    /**
     * What the server makes of a name. Rack, in front of Zendesk, reads {@code [role]} and {@code role]} as {@code role}, so only
     * what stands between brackets tells names apart.
     */
    private static List<String> meaning(String name) {
        return BETWEEN_BRACKETS.matcher(name.strip()).results().map(MatchResult::group).toList();
    }

    private static String shown(String name) {
        return PRINTABLE_NAME.matcher(name).matches() ? "'" + name + "'" : "parameter (whose name is not repeated)";
    }

    @Override
    public String toString() {
        return "Query[" + fixed.size() + " fixed]";
    }
}
