package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.camelzendesk.obo.client.Failure.Kind;
import io.github.camelzendesk.obo.client.RetryPolicy.Decision;

class RetryPolicyTest {

    private static final Instant T0 = Instant.parse("2026-11-25T10:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);

    private static ApiRequest request(String what) {
        return switch (what) {
            case "read" -> Rehearsal.read();
            case "write" -> Rehearsal.write();
            case "ticket" -> Rehearsal.ticket();
            // Zendesk documents no keys here
            case "keyed request" -> Rehearsal.request("POST", "/api/v2/requests", "key-1", Body.NONE);
            case "keyed put" -> Rehearsal.request("PUT", "/api/v2/tickets/7", "key-1", Body.NONE);
            case "tickets.json" -> Rehearsal.request("POST", "/api/v2/tickets.json?async=false", "key-1", Body.NONE);
            case "create_many" -> Rehearsal.request("POST", "/api/v2/tickets/create_many", "key-1", Body.NONE);
            case "ticket without a key" -> Rehearsal.request("POST", "/api/v2/tickets", null, Body.NONE);
            case "upload once" -> Rehearsal.upload();
            case "delete" -> Rehearsal.request("DELETE", "/api/v2/uploads/x", null, Body.NONE);
            default -> throw new IllegalArgumentException(what);
        };
    }

    private static Failure failure(Kind kind, Outcome outcome, int attempts, Duration retryAfter) {
        return new Failure(kind, "it failed", 0, AnswerHeaders.NONE, ErrorBody.NONE, new byte[0], outcome, attempts, retryAfter, null,
                Duration.ZERO, false);
    }

    private static Decision decide(ApiRequest request, Failure failure, int tries, int maxAttempts, double random) {
        return RetryPolicy.decide(request, failure, tries, maxAttempts, T0, T0, T0.plus(HOUR), random);
    }

    // ---- what is repeated

    @ParameterizedTest(name = "{0} | {1} | {2} | sent {3} times -> {4}")
    @CsvSource(delimiter = '|', value = {
        "read                 | TRANSPORT         | NOT_DONE | 1 | again",
        "read                 | UNAVAILABLE       | NOT_DONE | 1 | again",
        "read                 | RATE_LIMITED      | NOT_DONE | 1 | again",
        "read                 | CONFLICT          | NOT_DONE | 1 | no",
        "read                 | NOT_FOUND         | NOT_DONE | 1 | no",
        "read                 | UNKNOWN_USER      | NOT_DONE | 1 | no",
        "read                 | UNEXPECTED_ANSWER | NOT_DONE | 1 | no",
        "write                | TRANSPORT         | NOT_DONE | 0 | again",
        "write                | TRANSPORT         | NOT_DONE | 1 | again",
        "write                | TRANSPORT         | UNKNOWN  | 1 | no",
        "write                | TRANSPORT         | DONE     | 1 | no",
        "write                | UNAVAILABLE       | UNKNOWN  | 1 | no",
        "write                | UNAVAILABLE       | NOT_DONE | 1 | again",
        "write                | RATE_LIMITED      | NOT_DONE | 1 | again",
        "write                | CONFLICT          | NOT_DONE | 1 | no",
        "write                | INVALID_RECORD    | NOT_DONE | 1 | no",
        "write                | FORBIDDEN         | NOT_DONE | 1 | no",
        "ticket               | TRANSPORT         | UNKNOWN  | 1 | again",
        "ticket               | UNAVAILABLE       | UNKNOWN  | 1 | again",
        "ticket               | TRANSPORT         | DONE     | 1 | no",
        "ticket               | CONFLICT          | NOT_DONE | 1 | no",
        "ticket               | IDEMPOTENCY_MISMATCH | NOT_DONE | 1 | no",
        "tickets.json         | TRANSPORT         | UNKNOWN  | 1 | again",
        "create_many          | TRANSPORT         | UNKNOWN  | 1 | no",
        "ticket without a key | TRANSPORT         | UNKNOWN  | 1 | no",
        "keyed request        | TRANSPORT         | UNKNOWN  | 1 | no",
        "keyed put            | UNAVAILABLE       | UNKNOWN  | 1 | no",
        "delete               | TRANSPORT         | UNKNOWN  | 1 | no",
        "delete               | RATE_LIMITED      | NOT_DONE | 1 | again",
        "upload once          | TRANSPORT         | NOT_DONE | 0 | again",
        "upload once          | RATE_LIMITED      | NOT_DONE | 1 | its body can be read only once",
        "upload once          | TRANSPORT         | UNKNOWN  | 1 | no"})
    void whatIsRepeated(String what, Kind kind, Outcome outcome, int attempts, String expected) {
        Decision decision = decide(request(what), failure(kind, outcome, attempts, null), 1, 3, 0.5);
        if (expected.equals("again")) {
            assertThat(decision).isInstanceOf(Decision.Again.class);
        } else {
            assertThat(decision).isEqualTo(new Decision.Stop(expected.equals("no") ? "" : expected));
        }
    }

    @ParameterizedTest
    @CsvSource({"NOT_PROVEN,0,5,again", "NOT_PROVEN,0,,no", "NOT_PROVEN,1,5,no", "NO_TOKEN,0,5,again", "NO_TOKEN,1,5,no", "NO_TOKEN,0,,no"})
    void withoutATokenOrAProofItIsTriedAgainWhenItIsKnownWhenThereMayBeOne(Kind kind, int attempts, Integer seconds, String expected) {
        Duration retryAfter = seconds == null ? null : Duration.ofSeconds(seconds);
        assertThat(decide(request("write"), failure(kind, Outcome.NOT_DONE, attempts, retryAfter), 1, 3, 0.5) instanceof Decision.Again)
                .isEqualTo(expected.equals("again"));
    }

    @Test
    void whatLastsIsNotTriedAgain() {
        Failure lasting = failure(Kind.TRANSPORT, Outcome.NOT_DONE, 0, null).lastingly();
        assertThat(decide(request("read"), lasting, 1, 3, 0.5)).isEqualTo(new Decision.Stop(""));
    }

    @Test
    void theReasonIsGivenWhereItIsNotPlain() {
        Failure failure = failure(Kind.UNAVAILABLE, Outcome.NOT_DONE, 1, Duration.ofSeconds(30));
        assertThat(decide(request("read"), failure, 3, 3, 0.5)).isEqualTo(new Decision.Stop("that is all that maxAttempts allows"));
        assertThat(decide(request("read"), failure, 1, 1, 0.5)).isEqualTo(new Decision.Stop(""));
        assertThat(RetryPolicy.decide(request("read"), failure, 1, 3, T0, T0, T0.plusSeconds(29), 0.5))
                .isEqualTo(new Decision.Stop("the next try would be later than maxWait allows"));
    }

    // ---- when

    @ParameterizedTest
    @CsvSource({"1,500", "2,1000", "3,2000", "4,4000", "5,8000", "6,16000", "7,20000", "8,20000", "1000,20000"})
    void withoutAHintTheWaitIsAnyUpToTwiceTheLastOne(int tries, long most) {
        Failure failure = failure(Kind.UNAVAILABLE, Outcome.NOT_DONE, tries, null);
        assertThat(wait(failure, tries, 0)).isZero();
        assertThat(wait(failure, tries, 0.5)).isEqualTo(Duration.ofMillis(most / 2));
        assertThat(wait(failure, tries, 1)).isEqualTo(Duration.ofMillis(most));
    }

    @ParameterizedTest
    @CsvSource({"0,0,500", "1,1000,1100", "10,10000,11000", "20,20000,22000", "60,60000,62000", "600,600000,602000"})
    void whatZendeskAsksForIsWaitedAndATenthMoreAtMost(int seconds, long least, long most) {
        Failure failure = failure(Kind.RATE_LIMITED, Outcome.NOT_DONE, 1, Duration.ofSeconds(seconds));
        assertThat(wait(failure, 1, 0)).isEqualTo(Duration.ofMillis(least));
        assertThat(wait(failure, 1, 1)).isEqualTo(Duration.ofMillis(most));
    }

    @Test
    void aRefusalWithoutAHintIsWaitedOutForTenSeconds() {
        Failure failure = failure(Kind.RATE_LIMITED, Outcome.NOT_DONE, 1, null);
        assertThat(wait(failure, 1, 0)).isEqualTo(Duration.ofSeconds(10));
        assertThat(wait(failure, 1, 1)).isEqualTo(Duration.ofSeconds(11));
    }

    private static Duration wait(Failure failure, int tries, double random) {
        return ((Decision.Again) decide(request("read"), failure, tries, Integer.MAX_VALUE, random)).after();
    }

    @ParameterizedTest
    @CsvSource({"109,ticket,again", "110,ticket,Zendesk forgets idempotency keys after two hours", "110,read,again"})
    void aKeyIsUsedOnlyWhileItIsSurelyKnown(int minutes, String what, String expected) {
        Outcome outcome = what.equals("read") ? Outcome.NOT_DONE : Outcome.UNKNOWN;
        Decision decision = RetryPolicy.decide(request(what), failure(Kind.TRANSPORT, outcome, 1, null), 2, 10, T0,
                T0.plus(Duration.ofMinutes(minutes)), T0.plus(Duration.ofHours(5)), 0.001);
        assertThat(decision instanceof Decision.Stop stop ? stop.why() : "again").isEqualTo(expected);
    }

    // ---- whatever happens

    @Provide
    Arbitrary<ApiRequest> requests() {
        return Arbitraries.of("read", "write", "ticket", "keyed request", "keyed put", "tickets.json", "create_many",
                "ticket without a key", "upload once", "delete").map(RetryPolicyTest::request);
    }

    @Provide
    Arbitrary<Failure> failures() {
        return Combinators.combine(
                Arbitraries.of(Kind.class), Arbitraries.of(Outcome.class), Arbitraries.integers().between(0, 3),
                Arbitraries.longs().between(0, 3_600_000).map(Duration::ofMillis).injectNull(0.4))
                .as(RetryPolicyTest::failure);
    }

    @Property
    void noWriteIsRepeatedThatMayBeDoneTwiceAndNoBodyThatIsGone(
            @ForAll("requests") ApiRequest request, @ForAll("failures") Failure failure, @ForAll @IntRange(min = 1, max = 10) int tries,
            @ForAll @IntRange(min = 1, max = 10) int maxAttempts, @ForAll @DoubleRange(min = 0, max = 1) double random) {
        if (decide(request, failure, tries, maxAttempts, random) instanceof Decision.Again) {
            assertThat(failure.outcome()).isNotEqualTo(Outcome.DONE);
            if (failure.outcome() == Outcome.UNKNOWN) {
                assertThat(request.method()).isEqualTo("POST");
                assertThat(request.path()).matches("/api/v2/tickets(\\.json)?(\\?.*)?");
                assertThat(request.idempotencyKey()).isNotNull();
            }
            assertThat(failure.attempts() == 0 || request.body().repeatable()).isTrue();
            assertThat(tries).isLessThan(maxAttempts);
            assertThat(Arrays.asList(Kind.RATE_LIMITED, Kind.UNAVAILABLE, Kind.TRANSPORT, Kind.NOT_PROVEN, Kind.NO_TOKEN))
                    .contains(failure.kind());
        }
    }

    @Property
    void noTryBeginsBeforeZendeskWantsItNorAfterItMay(
            @ForAll("requests") ApiRequest request, @ForAll("failures") Failure failure, @ForAll @IntRange(min = 1, max = 40) int tries,
            @ForAll @LongRange(min = 0, max = 10_000_000) long sinceMillis, @ForAll @LongRange(min = 0, max = 10_000_000) long leftMillis,
            @ForAll @DoubleRange(min = 0, max = 1) double random) {
        Instant now = T0.plusMillis(sinceMillis);
        Instant latest = now.plusMillis(leftMillis);
        Decision decision = RetryPolicy.decide(request, failure, tries, 50, T0, now, latest, random);
        if (decision instanceof Decision.Again again) {
            assertThat(now.plus(again.after())).isBeforeOrEqualTo(latest);
            assertThat(again.after()).isGreaterThanOrEqualTo(Duration.ZERO);
            if (failure.retryAfter() != null) {
                assertThat(again.after()).isGreaterThanOrEqualTo(failure.retryAfter());
            }
            if (failure.outcome() == Outcome.UNKNOWN) {
                assertThat(Duration.between(T0, now.plus(again.after()))).isLessThanOrEqualTo(ApiRequest.RECOGNIZABLE_FOR);
            }
        }
    }
}
