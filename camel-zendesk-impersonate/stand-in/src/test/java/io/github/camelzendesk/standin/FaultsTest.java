package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The scripted faults, as a client meets them. */
class FaultsTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private static final String REQUEST = "{\"request\":{\"subject\":\"s\",\"comment\":{\"body\":\"b\"}}}";

    private final StandIn zendesk = ZENDESK.standIn();
    private final Caller bare = Caller.of(zendesk).token(Sample.TOKEN);
    private final Caller jane = bare.as(Sample.JANE);

    @Test
    void theNextRequestsThatFitGetTheFaultAndChangeNothing() throws IOException {
        zendesk.faults().next(2).method("POST").path("/api/v2/requests")
                .respond(Fault.status(503).header("Retry-After", "7").header("X-Two", "a").header("X-Two", "b").text("busy"));

        assertThat(jane.get("/api/v2/requests").status()).isEqualTo(200);
        Caller.Reply reply = jane.post("/api/v2/requests.json", REQUEST);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.text()).isEqualTo("busy");
        assertThat(reply.header("Retry-After")).isEqualTo("7");
        assertThat(reply.headers().allValues("X-Two")).containsExactly("a", "b");
        assertThat(jane.post("/api/v2/requests", REQUEST).status()).isEqualTo(503);
        assertThat(zendesk.world().tickets()).hasSize(5);
        assertThat(jane.post("/api/v2/requests", REQUEST).status()).isEqualTo(201);
        assertThat(zendesk.journal().lines()).contains("as jane@example.com POST /api/v2/requests.json -> 503");
    }

    @Test
    void aRuleCanAskForTheUserOrForNone() throws IOException {
        zendesk.faults().next().onBehalfOf(Sample.RAJ).respond(Fault.status(500));
        zendesk.faults().always().bare().path("/api/v2/oauth/*").respond(Fault.status(502));
        zendesk.faults().next().path("/api/v2/requests/{id}").respond(Fault.status(504));

        assertThat(jane.get("/api/v2/users/me").status()).isEqualTo(200);
        assertThat(bare.as(Sample.RAJ).get("/api/v2/users/me").status()).isEqualTo(500);
        assertThat(bare.get("/api/v2/oauth/tokens/current").status()).isEqualTo(502);
        assertThat(jane.get("/api/v2/oauth/tokens/current").status()).isEqualTo(200);
        assertThat(jane.get("/api/v2/requests/" + Sample.JANES_OPEN_TICKET + "/comments").status()).isEqualTo(200);
        assertThat(jane.get("/api/v2/requests/" + Sample.JANES_OPEN_TICKET).status()).isEqualTo(504);
    }

    @Test
    void aConnectionResetBeforeTheAnswerIsJournaledWithoutAStatus() {
        zendesk.faults().next().respond(Fault.reset());

        assertThatThrownBy(() -> jane.post("/api/v2/requests", REQUEST)).isInstanceOf(IOException.class);
        assertThat(zendesk.journal().lines()).containsExactly("as jane@example.com POST /api/v2/requests -> no answer");
        assertThat(zendesk.journal().entries().get(0).status()).isZero();
        assertThat(zendesk.world().tickets()).hasSize(5);
    }

    @Test
    void aResetIsAResetOnTheWire() throws IOException {
        zendesk.faults().next().respond(Fault.reset());

        try (Socket socket = new Socket("127.0.0.1", zendesk.port())) {
            socket.getOutputStream().write("GET /api/v2/users/me HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(java.net.SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void aConnectionClosedBeforeTheAnswerEndsInGoodOrder() throws IOException {
        zendesk.faults().next().respond(Fault.reset().closeBeforeAnswer());

        try (Socket socket = new Socket("127.0.0.1", zendesk.port())) {
            socket.getOutputStream().write("GET /api/v2/users/me HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aRequestCanTakeEffectAndItsAnswerBeLost() {
        zendesk.faults().next().respond(Fault.dropAfterProcessing());

        assertThatThrownBy(() -> jane.post("/api/v2/requests", REQUEST)).isInstanceOf(IOException.class);
        assertThat(zendesk.world().tickets()).hasSize(6);
    }

    @Test
    void aRequestCanTakeEffectAndBeAnsweredWithAnError() throws IOException {
        zendesk.faults().next().respond(Fault.status(504).afterProcessing());

        assertThat(jane.post("/api/v2/requests", REQUEST).status()).isEqualTo(504);
        assertThat(zendesk.world().tickets()).hasSize(6);
    }

    @Test
    void aBodyCanBreakOffInTheMiddle() throws Exception {
        for (Fault fault : List.of(Fault.status(200).json("0123456789").resetInMidBody(4),
                Fault.status(200).json("0123456789").resetInMidBody(4).chunked())) {
            zendesk.faults().next().respond(fault);
            HttpResponse<InputStream> response = Caller.HTTP.send(jane.request("GET", "/api/v2/requests", null, null),
                    HttpResponse.BodyHandlers.ofInputStream());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body().readNBytes(4)).isEqualTo("0123".getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> response.body().read()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aStalledRequestIsNeverAnswered() {
        zendesk.faults().next().respond(Fault.stall());
        HttpRequest request = HttpRequest.newBuilder(jane.request("GET", "/api/v2/requests", null, null), (n, v) -> true)
                .timeout(Duration.ofMillis(200)).build();

        assertThatThrownBy(() -> Caller.HTTP.send(request, HttpResponse.BodyHandlers.discarding()))
                .isInstanceOf(java.net.http.HttpTimeoutException.class);
        assertThat(zendesk.journal().lines()).containsExactly("as jane@example.com GET /api/v2/requests -> no answer");
    }

    @Test
    void manyRequestsWaitAtOnceWithoutAThreadEach() {
        zendesk.faults().latency(Duration.ofMillis(300));
        long start = System.nanoTime();
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(Caller.HTTP.sendAsync(jane.request("GET", "/api/v2/users/me", null, null),
                    HttpResponse.BodyHandlers.discarding()).thenApply(HttpResponse::statusCode));
        }
        assertThat(all).allSatisfy(reply -> assertThat(reply.get(20, TimeUnit.SECONDS)).isEqualTo(200));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(300), Duration.ofSeconds(15));
        assertThat(Thread.getAllStackTraces().keySet()).filteredOn(thread -> thread.getName().contains("XNIO"))
                .hasSizeLessThan(20); // of this and of other tests' stand-ins
    }

    @Test
    void aSlowAnswerIsTheUsualOne() throws IOException {
        zendesk.faults().next().respond(Fault.slow(Duration.ofMillis(50)));

        assertThat(jane.get("/api/v2/users/me").json().at("/user/email").asText()).isEqualTo(Sample.JANE);
    }

    @Test
    void aBodyCanBeCompressedUnasked() throws IOException {
        zendesk.faults().next().respond(Fault.status(200).json("{\"a\":1}").gzip());

        Caller.Reply reply = jane.get("/api/v2/users/me");
        assertThat(reply.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(reply.body())).readAllBytes())
                .isEqualTo("{\"a\":1}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aRedirectNamesAnyAddress() throws IOException {
        zendesk.faults().next().respond(Fault.redirect("http://elsewhere.example/x"));

        Caller.Reply reply = jane.get("/api/v2/users/me");
        assertThat(reply.status()).isEqualTo(302);
        assertThat(reply.header("Location")).isEqualTo("http://elsewhere.example/x");
    }

    @Test
    void aBodyCanComeInDrops() throws IOException {
        zendesk.faults().next().respond(Fault.status(200).json("0123456789").trickle(3, Duration.ofMillis(40)));
        zendesk.faults().next().respond(Fault.usual().chunked().trickle(100, Duration.ofMillis(1)));

        long start = System.nanoTime();
        assertThat(jane.get("/api/v2/users/me").text()).isEqualTo("0123456789");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(115));
        assertThat(jane.get("/api/v2/users/me").json().at("/user/email").asText()).isEqualTo(Sample.JANE);
    }

    @Test
    void aListCanLieAboutItsNextPage() throws IOException {
        String page = "/api/v2/requests?page%5Bsize%5D=1";
        String self = zendesk.baseUri() + page;
        zendesk.faults().next().path("/api/v2/requests").respond(Fault.usual().set("/links/next", "https://elsewhere.example/x"));
        zendesk.faults().next().path("/api/v2/requests").respond(Fault.usual().set("/links/next", self));
        zendesk.faults().next().path("/api/v2/requests").respond(Fault.usual().set("/meta/has_more", true).remove("/links"));
        zendesk.faults().next().path("/api/v2/requests").respond(Fault.usual().set("/links/next", null)
                .set("/requests/0/id", 7).remove("/requests/0/url").set("/new", "x").remove("/requests/9").set("/no/parent", 1));

        assertThat(jane.get(page).json().at("/links/next").asText()).isEqualTo("https://elsewhere.example/x");
        Caller.Reply again = jane.with("Accept-Encoding", "gzip").get(page);
        assertThat(Json.MAPPER.readTree(new GZIPInputStream(new ByteArrayInputStream(again.body()))).at("/links/next").asText())
                .isEqualTo(self);
        JsonNode third = jane.get(page).json();
        assertThat(third.at("/meta/has_more").asBoolean()).isTrue();
        assertThat(third.has("links")).isFalse();
        assertThat(third.path("requests")).hasSize(1);
        JsonNode fourth = jane.get(page).json();
        assertThat(fourth.at("/links/next").isNull()).isTrue();
        assertThat(fourth.at("/requests/0/id").asInt()).isEqualTo(7);
        assertThat(fourth.at("/requests/0").has("url")).isFalse();
        assertThat(fourth.path("new").asText()).isEqualTo("x");
        assertThat(jane.get(page).json().at("/links/next").asText()).startsWith(zendesk.baseUri().toString());
    }

    @Test
    void whatIsNoJsonIsNotEdited() throws IOException {
        zendesk.faults().next().respond(Fault.status(200).text("plain").set("/a", 1));

        assertThat(jane.get("/api/v2/users/me").text()).isEqualTo("plain");
        assertThatThrownBy(() -> Fault.usual().set("links/next", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.usual().remove("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAnswerCanComeBeforeTheBodyHas() throws IOException {
        zendesk.faults().next().respond(Fault.status(413).text("too large").beforeBody());

        try (Socket socket = new Socket("127.0.0.1", zendesk.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(("POST /api/v2/uploads?filename=x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(12)).isEqualTo("HTTP/1.1 413".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(zendesk.journal().lines()).containsExactly("as nobody (anonymous) POST /api/v2/uploads -> 413");
    }

    @Test
    void aRequestThatBreaksOffInItsBodyIsJournaled() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", zendesk.port())) {
            socket.getOutputStream().write(("POST /api/v2/uploads?filename=x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                    + "X-On-Behalf-Of: jane@example.com\r\n\r\nhalf").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        }

        JournalEntry entry = zendesk.journal().await(each -> each.path().equals("/api/v2/uploads"));
        assertThat(entry.status()).isZero();
        assertThat(entry.bodyBytes()).isEqualTo(4);
        assertThat(entry.onBehalfOf()).isEqualTo(Sample.JANE);
        assertThat(entry.line()).isEqualTo("as nobody (body cut off) POST /api/v2/uploads -> no answer");
    }
}
