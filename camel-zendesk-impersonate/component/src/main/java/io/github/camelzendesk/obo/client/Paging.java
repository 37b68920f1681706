package io.github.camelzendesk.obo.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.Origin;

/**
 * What a page says about the one after it, as it came: JSON of any type, {@link MissingNode} where it says nothing. A value.
 * <p>
 * Zendesk has three ways of it: by cursor ({@code meta.has_more}, {@code links.next}), by number ({@code next_page}) and
 * for incremental exports by cursor ({@code end_of_stream}, {@code after_url}). See
 * <a href="https://developer.zendesk.com/api-reference/introduction/pagination/">Pagination</a> and
 * <a href="https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/">Incremental exports</a>.
 *
 * @param hasMore     {@code meta.has_more}
 * @param afterCursor {@code meta.after_cursor}
 * @param linksNext   {@code links.next}
 * @param nextPage    {@code next_page}
 * @param endOfStream {@code end_of_stream}
 * @param afterUrl    {@code after_url}
 */
record Paging(
        JsonNode hasMore, JsonNode afterCursor, JsonNode linksNext, JsonNode nextPage, JsonNode endOfStream, JsonNode afterUrl) {

    /** Of an answer that says nothing. */
    static final Paging NONE = new Paging(
            MissingNode.getInstance(), MissingNode.getInstance(), MissingNode.getInstance(), MissingNode.getInstance(),
            MissingNode.getInstance(), MissingNode.getInstance());

    private static final int LONGEST = 8 * 1024;
    private static final String SUFFIX = ".json";
    private static final String FLAG = "it neither says that there is more nor that there is none";

    /**
     * Decides what comes after a page. A page that says that there is more is never the last one, so that no record is lost
     * without an error.
     *
     * @param page  the path of this page, encoded, with the query, as it went out
     * @param fixed what has to be in the query of every page
     */
    Following after(String page, Origin origin, Query fixed) {
        if (says(endOfStream)) {
            if (!endOfStream.isBoolean()) {
                return new Following.Broken(FLAG);
            } else if (endOfStream.booleanValue()) {
                return new Following.Last();
            }
            return says(afterUrl) || says(nextPage)
                    ? follow(says(afterUrl) ? afterUrl : nextPage, true, page, origin, fixed) : nowhere();
        }
        if (says(hasMore)) {
            if (!hasMore.isBoolean()) {
                return new Following.Broken(FLAG);
            } else if (!hasMore.booleanValue()) {
                return new Following.Last();
            } else if (says(linksNext)) {
                return follow(linksNext, true, page, origin, fixed);
            } else if (says(afterCursor)) {
                return afterCursor.isTextual() && !afterCursor.textValue().isEmpty() && Percent.encodable(afterCursor.textValue())
                        ? next(withCursor(page, afterCursor.textValue()), true, page, origin, fixed)
                        : new Following.Broken("its cursor is no text");
            }
            return nowhere();
        }
        JsonNode link = says(linksNext) ? linksNext : says(nextPage) ? nextPage : afterUrl;
        return says(link) ? follow(link, false, page, origin, fixed) : new Following.Last();
    }

    private static boolean says(JsonNode value) {
        return !value.isMissingNode() && !value.isNull();
    }

    private static Following nowhere() {
        return new Following.Broken("it says that there is more, but not where");
    }

    private static String withCursor(String page, String cursor) {
        String kept = Query.parameters(query(page)).stream()
                .filter(parameter -> !List.of("page", "page[after]", "page[before]").contains(parameter.name()))
                .map(Query.Parameter::encoded).collect(Collectors.joining("&"));
        return (kept.isEmpty() ? "" : kept + "&") + "page%5Bafter%5D=" + Percent.encode(cursor, "");
    }

    private static Following follow(JsonNode link, boolean more, String page, Origin origin, Query fixed) {
        String query = link.isTextual() ? query(link.textValue(), path(page), origin) : null;
        return query == null
                ? new Following.Broken("its link to the next page leads elsewhere, and is not followed with credentials. "
                                       + "Check subdomain or baseUri, and look for a proxy that rewrites addresses")
                : next(query, more, page, origin, fixed);
    }

    private static Following next(String query, boolean more, String page, Origin origin, Query fixed) {
        String inForce = fixed.inForce(query);
        if (inForce == null) {
            return new Following.Broken("its link to the next page changes a parameter of the query that the endpoint fixes");
        }
        String next = inForce.isEmpty() ? path(page) : path(page) + "?" + inForce;
        if (next.length() > LONGEST || !resolves(next, origin)) {
            return new Following.Broken("its link to the next page is none");
        } else if (!meaning(next).equals(meaning(page))) {
            return new Following.Page(next);
        }
        return more ? new Following.Broken("it says that there is more, but leads to itself") : new Following.Last();
    }

    /**
     * The query of a link, as it is, or null when the link leads anywhere but to the same resource. Compared, and then not used,
     * is all that stands before the query: no request goes to an address that the other side made.
     */
    private static @Nullable String query(String link, String path, Origin origin) {
        int slash = link.indexOf('/', link.indexOf("://") + 3);
        if (slash < 0 || link.length() > LONGEST || link.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '\\' || c == '#')) {
            return null;
        }
        try {
            if (!Origin.ofBaseUri(link.substring(0, slash)).equals(origin)) {
                return null;
            }
        } catch (IllegalArgumentException e) {
            return null;
        }
        String rest = link.substring(slash);
        return segments(path(rest)).equals(segments(path)) ? query(rest) : null;
    }

    /** Decoded, without a {@code .json} at the end; a slash in a segment is none between two. */
    private static List<String> segments(String path) {
        String whole = path.endsWith(SUFFIX) ? path.substring(0, path.length() - SUFFIX.length()) : path;
        return Arrays.stream(whole.split("/", -1)).map(Percent::decode).toList();
    }

    private static String path(String pathAndQuery) {
        int mark = pathAndQuery.indexOf('?');
        return mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
    }

    private static String query(String pathAndQuery) {
        int mark = pathAndQuery.indexOf('?');
        return mark < 0 ? "" : pathAndQuery.substring(mark + 1);
    }

    private static boolean resolves(String path, Origin origin) {
        try {
            origin.resolve(path);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * What tells one page of a list from another: the parameters as the server reads them. Zendesk's links have them in an
     * order, and encoded in a way, of their own.
     */
    static List<String> meaning(String page) {
        List<String> meaning = new ArrayList<>();
        Query.parameters(query(page)).stream().sorted(Comparator.comparing(Query.Parameter::name))
                .forEach(parameter -> {
                    meaning.add(parameter.name());
                    meaning.add(parameter.value());
                });
        return meaning;
    }

    /** Hides where it leads. */
    @Override
    public String toString() {
        return "Paging";
    }
}
