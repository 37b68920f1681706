package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code /oauth/authorizations/new}: what the browser is shown, and where it is sent. */
class ConsentTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    /** Of {@link #VERIFIER} [RFC 7636, appendix B]. */
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private final StandIn zendesk = ZENDESK.standIn();
    private final Caller browser = Caller.of(zendesk);

    private static Map<String, String> request() {
        Map<String, String> request = new LinkedHashMap<>();
        request.put("response_type", "code");
        request.put("client_id", Sample.CLIENT);
        request.put("redirect_uri", Sample.REDIRECT_URI);
        request.put("scope", "impersonate read write");
        request.put("state", "a b&<\"");
        return request;
    }

    private static String encoded(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private Caller.Reply open(Map<String, String> request) throws IOException {
        return browser.get("/oauth/authorizations/new?" + encoded(request));
    }

    private Caller.Reply press(Map<String, String> request, String decision) throws IOException {
        Map<String, String> form = new LinkedHashMap<>(request);
        form.put("decision", decision);
        return browser.send("POST", "/oauth/authorizations/new", encoded(form).getBytes(StandardCharsets.UTF_8),
                "application/x-www-form-urlencoded");
    }

    private static String code(Caller.Reply reply) {
        Matcher code = Pattern.compile("[?&]code=([^&]+)").matcher(String.valueOf(reply.header("Location")));
        assertThat(code.find()).as(reply.header("Location")).isTrue();
        return code.group(1);
    }

    private void assertSentBack(Map<String, String> request, String error) throws IOException {
        Caller.Reply reply = open(request);
        assertThat(reply.status()).isEqualTo(302);
        assertThat(reply.header("Location")).startsWith(Sample.REDIRECT_URI + "?error=" + error + "&error_description=The+")
                .endsWith("&state=a+b%26%3C%22");
    }

    private void assertNotSentAnywhere(Caller.Reply reply, String words) {
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("Location")).isNull();
        assertThat(reply.text()).contains(words);
    }

    @Test
    void thePageNamesTheClientTheUserAndTheScopesAndAsks() throws IOException {
        zendesk.world().client(Sample.CLIENT).name("A & <B>");

        Caller.Reply page = open(request());

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.text()).contains("A &amp; &lt;B&gt;", "Olivia Owner (owner@acme.example, admin)",
                "<li>impersonate</li>", "<li>read</li>", "id=\"allow\"", "id=\"deny\"",
                "name=\"state\" value=\"a b&amp;&lt;&quot;\"").doesNotContain("<B>");
        assertThat(zendesk.journal().lines()).containsExactly("as client my_client GET /oauth/authorizations/new asked -> 200");
    }

    @Test
    void allowGivesACodeThatIsWorthAPairOfTheSignedInUser() throws IOException {
        zendesk.world().signedIn(zendesk.world().user(Sample.AGENT));
        Map<String, String> request = request();
        request.put("code_challenge", CHALLENGE);
        request.put("code_challenge_method", "S256");

        Caller.Reply back = press(request, "allow");

        assertThat(back.status()).isEqualTo(302);
        assertThat(back.header("Location")).startsWith(Sample.REDIRECT_URI + "?code=").endsWith("&state=a+b%26%3C%22");
        String exchange = Json.object().put("grant_type", "authorization_code").put("client_id", Sample.CLIENT)
                .put("client_secret", Sample.CLIENT_SECRET).put("code", code(back)).put("redirect_uri", Sample.REDIRECT_URI)
                .put("code_verifier", VERIFIER).toString();
        JsonNode granted = browser.post("/oauth/tokens", exchange).json();
        assertThat(granted.path("scope").asText()).isEqualTo("impersonate read write");
        assertThat(browser.token(granted.path("access_token").asText()).get("/api/v2/users/me").json().at("/user/email")
                .asText()).isEqualTo(Sample.AGENT);
        assertThat(zendesk.journal().lines()).startsWith(
                "as client my_client POST /oauth/authorizations/new allowed -> 302",
                "as client my_client POST /oauth/tokens authorization_code -> 201");
    }

    @Test
    void denySendsBackInZendesksWords() throws IOException {
        Map<String, String> request = request();
        request.remove("state");

        assertThat(press(request, "deny").header("Location")).isEqualTo(Sample.REDIRECT_URI + "?error=access_denied"
                + "&error_description=The+end-user+or+authorization+server+denied+the+request");
        assertThat(zendesk.journal().lines())
                .containsExactly("as client my_client POST /oauth/authorizations/new denied -> 302");
    }

    @Test
    void aLinkDecidesNothing() throws IOException {
        Map<String, String> request = request();
        request.put("decision", "allow");

        assertThat(open(request).status()).isEqualTo(200);
        assertThat(browser.send("POST", "/oauth/authorizations/new?" + encoded(request()), null, null).status()).isEqualTo(200);
    }

    @Test
    void nobodyIsSentToAnAddressThatIsNotRegistered() throws IOException {
        Map<String, String> request = request();
        request.put("redirect_uri", Sample.REDIRECT_URI + "/");
        assertNotSentAnywhere(open(request), "The redirect URL is not registered for this client.");
        assertNotSentAnywhere(press(request, "allow"), "not registered");
        assertNotSentAnywhere(press(request, "deny"), "not registered");
        request.remove("redirect_uri");
        assertNotSentAnywhere(open(request), "not registered");
        Map<String, String> strange = request();
        strange.put("client_id", "stranger");
        assertNotSentAnywhere(open(strange), "No such client.");
        assertThat(zendesk.journal().lines()).last().isEqualTo("as nobody (unknown client) GET /oauth/authorizations/new asked -> 400");
    }

    @Test
    void anotherLoopbackPortServesOnlyIfSoSwitched() throws IOException {
        Map<String, String> request = request();
        request.put("redirect_uri", Sample.REDIRECT_URI.replace("8765", "40001"));

        assertThat(open(request).status()).isEqualTo(400);
        zendesk.switches().loopbackRedirectsOnAnyPort(true);
        assertThat(open(request).status()).isEqualTo(200);
        request.put("redirect_uri", "http://127.0.0.1.evil.example:8765/callback");
        assertThat(open(request).status()).isEqualTo(400);
        request.put("redirect_uri", "http://127.0.0.1:1@evil.example/callback");
        assertThat(open(request).status()).isEqualTo(400);
    }

    @Test
    void aRedirectWithAQueryKeepsIt() throws IOException {
        zendesk.world().client(Sample.CLIENT).redirectUri("https://app.example/cb?tenant=1");
        Map<String, String> request = request();
        request.put("redirect_uri", "https://app.example/cb?tenant=1");

        assertThat(press(request, "allow").header("Location")).startsWith("https://app.example/cb?tenant=1&code=");
    }

    @Test
    void mistakesAreToldByWayOfTheRedirect() throws IOException {
        Map<String, String> request = request();
        request.put("response_type", "token");
        assertSentBack(request, "unsupported_response_type");
        request = request();
        request.remove("scope");
        assertSentBack(request, "invalid_request");
        request = request();
        request.put("code_challenge", VERIFIER);
        assertSentBack(request, "invalid_request");
        request.put("code_challenge_method", "plain");
        assertSentBack(request, "invalid_request");
        request = request();
        request.put("client_id", Sample.PUBLIC_CLIENT);
        assertSentBack(request, "invalid_request");
        zendesk.world().client(Sample.CLIENT).allowedScopes("read");
        assertSentBack(request(), "invalid_scope");
    }

    @Test
    void whoIsNotSignedInIsNotAsked() throws IOException {
        zendesk.world().signedIn(null);

        assertThat(open(request()).status()).isEqualTo(401);
        assertThat(press(request(), "allow").status()).isEqualTo(401);
    }

    @Test
    void aRedirectUriMustBeOneThatZendeskRegisters() {
        Client client = zendesk.world().client(Sample.CLIENT);

        assertThatThrownBy(() -> client.redirectUri("http://app.example/cb")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.redirectUri("urn:ietf:wg:oauth:2.0:oob")).isInstanceOf(IllegalArgumentException.class);
    }
}
