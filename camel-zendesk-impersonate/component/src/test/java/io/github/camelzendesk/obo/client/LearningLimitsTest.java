package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.token.ZendeskService;

/** What an {@link AccountRateBudget} makes of what single answers say. 40 seconds of the server's minute are left at the start. */
class LearningLimitsTest {

    private static final Instant START = Instant.parse("2026-11-25T10:00:20Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final String JANE = "jane@example.com";
    private static final String RAJ = "raj@example.com";

    private final VirtualTime time = new VirtualTime(START);
    private final AccountRateBudget budget = new AccountRateBudget();
    private long order;

    LearningLimitsTest() {
        budget.connect(time);
    }

    // ---- the account's limit

    @Test
    void aFreshProcessSendsOneRequestUntilItKnows() {
        List<CompletableFuture<RateBudget.Permit>> all = asks(300);
        assertThat(granted(all)).isEqualTo(1);
        RateBudget.Flight first = all.get(0).join().launch();
        pass(Duration.ofMillis(500));
        assertThat(granted(all)).isEqualTo(1);

        answer(first, 200, limit(700, 699, 39));
        // a tenth at once, the rest evenly
        assertThat(granted(all)).isBetween(60, 80);
        pass(Duration.ofSeconds(10));
        assertThat(granted(all)).isBetween(150, 280);
    }

    @Test
    void whatIsNotAnsweredHoldsUpNobodyForLong() {
        List<CompletableFuture<RateBudget.Permit>> all = asks(10);
        all.get(0).join().launch();
        pass(Duration.ofMillis(1_050));
        assertThat(granted(all)).isEqualTo(2);
        all.get(1).join().launch();
        pass(Duration.ofMillis(1_050));
        assertThat(granted(all)).isEqualTo(3);
    }

    @Test
    void whoAskedFirstAndWasNotSentMakesRoomForTheNext() {
        List<CompletableFuture<RateBudget.Permit>> all = asks(3);
        all.get(0).join().launch().unsent();
        assertThat(granted(all)).isEqualTo(2);
        all.get(1).join().close();
        assertThat(granted(all)).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"X-Rate-Limit,X-Rate-Limit-Remaining,none", "rate-limit,rate-limit-remaining,rate-limit-reset",
        "ratelimit-limit,ratelimit-remaining,ratelimit-reset", "X-Rate-Limit,X-Rate-Limit-Remaining,ratelimit-reset"})
    void theLimitIsLearntInEverySpelling(String limit, String remaining, String reset) {
        learn(200, limit, "100", remaining, "3", reset, "40");
        List<CompletableFuture<RateBudget.Permit>> all = asks(10);
        pass(Duration.ofSeconds(39));
        all.stream().filter(CompletableFuture::isDone).forEach(permit -> permit.join().launch());
        assertThat(granted(all)).isEqualTo(3);
        pass(Duration.ofSeconds(3));
        // a new minute: one asks, then the others
        assertThat(granted(all)).isGreaterThan(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "-1", "1e3", "99999999999999999999"})
    void withoutALimitThatCanBeReadTheAssumedOneHolds(String junk) {
        budget.setAssumedLimit(30);
        List<CompletableFuture<RateBudget.Permit>> all = asks(1_000);
        int before = 0;
        Map<Long, Integer> minutes = new LinkedHashMap<>();
        for (int i = 0; i < 3_000; i++) {
            for (int at = 0; at < all.size(); at++) {
                if (all.get(at).isDone() && at >= before) {
                    before = at + 1;
                    minutes.merge(time.now().getEpochSecond() / 60, 1, Integer::sum);
                    answer(all.get(at).join().launch(), 200, "X-Rate-Limit", junk, "X-Rate-Limit-Remaining", junk);
                }
            }
            pass(Duration.ofMillis(100));
        }
        assertThat(minutes.values()).allMatch(sent -> sent <= 30);
        assertThat(minutes.values().stream().skip(1).limit(3)).allMatch(sent -> sent >= 29);
    }

    @Test
    void aFirstLimitThatIsSmallerThanAssumedHoldsAtOnce() {
        List<CompletableFuture<RateBudget.Permit>> all = asks(50);
        answer(all.get(0).join().launch(), 200, limit(10, 9, 40));
        pass(Duration.ofSeconds(39));
        assertThat(granted(all)).isEqualTo(10);
    }

    @Test
    void aLimitThatIsLoweredHoldsAtOnceAndOneThatIsRaisedFromTheNextMinuteOn() {
        learn(200, limit(700, 650, 40));
        learn(200, limit(200, 150, 40));
        List<CompletableFuture<RateBudget.Permit>> all = asks(400);
        pass(Duration.ofSeconds(39));
        assertThat(granted(all)).isEqualTo(150);
        all.stream().filter(CompletableFuture::isDone).forEach(permit -> answer(permit.join().launch(), 200, limit(200, 0, 1)));

        pass(Duration.ofSeconds(3));
        List<CompletableFuture<RateBudget.Permit>> next = all.stream().skip(150).filter(CompletableFuture::isDone).toList();
        assertThat(next).isNotEmpty();
        answer(next.get(0).join().launch(), 200, limit(2_500, 2_499, 58));
        pass(Duration.ofSeconds(30));
        assertThat(granted(all)).isEqualTo(400);
    }

    @Test
    void supportAndHelpCenterAreCountedApart() {
        learn(200, limit(700, 0, 40));
        assertThat(ask("GET", "/api/v2/requests", JANE)).isNotDone();
        assertThat(budget.acquire(new RateBudget.Demand(
                request("GET", "/api/v2/help_center/articles", JANE, ZendeskService.HELP_CENTER), order++, time.now().plus(DAY))))
                .isCompleted();
    }

    // ---- limits of endpoints

    @Test
    void anEndpointsLimitHoldsUpThatOperationForEverybodyAndNothingElse() {
        plenty();
        learnOf("GET", "/api/v2/tickets", JANE, 200, "zendesk-ratelimit-tickets-index", "total=100; remaining=0; resets=40");
        CompletableFuture<RateBudget.Permit> held = ask("GET", "/api/v2/tickets", JANE);
        CompletableFuture<RateBudget.Permit> other = ask("GET", "/api/v2/tickets?page=2", RAJ);
        assertThat(other).isNotDone();
        assertThat(ask("GET", "/api/v2/requests", JANE)).isDone();
        pass(Duration.ofSeconds(39));
        assertThat(other).isNotDone();
        pass(Duration.ofMillis(1_500));
        // one of them asks what the new window has
        assertThat(granted(List.of(held, other))).isEqualTo(1);
        answer(held.join().launch(), 200, "zendesk-ratelimit-tickets-index", "total=100; remaining=99; resets=58");
        assertThat(other).isDone();
    }

    @Test
    void theLimitOfOneRecordHoldsUpThatUserWithThatRecord() {
        plenty();
        learnOf("PUT", "/api/v2/requests/1", JANE, 200, "zendesk-rate-limit-per-ticket-updates", "total=30; remaining=0; resets=468");
        CompletableFuture<RateBudget.Permit> held = ask("PUT", "/api/v2/requests/1", JANE);
        assertThat(held).isNotDone();
        assertThat(ask("PUT", "/api/v2/requests/2", JANE)).isDone();
        assertThat(ask("PUT", "/api/v2/requests/1", RAJ)).isDone();
        pass(Duration.ofSeconds(466));
        assertThat(held).isNotDone();
        pass(Duration.ofSeconds(5));
        assertThat(held).isDone();
    }

    @Test
    void theLimitOfOneUserHoldsUpThatUser() {
        plenty();
        learnOf("POST", "/api/v2/requests", JANE, 201, "zendesk-ratelimit-ticket-request-create-by-user-and-ip",
                "total=300; remaining=0; resets=30");
        assertThat(ask("POST", "/api/v2/requests", JANE)).isNotDone();
        assertThat(ask("POST", "/api/v2/requests", RAJ)).isDone();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "total=0; remaining=0; resets=50", "total=x; remaining=0; resets=50", "total=10; remaining=0"})
    void whatIsNoLimitHoldsUpNobody(String junk) {
        plenty();
        learnOf("GET", "/api/v2/tickets", JANE, 200, "zendesk-ratelimit-tickets-index", junk);
        assertThat(ask("GET", "/api/v2/tickets", JANE)).isDone();
    }

    @Test
    void manyUnderWayDoNotUseUpAnEndpointsLimitTwice() {
        plenty();
        learnOf("GET", "/api/v2/tickets", JANE, 200, "zendesk-ratelimit-tickets-index", "total=10; remaining=9; resets=40");
        List<CompletableFuture<RateBudget.Permit>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(ask("GET", "/api/v2/tickets", "user" + i + "@example.com"));
        }
        pass(Duration.ofSeconds(39));
        assertThat(granted(all)).isEqualTo(9);
    }

    // ---- refused

    @Test
    void aRefusalWhileTheAccountHasMoreIsAboutThatRecordUntilASecondOneIsRefused() {
        learn(200, limit(700, 668, 40));
        learnOf("PUT", "/api/v2/requests/1", JANE, 429, "Retry-After", "27");
        CompletableFuture<RateBudget.Permit> held = ask("PUT", "/api/v2/requests/1", JANE);
        assertThat(held).isNotDone();
        assertThat(ask("PUT", "/api/v2/requests/2", JANE)).isDone();

        learnOf("PUT", "/api/v2/requests/3", JANE, 429, "Retry-After", "10");
        CompletableFuture<RateBudget.Permit> another = ask("PUT", "/api/v2/requests/4", JANE);
        assertThat(another).isNotDone();
        assertThat(ask("GET", "/api/v2/requests/4", JANE)).isDone();
        pass(Duration.ofSeconds(11));
        assertThat(another).isDone();
        assertThat(held).isNotDone();
        pass(Duration.ofSeconds(17));
        assertThat(held).isDone();
    }

    /** The headers of the refusal itself, as recorded: 668 left, and the refusal about one user. */
    @Test
    void theRefusalsOwnHeadersTellThatTheAccountHasMore() {
        learnOf("PUT", "/api/v2/requests/1", JANE, 429, "Retry-After", "27", "X-Rate-Limit", "700", "X-Rate-Limit-Remaining", "668");
        assertThat(ask("PUT", "/api/v2/requests/1", JANE)).isNotDone();
        assertThat(ask("PUT", "/api/v2/requests/2", RAJ)).isDone();
    }

    @ParameterizedTest
    @CsvSource({"37,37", "12.5,13", "0.2,1", "0,0", "-3,0", "99999999,3600", "abc,10", "none,10"})
    void aRefusalOfAllIsWaitedOutInWhateverFormItComes(String retryAfter, int seconds) {
        learn(429, retryAfter.equals("none") ? new String[0] : new String[] {"Retry-After", retryAfter});
        CompletableFuture<RateBudget.Permit> next = ask("GET", "/api/v2/users/me", RAJ);
        if (seconds > 0) {
            pass(Duration.ofSeconds(seconds).minusMillis(10));
            assertThat(next).isNotDone();
        }
        // what is assumed of an account that says nothing spreads its requests
        pass(Duration.ofSeconds(2));
        assertThat(next).isDone();
    }

    @Test
    void aDateIsCountedFromTheServersOwn() {
        learn(429, "Date", "Wed, 25 Nov 2026 12:00:00 GMT", "Retry-After", "Wed, 25 Nov 2026 12:00:30 GMT");
        CompletableFuture<RateBudget.Permit> next = ask("GET", "/api/v2/users/me", RAJ);
        pass(Duration.ofMillis(29_900));
        assertThat(next).isNotDone();
        pass(Duration.ofSeconds(2));
        assertThat(next).isDone();
    }

    @Test
    void aRefusalOfAUsedUpEndpointNeedsNoRetryAfter() {
        learn(200, limit(700, 600, 40));
        learnOf("GET", "/api/v2/tickets", JANE, 429, "zendesk-ratelimit-tickets-index", "total=100; remaining=0; resets=40");
        CompletableFuture<RateBudget.Permit> held = ask("GET", "/api/v2/tickets", JANE);
        pass(Duration.ofSeconds(39));
        assertThat(held).isNotDone();
        pass(Duration.ofSeconds(3));
        assertThat(held).isDone();
    }

    @Test
    void whoCannotWaitThatLongIsToldSoAtOnce() {
        learn(429, "Retry-After", "50");
        CompletableFuture<RateBudget.Permit> hurry = budget.acquire(new RateBudget.Demand(
                request("GET", "/api/v2/users/me", RAJ, ZendeskService.SUPPORT), order++, time.now().plusSeconds(20)))
                .toCompletableFuture();
        assertThat(hurry).isCompletedExceptionally();
        assertThat(exhausted(hurry).retryAfter()).isEqualTo(Duration.ofSeconds(50));
    }

    // ---- who waits

    @Test
    void whoAskedFirstGoesFirst() {
        learn(200, limit(60, 59, 40));
        List<Integer> went = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            ask("PUT", "/api/v2/requests/" + i % 3, JANE).thenAccept(permit -> {
                went.add(number);
                permit.launch();
            });
        }
        pass(Duration.ofMinutes(3));
        assertThat(went).hasSizeGreaterThan(50).isSorted();
    }

    @Test
    void urgentOnesGoFirstAndHaveWhatIsReserved() {
        budget.setReservedPercent(50);
        learn(200, limit(100, 99, 40));
        List<CompletableFuture<RateBudget.Permit>> usual = asks(200);
        pass(Duration.ofSeconds(1));
        int before = granted(usual);
        assertThat(before).isLessThanOrEqualTo(50);
        List<CompletableFuture<RateBudget.Permit>> urgent = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            urgent.add(budget.urgent().acquire(new RateBudget.Demand(
                    request("GET", "/api/v2/users/me", JANE, ZendeskService.SUPPORT), order++, time.now().plus(DAY)))
                    .toCompletableFuture());
        }
        pass(Duration.ofSeconds(15));
        assertThat(granted(urgent)).isEqualTo(30);
        pass(Duration.ofSeconds(23));
        // what was reserved and not used has become everybody's
        assertThat(granted(usual)).isBetween(60, 69);
    }

    @Test
    void noMoreWaitThanMay() {
        budget.setMaxWaiting(5);
        learn(200, limit(100, 0, 40));
        List<CompletableFuture<RateBudget.Permit>> all = asks(7);
        assertThat(all.subList(0, 5)).allMatch(permit -> !permit.isDone());
        assertThat(all.subList(5, 7)).allMatch(CompletableFuture::isCompletedExceptionally);
        RateBudget.Exhausted full = exhausted(all.get(5));
        assertThat(full).hasMessageContaining("5 messages wait for this account already (maxWaiting of the rateBudget)");
        assertThat(full.retryAfter()).isBetween(Duration.ofSeconds(39), Duration.ofSeconds(42));

        // who gives up gives up its place, and those behind it move up
        all.get(0).cancel(false);
        assertThat(ask("GET", "/api/v2/users/me", JANE)).isNotDone();
        assertThat(ask("GET", "/api/v2/users/me", JANE)).isCompletedExceptionally();
        pass(Duration.ofSeconds(43));
        assertThat(all.get(1)).isDone();
    }

    @Test
    void whatIsGivenBackIsThereForOthers() {
        learn(200, limit(10, 2, 40));
        CompletableFuture<RateBudget.Permit> one = ask("GET", "/api/v2/users/me", JANE);
        pass(Duration.ofSeconds(15));
        CompletableFuture<RateBudget.Permit> two = ask("GET", "/api/v2/users/me", JANE);
        pass(Duration.ofSeconds(15));
        assertThat(one).isDone();
        assertThat(two).isDone();
        CompletableFuture<RateBudget.Permit> three = ask("GET", "/api/v2/users/me", JANE);
        pass(Duration.ofSeconds(5));
        assertThat(three).isNotDone();
        one.join().close();
        one.join().close();
        pass(Duration.ofSeconds(4));
        assertThat(three).isDone();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsGivenBackOfAnEndpointsLimitIsThereForOthers(boolean launched) {
        plenty();
        learnOf("GET", "/api/v2/tickets", JANE, 200, "zendesk-ratelimit-tickets-index", "total=10; remaining=1; resets=160");
        CompletableFuture<RateBudget.Permit> one = ask("GET", "/api/v2/tickets", JANE);
        pass(Duration.ofSeconds(90));
        assertThat(one).isDone();
        CompletableFuture<RateBudget.Permit> two = ask("GET", "/api/v2/tickets", JANE);
        assertThat(two).isNotDone();
        if (launched) {
            one.join().launch().unsent();
        } else {
            one.join().close();
        }
        pass(Duration.ofSeconds(50));
        assertThat(two).isDone();
    }

    // ---- several who share it

    /** Each component numbers its messages on its own, or did once. */
    @Test
    void twoThatHaveTheSameNumberBothGo() {
        learn(200, limit(100, 0, 40));
        RateBudget.Demand twin = new RateBudget.Demand(request("GET", "/api/v2/users/me", JANE, ZendeskService.SUPPORT), 7, time.now().plus(DAY));
        CompletableFuture<RateBudget.Permit> one = budget.acquire(twin).toCompletableFuture();
        CompletableFuture<RateBudget.Permit> other = budget.acquire(twin).toCompletableFuture();
        other.thenAccept(RateBudget.Permit::close);
        one.thenAccept(RateBudget.Permit::close);
        pass(Duration.ofMinutes(2));
        assertThat(one).isDone();
        assertThat(other).isDone();
    }

    /** The one whose timer was to wake those who wait has stopped. */
    @Test
    void whoWaitsGoesOnWhenAnotherComponentStops() {
        learn(200, limit(100, 0, 40));
        VirtualTime others = new VirtualTime(time.now());
        budget.connect(others);
        CompletableFuture<RateBudget.Permit> waiting = ask("GET", "/api/v2/users/me", JANE);
        // scheduled with the one that came last
        assertThat(others.pending()).isEqualTo(1);

        budget.disconnect(others);
        pass(Duration.ofSeconds(43));
        assertThat(waiting).isDone();
    }

    // ---- how much it remembers

    @Test
    void aHundredThousandUsersAndRecordsLeaveNothingBehind() {
        long before = used();
        for (int i = 0; i < 100_000; i++) {
            learnOf("PUT", "/api/v2/requests/" + i, "user" + i + "@example.com", i % 1_000 == 0 ? 429 : 200,
                    "X-Rate-Limit", "1000000", "X-Rate-Limit-Remaining", "900000", "Retry-After", "5",
                    "zendesk-ratelimit-per-ticket-updates", "total=30; remaining=" + i % 30 + "; resets=60",
                    "zendesk-ratelimit-create-by-user", "total=300; remaining=200; resets=60");
            pass(Duration.ofMillis(5));
        }
        assertThat(used() - before).isLessThan(16L * 1024 * 1024);
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    // ---- helpers

    private ApiRequest request(String method, String path, String user, ZendeskService service) {
        String template = path.replaceAll("\\?.*", "").replaceAll("/[0-9]+$", "/{id}");
        return new ApiRequest(method, Rehearsal.ACME, service, template, path, EndUser.of(user, EndUser.Form.ANY), Body.NONE,
                "application/json", null, Duration.ofSeconds(30));
    }

    private CompletableFuture<RateBudget.Permit> ask(String method, String path, String user) {
        return budget.acquire(new RateBudget.Demand(request(method, path, user, ZendeskService.SUPPORT), order++, time.now().plus(DAY)))
                .toCompletableFuture();
    }

    private List<CompletableFuture<RateBudget.Permit>> asks(int count) {
        List<CompletableFuture<RateBudget.Permit>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(ask("GET", "/api/v2/users/me", JANE));
        }
        return all;
    }

    /** The account has more than anybody here needs. */
    private void plenty() {
        learn(200, limit(100_000, 90_000, 40));
    }

    /** One request that is answered at once. */
    private void learn(int status, String... headers) {
        learnOf("GET", "/api/v2/requests/99", JANE, status, headers);
    }

    private void learnOf(String method, String path, String user, int status, String... headers) {
        CompletableFuture<RateBudget.Permit> permit = ask(method, path, user);
        for (int i = 0; i < 1000 && !permit.isDone(); i++) {
            pass(Duration.ofMillis(10));
        }
        assertThat(permit).isDone();
        answer(permit.join().launch(), status, headers);
    }

    private void answer(RateBudget.Flight flight, int status, String... headers) {
        Map<String, List<String>> lines = new LinkedHashMap<>();
        lines.put("date", List.of(DateTimeFormatter.RFC_1123_DATE_TIME.format(
                time.now().truncatedTo(ChronoUnit.SECONDS).atZone(ZoneOffset.UTC))));
        for (int i = 0; i < headers.length; i += 2) {
            lines.put(headers[i].toLowerCase(Locale.ROOT), List.of(headers[i + 1]));
        }
        flight.answered(status, AnswerHeaders.parse(lines.keySet(), lines::get, time.now()));
    }

    private static String[] limit(int limit, int remaining, int reset) {
        return new String[] {"ratelimit-limit", "" + limit, "ratelimit-remaining", "" + remaining, "ratelimit-reset", "" + reset};
    }

    private static RateBudget.Exhausted exhausted(CompletableFuture<RateBudget.Permit> permit) {
        return (RateBudget.Exhausted) permit.handle((granted, failure) -> failure.getCause()).join();
    }

    private static int granted(List<CompletableFuture<RateBudget.Permit>> all) {
        return (int) all.stream().filter(permit -> permit.isDone() && !permit.isCompletedExceptionally()).count();
    }

    private void pass(Duration duration) {
        time.until(time.now().plus(duration));
    }
}
