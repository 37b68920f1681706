package io.github.camelzendesk.obo.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorBodyTest {

    @Test
    void aCodeWithADescription() {
        ErrorBody body = json("{'error':'RecordNotFound','description':'Not found'}");

        assertThat(body.code()).isEqualTo("RecordNotFound");
        assertThat(body.description()).isEqualTo("Not found");
        assertThat(body.title()).isNull();
        assertThat(body.details()).isEmpty();
        assertThat(body.missingScopes()).isEmpty();
        assertThat(body.text()).isEqualTo("{\"error\":\"RecordNotFound\",\"description\":\"Not found\"}");
    }

    @Test
    void theOauthLayersDescription() {
        ErrorBody body = json("{'error':'invalid_token','error_description':'expired, revoked, malformed'}");

        assertThat(body.code()).isEqualTo("invalid_token");
        assertThat(body.description()).isEqualTo("expired, revoked, malformed");
    }

    @Test
    void anErrorThatIsATextIsNoCode() {
        ErrorBody body = json("{'error':'Couldn\\u0027t authenticate you'}");

        assertThat(body.code()).isNull();
        assertThat(body.title()).isEqualTo("Couldn't authenticate you");
    }

    @Test
    void anErrorThatIsAnObject() {
        ErrorBody body = json("{'error':{'title':'Forbidden','message':'You do not have access to this page.'}}");

        assertThat(body.code()).isEqualTo("Forbidden");
        assertThat(body.title()).isEqualTo("Forbidden");
        assertThat(body.description()).isEqualTo("You do not have access to this page.");
        assertThat(body.details()).isEmpty();
    }

    @Test
    void anErrorObjectWhoseTitleIsASentence() {
        ErrorBody body = json("{'error':{'title':'Invalid attribute','message':'m'}}");

        assertThat(body.code()).isNull();
        assertThat(body.title()).isEqualTo("Invalid attribute");
    }

    @Test
    void aListOfErrorsIsKeptWhole() {
        ErrorBody body = json("{'errors':[{'code':'InvalidPaginationParameter','title':'page[after] is not valid'},"
                              + "{'code':'Second','title':'two','detail':'more'},'three']}");

        assertThat(body.code()).isEqualTo("InvalidPaginationParameter");
        assertThat(body.title()).isEqualTo("page[after] is not valid");
        assertThat(body.details()).containsExactly(entry("base", List.of(
                new Problem("page[after] is not valid", "InvalidPaginationParameter", null),
                new Problem("two", "Second", null), new Problem("three", null, null))));
    }

    @Test
    void everyProblemOfEveryFieldIsKeptInOrder() {
        ErrorBody body = json("{'error':'RecordInvalid','description':'Record validation errors','details':{"
                              + "'status':[{'description':'closed prevents ticket update'}],"
                              + "'base':[{'description':'Subject: cannot be blank','error':'BlankValue','field_key':'subject'},"
                              + "{'description':'Plan: cannot be blank','error':'BlankValue','field_key':360001}]}}");

        assertThat(body.code()).isEqualTo("RecordInvalid");
        assertThat(body.details()).containsExactly(
                entry("status", List.of(new Problem("closed prevents ticket update", null, null))),
                entry("base", List.of(new Problem("Subject: cannot be blank", "BlankValue", "subject"),
                        new Problem("Plan: cannot be blank", "BlankValue", "360001"))));
        assertThat(body.safeFields()).containsExactly("status", "base");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{'details':'broken'}                      | base",
            "{'details':['broken']}                    | base",
            "{'details':[{'description':'broken'}]}    | base",
            "{'details':{'x':'broken'}}                | x",
            "{'details':{'x':['broken']}}              | x",
            "{'details':{'x':{'description':'broken'}}} | x",
            "{'details':{'x':[{'message':'broken'}]}}  | x",
            "{'errors':{'x':['broken']}}               | x",
            "{'error':{'details':{'x':'broken'}}}      | x",
            "['broken']                                | base" }, quoteCharacter = '"')
    void detailsComeInManyShapes(String json, String field) {
        assertThat(json(json).details()).containsExactly(entry(field, List.of(new Problem("broken", null, null))));
    }

    @ParameterizedTest
    @ValueSource(strings = { "{}", "[]", "{'error':null}", "{'error':[]}", "{'error':''}", "{'errors':[]}", "{'errors':[null]}",
            "{'errors':[[]]}", "{'details':null}", "{'details':{}}", "{'details':{'x':null}}", "{'details':{'x':[]}}",
            "{'details':{'x':[[['y']]]}}", "{'details':{'x':[{}]}}", "{'description':{'a':1}}", "{'error':{}}", "{'error':{'title':[]}}" })
    void anEnvelopeMayBeEmpty(String json) {
        ErrorBody body = json(json);

        assertThat(body.code()).isNull();
        assertThat(body.title()).isNull();
        assertThat(body.description()).isNull();
        assertThat(body.details()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "You are missing the following required scopes: read                       | read",
            "Missing the following required scopes: groups:read, read                  | groups:read,read",
            "you are MISSING THE FOLLOWING REQUIRED SCOPES:read,write, impersonate.    | read,write,impersonate",
            "Missing the following required scopes: audit_logs:read, <b>, a@b.c, a:b:c | audit_logs:read",
            "Missing the following required scopes:                                    | ''",
            "You do not have access to this page.                                      | ''" })
    void missingScopesAreNamed(String description, String scopes) {
        List<String> expected = scopes.isEmpty() ? List.of() : List.of(scopes.split(","));

        assertThat(json("{'error':'Forbidden','description':'" + description + "'}").missingScopes()).isEqualTo(expected);
        assertThat(json("{'error':{'title':'Forbidden','message':'" + description + "'}}").missingScopes()).isEqualTo(expected);
        assertThat(ErrorBody.parse("text/plain", description.getBytes(UTF_8)).missingScopes()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "Number of allowed API requests per minute exceeded", "<html><body>503</body></html>", "{", "[",
            "{\"error\":", "{\"error\":\"x\"", "{error}", "[[[[", "\"text\"", "null", "42", "{\"a\":\"\\ud8\"}", "\u0000" })
    void whatIsNoJsonObjectStaysText(String text) {
        ErrorBody body = ErrorBody.parse("application/json", text.getBytes(UTF_8));

        assertThat(body).isEqualTo(new ErrorBody(null, null, null, Map.of(), List.of(), text));
    }

    @Test
    void jsonIsReadWhateverTheContentType() {
        for (String contentType : new String[] { null, "", "text/plain; charset=utf-8", "text/html", "application/json", ";;;" }) {
            assertThat(ErrorBody.parse(contentType, " \n{\"error\":\"x\"}".getBytes(UTF_8)).code()).isEqualTo("x");
        }
        assertThat(ErrorBody.parse(null, "\ufeff{\"error\":\"x\"}".getBytes(UTF_8)).code()).isEqualTo("x");
    }

    @Test
    void theCharsetIsHeeded() {
        assertThat(ErrorBody.parse("text/plain", "Zo\u00eb \u65e5".getBytes(UTF_8)).text()).isEqualTo("Zo\u00eb \u65e5");
        assertThat(ErrorBody.parse("text/plain; charset=ISO-8859-1", "Zo\u00eb".getBytes(ISO_8859_1)).text()).isEqualTo("Zo\u00eb");
        assertThat(ErrorBody.parse("text/plain; x=y; Charset = \"utf-16be\"", "Zo\u00eb".getBytes(StandardCharsets.UTF_16BE)).text())
                .isEqualTo("Zo\u00eb");
        for (String unknown : new String[] { "none", "!!", "utf-8\u0000" }) {
            assertThat(ErrorBody.parse("text/plain; charset=" + unknown, "Zo\u00eb".getBytes(UTF_8)).text()).isEqualTo("Zo\u00eb");
        }
        assertThat(ErrorBody.parse("text/plain", new byte[] { 'a', (byte) 0xff }).text()).isEqualTo("a\ufffd");
    }

    @Test
    void aLongBodyIsCutButStillRead() {
        ErrorBody body = json("{'pad':'" + "x".repeat(20_000) + "','error':'TooLong'}");

        assertThat(body.code()).isEqualTo("TooLong");
        assertThat(body.text()).hasSize(8192);
        assertThat(ErrorBody.parse(null, ("x" + "\ud83d\ude00".repeat(5000)).getBytes(UTF_8)).text()).hasSize(8191);
    }

    @Test
    void aHostileBodyDoesNoHarm() {
        assertThat(ErrorBody.parse(null, "[".repeat(2_000_000).getBytes(UTF_8)).details()).isEmpty();
        assertThat(ErrorBody.parse(null, "{\"a\":".repeat(200_000).getBytes(UTF_8)).details()).isEmpty();
        assertThat(json("{'error':" + "[".repeat(100) + "]".repeat(100) + "}").details()).isEmpty();
        assertThat(json("{'error':" + "9".repeat(5_000) + "}").code()).isNull();
        assertThat(ErrorBody.parse(null, new byte[3_000_000]).text()).hasSize(8192);
    }

    @ParameterizedTest
    @ValueSource(strings = { "a b", "a@example.com", "x\\ny", "\\u0000", "" })
    void whatLooksLikeNoCodeIsNone(String error) {
        assertThat(json("{'error':'" + error + "'}").code()).isNull();
        assertThat(json("{'errors':[{'code':'" + error + "'}]}").code()).isNull();
        assertThat(json("{'error':'" + "x".repeat(49) + "'}").code()).isNull();
        assertThat(json("{'error':'" + "x".repeat(48) + "'}").code()).hasSize(48);
    }

    @Test
    void onlyPlainFieldNamesAreSafe() {
        ErrorBody body = json("{'details':{'a@example.com':['x'],'custom_fields[0].value':['x'],'a b':['x'],'x\\ny':['x'],"
                              + "'" + "x".repeat(65) + "':['x'],'email':['x']}}");

        assertThat(body.details()).hasSize(6);
        assertThat(body.safeFields()).containsExactly("custom_fields[0].value", "email");
    }

    @Test
    void textsOfZendeskHaveNoTextForm() {
        ErrorBody body = json("{'error':'RecordInvalid','description':'Email: a@example.com is taken','details':"
                              + "{'email':[{'description':'Email: a@example.com is taken','error':'Dup','field_key':'a@example.com'}],"
                              + "'a@example.com':['x']}}");

        assertThat(body).hasToString("ErrorBody[code=RecordInvalid, fields=[email], missingScopes=[]]");
        assertThat(body.details().get("email")).hasToString("[Problem[Dup]]");
        assertThat(new Problem("x", "a@example.com", null)).hasToString("Problem[]");
    }

    @Test
    void nothingCanBeChangedLater() {
        ErrorBody body = json("{'details':{'x':['y']}}");

        assertThatThrownBy(() -> body.details().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> body.details().get("x").clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    private static ErrorBody json(String singleQuoted) {
        return ErrorBody.parse("application/json; charset=utf-8", singleQuoted.replace('\'', '"').getBytes(UTF_8));
    }
}
