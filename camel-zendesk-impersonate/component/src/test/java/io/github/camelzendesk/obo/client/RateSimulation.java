package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.ZendeskService;

/**
 * An {@link AccountRateBudget} against a Zendesk that counts as Zendesk does, in virtual time: full minutes of a clock that
 * differs from ours, whole seconds in its headers, answers that take a while and come in any order.
 */
final class RateSimulation {

    /** One full minute of the server's. */
    static final class Minute {
        int limit;
        int ours;
        int others;
        int refused;

        double utilisation() {
            return (double) Math.min(limit, ours + others) / limit;
        }

        @Override
        public String toString() {
            return ours + "+" + others + " of " + limit + ", " + refused + " refused";
        }
    }

    private static final Instant START = Instant.parse("2026-11-25T10:00:17.300Z");
    private static final Origin ORIGIN = Origin.ofSubdomain("acme");

    final VirtualTime time = new VirtualTime(START);
    final AccountRateBudget budget = new AccountRateBudget();
    final Map<Long, Minute> minutes = new TreeMap<>();
    final List<Integer> launched = new ArrayList<>();
    private final Random random;
    private final Duration skew;
    private final Duration latency;
    int limit;
    boolean headers = true;
    int demand;
    int answered;
    private long orders;

    RateSimulation(long seed, int limit, Duration latency, Duration skew) {
        this.random = new Random(seed);
        this.limit = limit;
        this.latency = latency;
        this.skew = skew;
        budget.connect(time);
    }

    Instant server() {
        return time.now().plus(skew);
    }

    private Minute minute() {
        return minutes.computeIfAbsent(server().getEpochSecond() / 60, at -> {
            Minute minute = new Minute();
            minute.limit = limit;
            return minute;
        });
    }

    ApiRequest request(String path) {
        return new ApiRequest(
                "PUT", ORIGIN, ZendeskService.SUPPORT, path, path, EndUser.of("jane@example.com", EndUser.Form.ANY), Body.NONE,
                "application/json", null, Duration.ofSeconds(30));
    }

    /** So many messages come now. */
    void messages(int count) {
        for (int i = 0; i < count; i++) {
            int number = demand++;
            RateBudget.Demand asked = new RateBudget.Demand(request("/api/v2/requests/1"), orders++, time.now().plus(Duration.ofDays(1)));
            budget.acquire(asked).whenComplete((permit, failure) -> {
                launched.add(number);
                send(permit);
            });
        }
    }

    private void send(RateBudget.Permit permit) {
        RateBudget.Flight flight = permit.launch();
        permit.close();
        time.in(part(latency.dividedBy(2)), () -> {
            Minute minute = minute();
            minute.limit = limit;
            boolean refused = minute.ours + minute.others >= limit;
            if (refused) {
                minute.refused++;
            } else {
                minute.ours++;
            }
            Instant counted = server();
            int remaining = Math.max(0, limit - minute.ours - minute.others);
            long reset = 60 - counted.getEpochSecond() % 60;
            time.in(part(latency.dividedBy(2)), () -> {
                answered++;
                Map<String, List<String>> lines = new LinkedHashMap<>();
                lines.put("date", List.of(date(counted)));
                if (headers) {
                    lines.put("ratelimit-limit", List.of(String.valueOf(limit)));
                    lines.put("ratelimit-remaining", List.of(String.valueOf(remaining)));
                    lines.put("ratelimit-reset", List.of(String.valueOf(reset)));
                }
                if (refused) {
                    lines.put("retry-after", List.of(String.valueOf(reset)));
                }
                flight.answered(refused ? 429 : 200, AnswerHeaders.parse(lines.keySet(), lines::get, time.now()));
            });
        });
    }

    private static String date(Instant instant) {
        return java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME.format(
                instant.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).atZone(java.time.ZoneOffset.UTC));
    }

    private Duration part(Duration around) {
        return Duration.ofNanos((long) (around.toNanos() * (0.7 + 0.6 * random.nextDouble())));
    }

    /** Another program uses about that part of the limit, in uneven steps. */
    void others(double part) {
        double perStep = limit * part / 60;
        int count = (int) Math.floor(perStep * 2 * random.nextDouble() + random.nextDouble());
        Minute minute = minute();
        for (int i = 0; i < count && minute.ours + minute.others < limit; i++) {
            minute.others++;
        }
        time.in(Duration.ofSeconds(1), () -> others(part));
    }

    /** Lets so many of the server's minutes pass. */
    void run(int howMany) {
        time.until(time.now().plus(Duration.ofMinutes(howMany)));
    }

    /** The minutes that were demanded from their beginning to their end. */
    List<Minute> full() {
        List<Minute> all = new ArrayList<>(minutes.values());
        return all.subList(1, all.size() - 1);
    }

    CompletableFuture<RateBudget.Permit> ask(String path, Duration patience) {
        return budget.acquire(new RateBudget.Demand(request(path), orders++, time.now().plus(patience))).toCompletableFuture();
    }
}
