package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.ZendeskService;

/** What the rate budget costs a message, and that it costs no more when thousands wait for an endpoint that refuses. */
@State(Scope.Thread)
public class RateBudgetBenchmark {

    @Param({ "1", "5000" })
    int held;

    private ScheduledExecutorService scheduler;
    private AccountRateBudget budget;
    private ApiRequest request;
    private AnswerHeaders headers;
    private long order;

    @Setup(Level.Trial)
    public void setUp() {
        scheduler = Executors.newSingleThreadScheduledExecutor();
        budget = new AccountRateBudget();
        budget.connect(Timer.of(InstantSource.system(), scheduler));
        request = request("/api/v2/requests/1");
        headers = headers(Map.of("x-rate-limit", "1000000000", "x-rate-limit-remaining", "999999999", "ratelimit-reset", "30"));
        once(request, 200, headers);
        ApiRequest refusing = request("/api/v2/search");
        once(refusing, 429, headers(Map.of("retry-after", "3600")));
        for (int i = 0; i < held; i++) {
            budget.acquire(new RateBudget.Demand(refusing, order++, Instant.MAX));
        }
    }

    private static ApiRequest request(String path) {
        return new ApiRequest(
                "GET", Origin.ofSubdomain("acme"), ZendeskService.SUPPORT, path, path, EndUser.of("1", EndUser.Form.ANY),
                Body.NONE, "application/json", null, Duration.ofSeconds(30));
    }

    private static AnswerHeaders headers(Map<String, String> lines) {
        return AnswerHeaders.parse(lines.keySet(), name -> lines.containsKey(name) ? List.of(lines.get(name)) : null, Instant.now());
    }

    private void once(ApiRequest what, int status, AnswerHeaders answer) {
        RateBudget.Permit permit = budget.acquire(new RateBudget.Demand(what, order++, Instant.MAX)).toCompletableFuture().join();
        permit.launch().answered(status, answer);
        permit.close();
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        scheduler.shutdownNow();
    }

    @Benchmark
    public void message() {
        once(request, 200, headers);
    }

    @Test
    void thousandsThatWaitForAnEndpointCostTheOthersNothing() throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder().include(RateBudgetBenchmark.class.getName()).forks(1)
                .warmupIterations(3).warmupTime(TimeValue.seconds(1)).measurementIterations(5)
                .measurementTime(TimeValue.seconds(1)).mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS).shouldFailOnError(true).build()).run();
        Map<String, Double> nanos = results.stream().collect(Collectors.toMap(
                result -> result.getParams().getParam("held"), result -> result.getPrimaryResult().getScore()));
        System.out.printf("BUDGET a message beside one that waits for a refusing endpoint %.0f ns, beside 5,000 %.0f ns%n", nanos.get("1"), nanos.get("5000"));
        assertThat(nanos.get("5000") / nanos.get("1")).isLessThan(1.25);
    }
}
