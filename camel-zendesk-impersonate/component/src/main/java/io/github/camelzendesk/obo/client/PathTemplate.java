package io.github.camelzendesk.obo.client;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A path of Zendesk's API with {@code {name}} placeholders. Whatever fills them stays inside its segment, so that a value
 * from a message can never reach another resource, and no template and no value leads to {@code oauth/} paths, where
 * tokens live.
 */
public final class PathTemplate {

    private static final String BELOW_VERSION_2 = "/api/v2/";
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*");
    private static final String SUB_DELIMS_AND_MORE = "!$&'()*+,;=:@";
    private static final int LONGEST_VALUE = 1024;

    private final String text;
    private final List<Segment> segments;
    private final List<String> names;

    private PathTemplate(String text, List<Segment> segments) {
        this.text = text;
        this.segments = List.copyOf(segments);
        Set<String> distinct = new LinkedHashSet<>();
        segments.forEach(segment -> segment.parts().forEach(part -> {
            if (part.placeholder()) {
                distinct.add(part.text());
            }
        }));
        this.names = List.copyOf(distinct);
    }

    /** Some text of a segment: literal, or a placeholder's name. */
    private record Part(boolean placeholder, String text) {
    }

    private record Segment(List<Part> parts) {
    }

    /**
     * Reads a template.
     *
     * @param  path                     as in Zendesk's reference, percent-decoded once already, as Camel does it; below
     *                                  {@code /api/v2/} unless it begins with a slash, and then it must begin with {@code /api/}
     * @throws IllegalArgumentException if it is no path of the API, or could be read as another one; the message says which rule
     *                                  it breaks, and where
     */
    public static PathTemplate parse(String path) {
        refuseUnresolved(path);
        refuseWhatIsNoPath(path);
        String text = path.startsWith("/") ? path : BELOW_VERSION_2 + path;
        String[] written = text.substring(1).split("/", -1);
        List<Segment> segments = new ArrayList<>(written.length);
        for (int i = 0; i < written.length; i++) {
            String place = "segment " + (i + 1) + " of /api/...";
            refuseSegment(written[i], place);
            segments.add(segment(written[i], place));
        }
        return new PathTemplate(text, segments);
    }

    private static void refuseUnresolved(String path) {
        if (path.contains("${") || path.contains("$simple{")) {
            throw invalid("holds an expression, which is not evaluated here: write {name} to fill it from the message header 'name',"
                          + " or send with toD");
        }
        if (path.contains("{{") || path.contains("}}")) {
            throw invalid("holds a property placeholder that was not resolved: define the property");
        }
    }

    private static void refuseWhatIsNoPath(String path) {
        if (path.isEmpty()) {
            throw invalid("is missing");
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '?' || c == '#') {
                throw invalid("must have no '" + c + "': give the query as query.NAME options or in the header CamelZendeskOboQuery");
            }
            if (c == '\\' || Character.isISOControl(c)) {
                throw invalid("must have no backslash and no control character, as at position " + (i + 1));
            }
        }
        if (!Percent.encodable(path)) {
            throw invalid("is not valid Unicode");
        }
        if (SCHEME.matcher(path).matches() || path.startsWith("//")) {
            throw invalid("must be no address: name the account by subdomain or baseUri, and write the path only");
        }
        if (path.startsWith("/") && !path.startsWith("/api/")) {
            throw invalid("must begin with /api/ if it begins with a slash; without one it is below /api/v2/");
        }
        if (path.startsWith("api/")) {
            throw invalid("would be /api/v2/api/...: begin it with a slash, or leave out api/v2/");
        }
    }

    private static void refuseSegment(String segment, String place) {
        if (segment.isEmpty()) {
            throw invalid("has an empty segment (" + place + "): write single slashes, and none at the end");
        }
        if (isDots(segment)) {
            throw invalid("must have no segment of dots (" + place + ")");
        }
        if (isOauth(segment)) {
            throw invalid("must not lead to oauth (" + place + "): tokens are the TokenSource's business");
        }
    }

    private static Segment segment(String written, String place) {
        List<Part> parts = new ArrayList<>();
        Matcher m = PLACEHOLDER.matcher(written);
        int from = 0;
        while (m.find()) {
            addLiteral(parts, written.substring(from, m.start()), place);
            if (!NAME.matcher(m.group(1)).matches()) {
                throw invalid("has a placeholder without a valid name (" + place
                              + "): a letter, then letters, digits, dots, hyphens or underscores");
            }
            parts.add(new Part(true, m.group(1)));
            from = m.end();
        }
        addLiteral(parts, written.substring(from), place);
        return new Segment(List.copyOf(parts));
    }

    private static void addLiteral(List<Part> parts, String literal, String place) {
        if (literal.indexOf('{') >= 0 || literal.indexOf('}') >= 0) {
            throw invalid("has a brace without its partner (" + place + ")");
        }
        if (!literal.isEmpty()) {
            parts.add(new Part(false, Percent.encode(literal, SUB_DELIMS_AND_MORE)));
        }
    }

    private static IllegalArgumentException invalid(String rule) {
        return new IllegalArgumentException("The path " + rule);
    }

    /**
     * A segment without the suffix ({@code .json}) and the parameters ({@code ;x=y}) that some servers strip, and without what
     * is percent-encoded and may be either of them once it is decoded.
     */
    static String bare(String segment) {
        int end = 0;
        while (end < segment.length() && ".;%".indexOf(segment.charAt(end)) < 0) {
            end++;
        }
        return segment.substring(0, end);
    }

    private static boolean isOauth(String segment) {
        return bare(segment).toLowerCase(Locale.ROOT).equals("oauth");
    }

    private static boolean isDots(String segment) {
        int parameters = segment.indexOf(';');
        String name = parameters < 0 ? segment : segment.substring(0, parameters);
        return name.equals(".") || name.equals("..");
    }

    /** The whole template, from {@code /api/} on, as it was written. */
    public String text() {
        return text;
    }

    /** The placeholders' names in order of appearance, each once. */
    public List<String> names() {
        return names;
    }

    /** The segments without a placeholder, in their order, each without a suffix such as {@code .json}. */
    public List<String> literals() {
        return segments.stream().filter(segment -> segment.parts().stream().noneMatch(Part::placeholder))
                .map(segment -> bare(segment.parts().get(0).text())).toList();
    }

    /**
     * The path for one message.
     *
     * @param  values           what a placeholder's name stands for: text, an exact integer, a boolean, an enum constant or a UUID
     * @return                  percent-encoded, with as many segments as the template
     * @throws InvalidPathValue if a value is missing, empty, longer than 1024 characters, not of these types, or could change
     *                          which resource is meant
     */
    public String expand(Function<String, @Nullable Object> values) {
        StringBuilder path = new StringBuilder(text.length() + 32);
        for (Segment segment : segments) {
            String expanded = expand(segment, values);
            path.append('/').append(expanded);
        }
        return path.toString();
    }

    private static String expand(Segment segment, Function<String, @Nullable Object> values) {
        StringBuilder expanded = new StringBuilder();
        String last = "";
        for (Part part : segment.parts()) {
            if (part.placeholder()) {
                last = part.text();
                expanded.append(Percent.encode(value(last, values.apply(last)), ""));
            } else {
                expanded.append(part.text());
            }
        }
        // only a placeholder can have done this: the template itself was checked
        String whole = expanded.toString();
        if (isDots(whole) || isOauth(whole)) {
            throw new InvalidPathValue(last, "would make its segment dots or oauth, which lead elsewhere");
        }
        return whole;
    }

    private static String value(String name, @Nullable Object value) {
        if (value == null) {
            throw new InvalidPathValue(name, "has no value: set the message header of that name");
        }
        String text = Scalars.identifier(value);
        if (text == null) {
            throw new InvalidPathValue(name, "must be filled from text, an exact integer, a boolean, an enum constant or a UUID");
        }
        if (text.isBlank()) {
            throw new InvalidPathValue(name, "is empty or blank");
        }
        if (text.length() > LONGEST_VALUE) {
            throw new InvalidPathValue(name, "has more than " + LONGEST_VALUE + " characters");
        }
        if (text.equals(".") || text.equals("..")) {
            throw new InvalidPathValue(name, "must not be dots");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/' || c == '\\' || Character.isISOControl(c)) {
                throw new InvalidPathValue(name,
                        "must have no slash, backslash or control character, as at position " + (i + 1));
            }
        }
        if (!Percent.encodable(text)) {
            throw new InvalidPathValue(name, "is not valid Unicode");
        }
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PathTemplate o && text.equals(o.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
