package io.github.camelzendesk.obo.client;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list. It is read through once when it is opened, so that whatever is wrong with it shows before its first
 * record, and then record by record: no more than one of them is in memory. For one thread at a time.
 */
public final class RecordPage implements Closeable {

    /** How large one record may be, which becomes a tree in memory. */
    static final int LARGEST_RECORD = 16 * 1024 * 1024;

    private static final String HAS_MORE = "meta.has_more";
    private static final String AFTER_CURSOR = "meta.after_cursor";
    private static final String LINKS_NEXT = "links.next";
    private static final String NEXT_PAGE = "next_page";
    private static final String END_OF_STREAM = "end_of_stream";
    private static final String AFTER_URL = "after_url";
    private static final Set<String> OF_NEXT_PAGE
            = Set.of(HAS_MORE, AFTER_CURSOR, LINKS_NEXT, NEXT_PAGE, END_OF_STREAM, AFTER_URL);
    private static final JsonNode NOTHING = MissingNode.getInstance();
    private static final int MOST_LISTS = 1000;
    private static final int MOST_SHOWN = 10;
    private static final String RESULTS = "results";
    private static final Pattern PRINTABLE_NAME = Pattern.compile("[A-Za-z0-9_]{1,64}");

    private final Spool spool;
    private final Survey survey;
    private final @Nullable String list;
    private final ObjectReader reader;
    private @Nullable JsonParser parser;
    private @Nullable InputStream in;
    private int read;

    private RecordPage(Spool spool, Survey survey, @Nullable String list, ObjectReader reader) {
        this.spool = spool;
        this.survey = survey;
        this.list = list;
        this.reader = reader;
    }

    /** A list of a page. */
    private record Found(int count, long largest) {
    }

    /** What a page has, without its records. */
    private record Survey(boolean blank, Map<String, Found> lists, Paging paging) {
    }

    /**
     * Opens the first page of a list.
     *
     * @param  spool        the answer; deleted when the page is closed or cannot be opened
     * @param  json         reads the records
     * @param  names        what the list may be called, the best last; see {@link #choose}
     * @throws UnusablePage when it is not JSON, has no such list, or a record of it is too large
     * @throws IOException  when the answer cannot be read back from the disk
     */
    public static RecordPage open(Spool spool, ObjectMapper json, List<String> names) throws UnusablePage, IOException {
        // one record is read of many
        ObjectReader reader = json.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        return open(spool, reader, survey -> survey.blank() ? null : choose(survey.lists().keySet(), names));
    }

    /**
     * Opens the page that comes after this one. Its records are in the list of the same name, also where it has another one
     * only, such as that of its users.
     */
    public RecordPage next(Spool answer) throws UnusablePage, IOException {
        return open(answer, reader, survey -> {
            if (survey.blank()) {
                throw new UnusablePage("it has no content, although the page before leads to it");
            }
            if (!survey.lists().containsKey(list)) {
                throw new UnusablePage(named(survey.lists().keySet()) + ", and not the one of the page before");
            }
            return list;
        });
    }

    /** Finds the list that holds the records. */
    private interface Choice {
        @Nullable String in(Survey survey) throws UnusablePage;
    }

    private static RecordPage open(Spool spool, ObjectReader reader, Choice choice) throws UnusablePage, IOException {
        boolean opened = false;
        try {
            Survey survey = survey(spool, reader.getFactory());
            String list = choice.in(survey);
            if (list != null && survey.lists().get(list).largest() > LARGEST_RECORD) {
                throw new UnusablePage("a record of it is larger than " + LARGEST_RECORD + " bytes");
            }
            opened = true;
            return new RecordPage(spool, survey, list, reader);
        } catch (JsonProcessingException e) {
            // its message quotes the answer
            throw new UnusablePage("it is not JSON");
        } finally {
            if (!opened) {
                spool.delete();
            }
        }
    }

    private static Survey survey(Spool spool, JsonFactory factory) throws IOException, UnusablePage {
        Map<String, Found> lists = new LinkedHashMap<>();
        Map<String, JsonNode> says = new HashMap<>();
        try (InputStream in = spool.open(); JsonParser parser = factory.createParser(in)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return new Survey(true, lists, Paging.NONE);
            } else if (first != JsonToken.START_OBJECT) {
                throw new UnusablePage("it is JSON, but no object with a list in it");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.START_ARRAY && !OF_NEXT_PAGE.contains(name)) {
                    if (lists.put(name, list(parser)) != null || lists.size() > MOST_LISTS) {
                        throw new UnusablePage("it has a list twice, or more than " + MOST_LISTS + " lists");
                    }
                } else if (value == JsonToken.START_OBJECT && (name.equals("meta") || name.equals("links"))) {
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        String inner = name + "." + parser.currentName();
                        parser.nextToken();
                        note(inner, parser, says);
                    }
                } else {
                    note(name, parser, says);
                }
            }
            if (parser.nextToken() != null) {
                throw new UnusablePage("it is not JSON");
            }
        }
        return new Survey(false, lists, new Paging(
                says.getOrDefault(HAS_MORE, NOTHING), says.getOrDefault(AFTER_CURSOR, NOTHING),
                says.getOrDefault(LINKS_NEXT, NOTHING), says.getOrDefault(NEXT_PAGE, NOTHING),
                says.getOrDefault(END_OF_STREAM, NOTHING), says.getOrDefault(AFTER_URL, NOTHING)));
    }

    /** Keeps what is said of the next page; what is neither text nor a boolean nor null says as much as an object. */
    private static void note(String name, JsonParser parser, Map<String, JsonNode> says) throws IOException {
        if (!OF_NEXT_PAGE.contains(name)) {
            parser.skipChildren();
            return;
        }
        says.put(name, switch (parser.currentToken()) {
            case VALUE_NULL -> NullNode.getInstance();
            case VALUE_TRUE -> BooleanNode.TRUE;
            case VALUE_FALSE -> BooleanNode.FALSE;
            case VALUE_STRING -> TextNode.valueOf(parser.getText());
            default -> JsonNodeFactory.instance.objectNode();
        });
        parser.skipChildren();
    }

    private static Found list(JsonParser parser) throws IOException {
        int count = 0;
        long largest = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            long from = at(parser.currentTokenLocation());
            parser.skipChildren();
            // a scalar is read when it is asked for
            parser.finishToken();
            count++;
            largest = Math.max(largest, at(parser.currentLocation()) - from);
        }
        return new Found(count, largest);
    }

    /** In bytes, or in characters where Jackson counts only those. */
    private static long at(JsonLocation location) {
        return Math.max(location.getByteOffset(), location.getCharOffset());
    }

    /**
     * Which list holds the records: of the names, from the last to the first, the first one that is there; else
     * {@code results}; else the only one. Users and groups that came along are in lists of their own.
     *
     * @param  names        such as the segments of the path
     * @throws UnusablePage when none of that is so; the message names the lists
     */
    static String choose(Collection<String> lists, List<String> names) throws UnusablePage {
        for (int i = names.size() - 1; i >= 0; i--) {
            if (lists.contains(names.get(i))) {
                return names.get(i);
            }
        }
        if (lists.contains(RESULTS)) {
            return RESULTS;
        } else if (lists.size() == 1) {
            return lists.iterator().next();
        }
        throw new UnusablePage(named(lists) + (lists.isEmpty() ? "" : ", and none of them has a name from the path"));
    }

    private static String named(Collection<String> lists) {
        List<String> shown = lists.stream().filter(name -> PRINTABLE_NAME.matcher(name).matches()).limit(MOST_SHOWN).toList();
        return lists.isEmpty() ? "it has no list"
                : "it has the lists " + String.join(", ", shown) + (shown.size() < lists.size() ? " and others" : "");
    }

    Paging paging() {
        return survey.paging();
    }

    /** The name of the list, or null when there was no answer to speak of. */
    public @Nullable String list() {
        return list;
    }

    /** How many records it has. */
    public int count() {
        return list == null ? 0 : survey.lists().get(list).count();
    }

    /** How many of them were read. */
    public int read() {
        return read;
    }

    /**
     * The next record.
     *
     * @throws UnusablePage when the mapper's settings do not let it be read
     * @throws IOException  when the answer cannot be read back from the disk
     */
    public JsonNode next() throws UnusablePage, IOException {
        try {
            if (parser == null) {
                in = spool.open();
                parser = reader.getFactory().createParser(in);
                toList();
            }
            parser.nextToken();
            JsonNode next = reader.readTree(parser);
            read++;
            return next;
        } catch (JsonProcessingException e) {
            throw new UnusablePage("a record of it cannot be read with the settings of the ObjectMapper in use");
        }
    }

    private void toList() throws IOException {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean here = parser.currentName().equals(list);
            if (parser.nextToken() == JsonToken.START_ARRAY && here) {
                return;
            }
            parser.skipChildren();
        }
    }

    /** Deletes the answer. May be called more than once. */
    @Override
    public void close() {
        try {
            if (parser != null) {
                parser.close();
                in.close();
            }
        } catch (IOException e) {
            // it is deleted all the same
        } finally {
            spool.delete();
        }
    }
}
