package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading a page without having it in memory. */
class RecordPageTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static Spool spool(byte[] bytes) throws IOException {
        Spool spool = new Spool();
        for (int i = 0; i < bytes.length; i += 10_000) {
            spool.write(bytes, i, Math.min(10_000, bytes.length - i));
        }
        spool.finish();
        return spool;
    }

    private static Spool spool(String text) throws IOException {
        return spool(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> records(String json, ObjectMapper mapper, String... names) throws Exception {
        List<String> records = new ArrayList<>();
        try (RecordPage page = RecordPage.open(spool(json), mapper, List.of(names))) {
            while (page.read() < page.count()) {
                records.add(page.next().toString());
            }
        }
        return records;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "get requests                       | requests, users           | requests",
            "requests search                    | requests                  | requests",
            "tickets {} comments.json           | users, comments, groups   | comments",
            "requests {} comments               | comments, users           | comments",
            "tickets comments                   | tickets, comments         | comments",
            "incremental tickets cursor.json    | users, tickets            | tickets",
            "search.json                        | results                   | results",
            "search                             | facets, results           | results",
            "search export                      | results, users            | results",
            "tickets {} collaborators           | users                     | users",
            "help_center articles search        | results                   | results",
            "users {} requests                  | users, requests           | requests" })
    void theListIsTheOneThatThePathNames(String path, String lists, String expected) throws Exception {
        List<String> names = PathTemplate.parse(path.replace("get ", "").replace(' ', '/').replace("{}", "{id}")).literals();
        assertThat(RecordPage.choose(Arrays.asList(lists.split(", *")), names)).isEqualTo(expected);
    }

    @Test
    void whereNoListIsMeantTheErrorNamesThoseThatAreThere() {
        assertThatExceptionOfType(UnusablePage.class).isThrownBy(() -> RecordPage.choose(List.of("columns", "rows"), List.of("api", "views")))
                .withMessageContaining("columns, rows").withMessageNotContaining("others");
        assertThatExceptionOfType(UnusablePage.class).isThrownBy(() -> RecordPage.choose(List.of("rows", "jane@example.com"), List.of()))
                .withMessageContaining("rows and others").withMessageNotContaining("jane");
        assertThatExceptionOfType(UnusablePage.class).isThrownBy(() -> RecordPage.choose(List.of(), List.of("requests")))
                .withMessageContaining("no list");
    }

    @Test
    void theRecordsComeInTheirOrderWhateverStandsAroundThem() throws Exception {
        String json = "{\"users\":[{\"id\":9,\"requests\":[1,2]}],\"x\":{\"requests\":[3]},\"y\":\"requests\",\"requests\":"
                      + "[{\"id\":1,\"tags\":[[],{}]},{\"id\":2},{},[],\"t\",null,7,1.50,true],\"groups\":[],\"count\":3}";
        assertThat(records(json, JSON, "requests")).containsExactly(
                "{\"id\":1,\"tags\":[[],{}]}", "{\"id\":2}", "{}", "[]", "\"t\"", "null", "7", "1.5", "true");
        assertThat(records(json, JSON, "users", "groups")).isEmpty();
    }

    @Test
    void theMapperDecidesWhatARecordIs() throws Exception {
        ObjectMapper exact = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);
        try (RecordPage page = RecordPage.open(spool("{\"a\":[{\"n\":1.000000000000000000001},{\"n\":2}]}"), exact, List.of())) {
            assertThat(page.next().get("n").decimalValue()).isEqualByComparingTo("1.000000000000000000001");
            assertThat(page.next().get("n").intValue()).isEqualTo(2);
        }
        assertThatExceptionOfType(UnusablePage.class).isThrownBy(() -> records("{\"a\":[{\"jane\":1,\"jane\":2}]}", exact))
                .withMessageContaining("ObjectMapper").withMessageNotContaining("jane");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " \n\t" })
    void nothingIsNoRecords(String json) throws Exception {
        assertThat(records(json, JSON, "requests")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"requests\":[{\"id\":1}", "{\"requests\":[{\"id\":1", "{\"requests\":[{\"id\":1}]", "{\"requests\":[{\"id\":1}]}}", "{",
            "{\"requests\":[{\"id\":tru}]}", "{\"requests\":[1]} jane", "{\"requests\":[\"jane]}", "<html>jane</html>", "jane",
            "{\"requests\":[1],\"next_page\":\"jane", "{\"requests\":[1,]}", "{\"requests\":[1],}" })
    void whatIsNotJsonIsRefusedBeforeItsFirstRecordAndNotQuoted(String json) {
        assertThatExceptionOfType(UnusablePage.class).isThrownBy(() -> RecordPage.open(spool(json), JSON, List.of("requests")))
                .withMessage("it is not JSON").withNoCause();
    }

    @ParameterizedTest
    @ValueSource(strings = { "[]", "[{\"id\":1}]", "7", "null", "\"requests\"" })
    void whatIsNoObjectHasNoList(String json) {
        assertThatExceptionOfType(UnusablePage.class).isThrownBy(() -> RecordPage.open(spool(json), JSON, List.of("requests")))
                .withMessageContaining("no object");
    }

    @Test
    void aListThatIsThereTwiceIsNoneToChoose() {
        assertThatExceptionOfType(UnusablePage.class)
                .isThrownBy(() -> RecordPage.open(spool("{\"requests\":[1],\"requests\":[2]}"), JSON, List.of("requests")))
                .withMessageContaining("twice");
        StringBuilder many = new StringBuilder("{\"requests\":[]");
        for (int i = 0; i < 2000; i++) {
            many.append(",\"l").append(i).append("\":[]");
        }
        assertThatExceptionOfType(UnusablePage.class).isThrownBy(() -> RecordPage.open(spool(many + "}"), JSON, List.of("requests")))
                .withMessageContaining("1000");
    }

    @ParameterizedTest
    @ValueSource(strings = { "UTF-8", "UTF-16BE", "UTF-16LE", "UTF-32BE" })
    void jsonIsReadInEveryEncodingOfUnicode(String charset) throws Exception {
        byte[] bytes = "{\"requests\":[{\"name\":\"Zoë 日😀\"}]}".getBytes(Charset.forName(charset));
        try (RecordPage page = RecordPage.open(spool(bytes), JSON, List.of("requests"))) {
            assertThat(page.next().get("name").asText()).isEqualTo("Zoë 日😀");
        }
    }

    @Test
    void aRecordThatIsTooLargeIsRefusedAndAnotherOfThatSizeDoesNotMatter() throws Exception {
        String large = "\"" + "x".repeat(1000) + "\",";
        String record = "{\"a\":[" + large.repeat(RecordPage.LARGEST_RECORD / 1003 + 1) + "1]}";

        assertThatExceptionOfType(UnusablePage.class)
                .isThrownBy(() -> RecordPage.open(spool("{\"requests\":[{}," + record + "]}"), JSON, List.of("requests")))
                .withMessageContaining("larger than 16777216 bytes");
        assertThat(records("{\"users\":[" + record + "],\"requests\":[{}],\"x\":" + record + "}", JSON, "requests")).containsExactly("{}");
    }

    @Test
    void aPageOnTheDiskIsReadFromThereAndGoesWhenItIsClosed() throws Exception {
        StringBuilder json = new StringBuilder("{\"requests\":[");
        for (int i = 0; i < 20_000; i++) {
            json.append(i == 0 ? "" : ",").append("{\"id\":").append(i).append('}');
        }
        Spool spool = spool(json + "]}");
        Path file = spool.file();
        assertThat(file).exists();
        RecordPage page = RecordPage.open(spool, JSON, List.of("requests"));
        List<JsonNode> some = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            some.add(page.next());
        }
        assertThat(some.get(9999).get("id").asInt()).isEqualTo(9999);
        assertThat(page.count()).isEqualTo(20_000);
        page.close();
        page.close();
        assertThat(file).doesNotExist();

        Spool broken = spool(json.toString());
        Path gone = broken.file();
        assertThatThrownBy(() -> RecordPage.open(broken, JSON, List.of("requests"))).isInstanceOf(UnusablePage.class);
        assertThat(gone).doesNotExist();

        Spool lost = spool(json + "]}");
        Files.delete(lost.file());
        assertThatThrownBy(() -> RecordPage.open(lost, JSON, List.of("requests"))).isInstanceOf(IOException.class);
    }
}
