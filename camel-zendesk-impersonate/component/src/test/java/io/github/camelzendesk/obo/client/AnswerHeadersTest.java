package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerHeadersTest {

    /** 28 seconds before the dates of the tests */
    private static final Instant NOW = Instant.parse("2026-10-21T07:27:32Z");

    @Test
    void withoutHeadersNothingIsKnown() {
        assertThat(parse()).isEqualTo(new AnswerHeaders(null, null, null, null, null, List.of(), null, null, null, null, null));
        assertThat(AnswerHeaders.parse(List.of("Zendesk-RateLimit-x"), name -> null, NOW).buckets()).isEmpty();
        assertThat(AnswerHeaders.parse(List.of(), name -> Arrays.asList(null, "", " "), NOW)).isEqualTo(parse());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "37                              | 37",
            "0                               | 0",
            "12.5                            | 13",
            "12.0                            | 12",
            "0.001                           | 1",
            "-3                              | 0",
            "-0.5                            | 0",
            "99999999                        | 3600",
            "999999999999999999999999999999  | 3600",
            "3600                            | 3600",
            "30, 30                          | 30",
            "Wed, 21 Oct 2026 07:28:00 GMT   | 28",
            "Wednesday, 21-Oct-26 07:28:00 GMT | 28",
            "Wed Oct 21 07:28:00 2026        | 28",
            "Wed, 21 Oct 2026 07:28:00 UTC   | 28",
            "Mon, 21 Oct 2026 07:28:00 GMT   | 28",
            "Wed, 21 Oct 2026 07:27:00 GMT   | 0",
            "Fri, 21 Oct 2016 07:28:00 GMT   | 0",
            "Thu, 21 Oct 2027 07:28:00 GMT   | 3600",
            "Wed, 21 Oct 2026 07:27:60 GMT   | 27" })
    void retryAfterIsReadInEveryForm(String value, long seconds) {
        assertThat(parse("Retry-After", value).retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = { "abc", "", "1e3", "0x10", "+3", "1.", ".5", "--1", "1 2", "\u0661", "NaN", "Infinity", "1h",
            "9999999999999999999999999999999999999999999", "Wed, 32 Oct 2026 07:28:00 GMT", "Wed, 30 Feb 2026 07:28:00 GMT",
            "Wed, 21 Okt 2026 07:28:00 GMT", "Wed, 21 anf 2026 07:28:00 GMT", "Wed, 21 Oct 2026 25:28:00 GMT",
            "Wed, 21 Oct 2026 07:28:00 CET", "2026-10-21T07:28:00Z", "Wed, 21 Oct 2026", "Wed, 00 Oct 2026 07:28:00 GMT" })
    void junkIsNoRetryAfter(String value) {
        assertThat(parse("Retry-After", value).retryAfter()).isNull();
    }

    @Test
    void aDateIsCountedFromTheServersOwn() {
        String later = "Wed, 21 Oct 2026 07:28:00 GMT";

        assertThat(parse("Retry-After", later, "Date", "Wed, 21 Oct 2026 07:27:50 GMT").retryAfter()).isEqualTo(Duration.ofSeconds(10));
        assertThat(parse("Retry-After", later, "Date", "Wed, 21 Oct 2026 09:00:00 GMT").retryAfter()).isEqualTo(Duration.ZERO);
        assertThat(parse("Retry-After", later, "Date", "junk").retryAfter()).isEqualTo(Duration.ofSeconds(28));
    }

    @Test
    void aDateIsNeverWaitedForTooShort() {
        Map<String, List<String>> headers = Map.of("retry-after", List.of("Wed, 21 Oct 2026 07:28:00 GMT"));

        assertThat(AnswerHeaders.parse(headers.keySet(), headers::get, NOW.plusMillis(1)).retryAfter()).isEqualTo(Duration.ofSeconds(28));
        assertThat(AnswerHeaders.parse(headers.keySet(), headers::get, NOW.plusMillis(28_500)).retryAfter()).isEqualTo(Duration.ZERO);
    }

    @ParameterizedTest
    @CsvSource({ "26, 2026", "76, 2076", "77, 1977", "99, 1999" })
    void aTwoDigitYearIsNotFarAhead(String digits, int year) {
        assertThat(HttpDate.parse("Sunday, 01-Nov-" + digits + " 00:00:00 GMT", NOW)).isEqualTo(Instant.parse(year + "-11-01T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({ "Sun Nov  6 08:49:37 1994", "Sun Nov 6 08:49:37 1994", "'Sun, 06 Nov 1994 08:49:37 GMT'",
            "'Sunday, 06-Nov-94 08:49:37 GMT'" })
    void theExamplesOfTheRfcAreOneInstant(String date) {
        assertThat(HttpDate.parse(date, NOW)).isEqualTo(Instant.parse("1994-11-06T08:49:37Z"));
    }

    @ParameterizedTest
    @CsvSource({ "X-Rate-Limit, X-Rate-Limit-Remaining, RateLimit-Reset", "rate-limit, rate-limit-remaining, rate-limit-reset",
            "ratelimit-limit, ratelimit-remaining, ratelimit-reset" })
    void theAccountsLimitHasThreeSpellings(String limit, String remaining, String reset) {
        AnswerHeaders headers = parse(limit, "700", remaining, "668", reset, "41");

        assertThat(headers.rateLimit()).isEqualTo(700);
        assertThat(headers.rateLimitRemaining()).isEqualTo(668);
        assertThat(headers.rateLimitReset()).isEqualTo(Duration.ofSeconds(41));
    }

    @ParameterizedTest
    @ValueSource(strings = { "abc", "-1", "1.5", "99999999999999999999", "1e3", "", "\u0661" })
    void junkIsNoLimit(String value) {
        AnswerHeaders headers = parse("X-Rate-Limit", value, "X-Rate-Limit-Remaining", value);

        assertThat(headers.rateLimit()).isNull();
        assertThat(headers.rateLimitRemaining()).isNull();
    }

    @Test
    void junkInOneSpellingLeavesTheOther() {
        assertThat(parse("X-Rate-Limit", "junk", "ratelimit-limit", "100, 100;w=60").rateLimit()).isEqualTo(100);
        assertThat(parse("ratelimit-reset", "1792567652").rateLimitReset()).isEqualTo(AnswerHeaders.LONGEST_WAIT);
        assertThat(parse("ratelimit-reset", "soon").rateLimitReset()).isNull();
    }

    @Test
    void endpointLimitsAreReadInBothSpellings() {
        AnswerHeaders headers = parse(
                "Zendesk-RateLimit-Tickets-Index", "total=100; remaining=0; resets=41",
                "zendesk-rate-limit-tickets-update", "Total=20;Remaining=19;Resets=4",
                "zendesk-ratelimit-per-ticket-updates", "resets=99999 ; remaining = 30, total=30;x=y");

        assertThat(headers.buckets()).containsExactly(
                new Bucket("tickets-index", 100, 0, Duration.ofSeconds(41)),
                new Bucket("tickets-update", 20, 19, Duration.ofSeconds(4)),
                new Bucket("per-ticket-updates", 30, 30, AnswerHeaders.LONGEST_WAIT));
    }

    @Test
    void oneBucketIsToldOnce() {
        assertThat(parse("zendesk-ratelimit-x", "total=1; remaining=1; resets=1",
                "zendesk-rate-limit-x", "total=2; remaining=2; resets=2").buckets())
                .containsExactly(new Bucket("x", 1, 1, Duration.ofSeconds(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "junk", "total=1", "total=1; remaining=1", "total=1; remaining=; resets=1", "total=x; remaining=1; resets=1",
            "total=1; remaining=-1; resets=1", "total=1; remaining=1; resets=soon", "=;=;=", "total=99999999999999999999; remaining=1; resets=1" })
    void aBucketThatIsNotWholeIsLeftOut(String value) {
        assertThat(parse("zendesk-ratelimit-x", value).buckets()).isEmpty();
    }

    @Test
    void aBucketsNameIsChecked() {
        String value = "total=1; remaining=1; resets=1";

        assertThat(parse("zendesk-ratelimit-", value, "zendesk-ratelimit-a b", value, "zendesk-ratelimit-" + "x".repeat(65), value,
                "x-zendesk-ratelimit-x", value).buckets()).isEmpty();
    }

    @Test
    void zendesksRequestIdComesFirst() {
        assertThat(parse("X-Request-Id", "b", "X-Zendesk-Request-Id", "a").requestId()).isEqualTo("a");
        assertThat(parse("X-Request-Id", "8a3f-1.2:3/4_5").requestId()).isEqualTo("8a3f-1.2:3/4_5");
        assertThat(parse("X-Request-Id", "a, a").requestId()).isEqualTo("a");
        assertThat(parse("X-Request-Id", "a", "x-request-id", "a").requestId()).isEqualTo("a");
        assertThat(parse("X-Request-Id", "b", "X-Zendesk-Request-Id", "a b").requestId()).isEqualTo("b");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "a b", "a@example.com", "a\nb", "\u00e4" })
    void anIdOfAnotherFormIsNone(String value) {
        assertThat(parse("X-Request-Id", value).requestId()).isNull();
        assertThat(parse("X-Request-Id", "x".repeat(129)).requestId()).isNull();
    }

    @Test
    void aLookupIsAHitOrAMiss() {
        assertThat(parse("x-idempotency-lookup", "hit").idempotencyLookup()).isEqualTo("hit");
        assertThat(parse("X-Idempotency-Lookup", "MISS").idempotencyLookup()).isEqualTo("miss");
        assertThat(parse("x-idempotency-lookup", "maybe").idempotencyLookup()).isNull();
    }

    @Test
    void aLocationIsPrintableAscii() {
        String location = "https://acme.zendesk.com/api/v2/requests/539.json?a=b,c;d";

        assertThat(parse("Location", location).location()).isEqualTo(location);
        assertThat(parse("Location", "a b").location()).isNull();
        assertThat(parse("Location", "a\r\nb").location()).isNull();
        assertThat(parse("Location", "\u00e4").location()).isNull();
        assertThat(parse("Location", "x".repeat(2049)).location()).isNull();
    }

    @Test
    void aWarningIsOneLine() {
        String warning = "{:allowed_parameters=>{:controller=>\"tickets\", :unpermitted_keys=>[\"ticket.id\"]}}";

        assertThat(parse("x-zendesk-api-warn", warning).warning()).isEqualTo(warning);
        assertThat(parse("x-zendesk-api-warn", "a", "X-Zendesk-Api-Warn", "b").warning()).isEqualTo("a, b");
        assertThat(parse("x-zendesk-api-warn", "a\r\nb\u0000\u0085\u2028c").warning()).isEqualTo("abc");
        assertThat(parse("x-zendesk-api-warn", "\u0000").warning()).isNull();
        assertThat(parse("x-zendesk-api-warn", "x".repeat(5000)).warning()).hasSize(2048);
    }

    @Test
    void aContentTypeIsPrintable() {
        assertThat(parse("Content-Type", "text/plain; charset=utf-8").contentType()).isEqualTo("text/plain; charset=utf-8");
        assertThat(parse("Content-Type", "text/\u0000").contentType()).isNull();
        assertThat(parse("Content-Type", "x".repeat(257)).contentType()).isNull();
    }

    @Test
    void whatQuotesTheRequestHasNoTextForm() {
        assertThat(parse("Location", "https://x/a@example.com", "x-zendesk-api-warn", "a@example.com", "x-request-id", "id").toString())
                .contains("requestId=id").doesNotContain("example");
    }

    private static AnswerHeaders parse(String... namesAndValues) {
        Map<String, List<String>> lines = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            names.add(namesAndValues[i]);
            lines.computeIfAbsent(namesAndValues[i].toLowerCase(Locale.ROOT), n -> new ArrayList<>()).add(namesAndValues[i + 1]);
        }
        return AnswerHeaders.parse(names, lines::get, NOW);
    }
}
