package io.github.camelzendesk.standin;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A list in pages: by number, or by cursor when the query has {@code page[…]} [DOC, REC]. */
final class Pages {

    private static final int LARGEST_PAGE = 100;
    private static final int DEEPEST_RECORD = 10_000;

    private Pages() {
    }

    /** @param all in any order; the list is sorted by id */
    static <T> Answer of(Call call, String name, List<T> all, ToLongFunction<T> id, Function<T, JsonNode> toJson) {
        Order<T> order = Order.byId(id);
        return of(call, name, new Listing<>(order, List.of(all.stream().sorted(order).toList())), toJson);
    }

    static <T> Answer of(Call call, String name, Listing<T> all, Function<T, JsonNode> toJson) {
        boolean byCursor = call.parameters().keySet().stream().anyMatch(key -> key.startsWith("page["));
        return byCursor ? byCursor(call, name, all, toJson) : byNumber(call, name, all, toJson);
    }

    private static <T> Answer byNumber(Call call, String name, Listing<T> all, Function<T, JsonNode> toJson) {
        int page = Math.max(1, number(call.parameter("page"), 1));
        int size = Math.min(LARGEST_PAGE, Math.max(1, number(call.parameter("per_page"), LARGEST_PAGE)));
        if ((long) page * size > DEEPEST_RECORD) {
            return Answer.errors(400, "InvalidPaginationDepth", "Number of records returned is limited to " + DEEPEST_RECORD);
        }
        int from = (page - 1) * size;
        List<T> part = all.next(null, from, size);
        ObjectNode node = Json.object();
        list(node, name, part, toJson);
        node.put("next_page", from + part.size() < all.size() ? link(call, Map.of("page", String.valueOf(page + 1))) : null);
        node.put("previous_page", page > 1 ? link(call, Map.of("page", String.valueOf(page - 1))) : null);
        node.put("count", all.size());
        return Answer.ok(node);
    }

    private static <T> Answer byCursor(Call call, String name, Listing<T> all, Function<T, JsonNode> toJson) {
        int size = number(call.parameter("page[size]"), LARGEST_PAGE);
        if (size < 1 || size > LARGEST_PAGE) {
            return Answer.errors(400, "InvalidPaginationParameter", "page[size] is not valid");
        }
        for (String parameter : List.of("page[after]", "page[before]")) {
            String cursor = call.parameter(parameter);
            if (cursor != null && Place.fromCursor(cursor) == null) {
                return Answer.errors(400, "InvalidPaginationParameter", parameter + " is not valid");
            }
        }
        Place after = place(call.parameter("page[after]"));
        Place before = place(call.parameter("page[before]"));
        List<T> part = before == null ? all.next(after, 0, size) : all.previous(before, size);
        int from = before == null
                ? after == null ? 0 : all.upTo(after)
                : all.before(before) - part.size();
        int to = from + part.size();
        ObjectNode node = Json.object();
        list(node, name, part, toJson);
        ObjectNode meta = node.putObject("meta");
        ObjectNode links = node.putObject("links");
        boolean more = before == null ? to < all.size() : from > 0;
        meta.put("has_more", more);
        String first = part.isEmpty() ? null : all.place(part.get(0)).cursor();
        String last = part.isEmpty() ? null : all.place(part.get(part.size() - 1)).cursor();
        meta.put("after_cursor", last);
        meta.put("before_cursor", first);
        links.put("prev", from == 0 || first == null ? null : cursorLink(call, size, "page[before]", first));
        links.put("next", to >= all.size() || last == null ? null : cursorLink(call, size, "page[after]", last));
        return Answer.ok(node);
    }

    private static <T> void list(ObjectNode node, String name, List<T> part, Function<T, JsonNode> toJson) {
        ArrayNode array = node.putArray(name);
        part.forEach(item -> array.add(toJson.apply(item)));
    }

    private static @Nullable Place place(@Nullable String cursor) {
        return cursor == null ? null : Place.fromCursor(cursor);
    }

    private static String cursorLink(Call call, int size, String direction, String cursor) {
        Map<String, String> changes = new LinkedHashMap<>();
        changes.put("page[size]", String.valueOf(size));
        changes.put(direction, cursor);
        return link(call, changes);
    }

    private static String link(Call call, Map<String, String> changes) {
        Map<String, String> parameters = call.parameters();
        parameters.keySet().removeIf(key -> key.startsWith("page["));
        parameters.putAll(changes);
        return address(call, parameters);
    }

    /** An absolute address [DOC] of the same list; brackets in names come out as %5B and %5D [REC]. */
    static String address(Call call, Map<String, String> parameters) {
        StringBuilder link = new StringBuilder(call.origin()).append(call.rawPath());
        char separator = '?';
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            link.append(separator).append(encode(parameter.getKey())).append('=').append(encode(parameter.getValue()));
            separator = '&';
        }
        return link.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static int number(@Nullable String text, int otherwise) {
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
