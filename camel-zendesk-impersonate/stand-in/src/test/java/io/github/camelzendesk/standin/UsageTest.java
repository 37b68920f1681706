package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was made of each rate window. */
class UsageTest {

    private static final String REQUEST = "{\"request\":{\"subject\":\"s\",\"comment\":{\"body\":\"b\"}}}";
    private static final Instant TEN = Instant.parse("2026-11-25T10:00:00Z");

    private final TestClock clock = new TestClock(TEN);
    private final StandIn zendesk = StandIn.builder().clock(clock).start();
    private final Caller jane = Caller.of(zendesk).token(Sample.TOKEN).as(Sample.JANE);

    @AfterEach
    void close() {
        zendesk.close();
    }

    @Test
    void aFullMinuteIsCountedFromItsFirstSecondToItsLast() throws IOException {
        zendesk.switches().rateLimit(50);
        for (int second = 0; second < 60; second++) {
            clock.set(TEN.plusSeconds(second));
            assertThat(jane.get("/api/v2/users/me").status()).isEqualTo(second < 50 ? 200 : 429);
        }
        clock.set(TEN.plusSeconds(60));
        assertThat(jane.get("/api/v2/users/me").status()).isEqualTo(200);

        assertThat(zendesk.usage()).containsExactly(
                new Usage("account", "account", TEN, 60, 50, 50, 10, 0, 0),
                new Usage("account", "account", TEN.plusSeconds(60), 60, 50, 1, 0, 0, 0));
        assertThat(zendesk.usage().get(0).utilisation()).isEqualTo(1.0);
        assertThat(zendesk.usage().get(1).utilisation()).isEqualTo(0.02);
    }

    @Test
    void everyWindowIsOnItsOwnAndAMinuteWithoutRequestsHasNone() throws IOException {
        zendesk.switches().createRateLimit(1);
        Caller owner = Caller.of(zendesk).token(Sample.TOKEN);
        jane.post("/api/v2/requests", REQUEST);
        jane.post("/api/v2/requests", REQUEST);
        owner.as(Sample.RAJ).post("/api/v2/requests", REQUEST);
        jane.get("/api/v2/help_center/users/me/votes");
        owner.get("/api/v2/tickets");
        owner.put("/api/v2/tickets/" + Sample.JANES_OPEN_TICKET, "{\"ticket\":{}}");
        jane.get("/api/v2/nothing");
        clock.advance(Duration.ofMinutes(9));
        owner.put("/api/v2/tickets/" + Sample.JANES_OPEN_TICKET, "{\"ticket\":{}}");

        String create = "ticket-request-create-by-user-and-ip";
        String owners = zendesk.world().user(Sample.OWNER).id() + "/" + Sample.JANES_OPEN_TICKET;
        assertThat(zendesk.usage()).containsExactlyInAnyOrder(
                new Usage("account", "account", TEN, 60, 700, 6, 0, 0, 0),
                new Usage("help-center", "account", TEN, 60, 700, 1, 0, 0, 0),
                new Usage(create, String.valueOf(Sample.JANE_ID), TEN, 60, 1, 1, 1, 0, 0),
                new Usage(create, String.valueOf(Sample.RAJ_ID), TEN, 60, 1, 1, 0, 0, 0),
                new Usage("tickets-index", "account", TEN, 60, 100, 1, 0, 0, 0),
                new Usage("per-ticket-updates", owners, TEN, 600, 30, 2, 0, 0, 0),
                new Usage("account", "account", TEN.plusSeconds(540), 60, 700, 1, 0, 0, 0));
    }

    @Test
    void aWindowKeepsTheLimitOfItsEnd() throws IOException {
        zendesk.switches().rateLimit(5);
        jane.get("/api/v2/users/me");
        zendesk.switches().rateLimit(2);
        jane.get("/api/v2/users/me");
        assertThat(jane.get("/api/v2/users/me").status()).isEqualTo(429);
        zendesk.switches().rateLimit(3);
        assertThat(jane.get("/api/v2/users/me").header("x-rate-limit-remaining")).isEqualTo("0");

        clock.advance(Duration.ofMinutes(3));
        zendesk.switches().rateLimit(9);

        assertThat(zendesk.usage()).containsExactly(new Usage("account", "account", TEN, 60, 3, 3, 1, 0, 0));
    }

    @Test
    void whatAnotherApplicationSpendsIsGoneForThisMinute() throws IOException {
        zendesk.switches().rateLimit(10);
        jane.get("/api/v2/users/me");

        assertThat(zendesk.spend(8)).isEqualTo(8);
        assertThat(jane.get("/api/v2/users/me").header("x-rate-limit-remaining")).isEqualTo("0");
        assertThat(jane.get("/api/v2/users/me").status()).isEqualTo(429);
        assertThat(zendesk.spend(4)).isZero();

        assertThat(zendesk.usage()).containsExactly(new Usage("account", "account", TEN, 60, 10, 2, 1, 8, 4));
        assertThat(zendesk.usage().get(0).utilisation()).isEqualTo(0.2);
        clock.advance(Duration.ofMinutes(1));
        assertThat(jane.get("/api/v2/users/me").header("x-rate-limit-remaining")).isEqualTo("9");
        assertThatThrownBy(() -> zendesk.spend(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRequestThatAFaultKeepsFromBeingProcessedIsNotCounted() throws IOException {
        zendesk.faults().next().respond(Fault.status(429));
        jane.get("/api/v2/users/me");
        assertThat(zendesk.usage()).isEmpty();

        zendesk.faults().next().respond(Fault.status(502).afterProcessing());
        jane.get("/api/v2/users/me");
        assertThat(zendesk.usage()).extracting(Usage::allowed).containsExactly(1);
    }

    @Test
    void theNewestTenThousandWindowsOfANameAreKept() {
        for (int i = 0; i < 10_005; i++) {
            zendesk.spend(1);
            clock.advance(Duration.ofMinutes(1));
        }

        List<Usage> usage = zendesk.usage();
        assertThat(usage).hasSize(10_000);
        assertThat(usage.get(0).start()).isEqualTo(TEN.plus(Duration.ofMinutes(5)));
        zendesk.reset();
        assertThat(zendesk.usage()).isEmpty();
    }

    @Test
    void itIsReadAndSpentOverHttp() throws IOException {
        Caller control = Caller.of(zendesk);
        jane.get("/api/v2/users/me");

        assertThat(control.post("/_stand-in/spend", "{\"requests\":700}").text()).isEqualTo("{\"allowed\":699,\"refused\":1}");
        JsonNode windows = control.get("/_stand-in/usage").json().path("windows");
        assertThat(windows).hasSize(1);
        assertThat(windows.get(0).toString()).isEqualTo("{\"name\":\"account\",\"whose\":\"account\","
                + "\"start\":\"2026-11-25T10:00:00Z\",\"seconds\":60,\"limit\":700,\"allowed\":1,\"refused\":0,\"others\":699,"
                + "\"others_refused\":1,\"utilisation\":0.0014285714285714286}");
        assertThat(control.post("/_stand-in/spend", "{\"requests\":-1}").status()).isEqualTo(400);
    }
}
