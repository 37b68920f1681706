package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.AnswerHeaders;
import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.client.RateBudget;
import io.github.camelzendesk.obo.client.UrgentRateBudget;
import io.github.camelzendesk.obo.token.FixedTokenSource;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.ScaledClock;
import io.github.camelzendesk.standin.StandIn;

/** What docs/how-to/back-pressure.md says of routes that bound what is under way, with its own snippets. */
class BackPressureTest {

    private static final Path PAGE = DocumentationTest.ROOT.resolve("docs/how-to/back-pressure.md");
    private static final int MANY = 300;

    private final Gate gate = new Gate();
    private Rig rig = new Rig();

    @AfterEach
    void stop() {
        gate.open = true;
        while (gate.waiting() > 0) {
            gate.letOneGo();
        }
        rig.camel.getShutdownStrategy().setTimeout(1);
        rig.close();
    }

    /** Counts who asks, and lets one go when it is told to. */
    private static final class Gate implements RateBudget {

        private final Deque<CompletableFuture<Permit>> waiting = new ArrayDeque<>();
        private volatile boolean open;

        @Override
        public CompletionStage<Permit> acquire(Demand demand) {
            if (open) {
                return CompletableFuture.completedStage(new Pass());
            }
            CompletableFuture<Permit> permit = new CompletableFuture<>();
            synchronized (waiting) {
                waiting.add(permit);
            }
            return permit;
        }

        int waiting() {
            synchronized (waiting) {
                return waiting.size();
            }
        }

        void letOneGo() {
            CompletableFuture<Permit> first;
            synchronized (waiting) {
                first = waiting.remove();
            }
            first.complete(new Pass());
        }
    }

    private static final class Pass implements RateBudget.Permit, RateBudget.Flight {
        @Override
        public RateBudget.Flight launch() {
            return this;
        }

        @Override
        public void answered(int status, AnswerHeaders headers) {
        }

        @Override
        public void lost() {
        }

        @Override
        public void unsent() {
        }

        @Override
        public void close() {
        }
    }

    private void useTheGate() {
        rig.component().getConfiguration().setRateBudget(gate);
        rig.component().getConfiguration().setMaxWait(600_000);
        rig.component().getConfiguration().setUser(Sample.JANE);
    }

    private void snippet(String with) throws Exception {
        String yaml = DocumentationTest.fences(PAGE, "yaml").stream().filter(text -> text.contains(with)).findFirst().orElseThrow();
        rig.camel.getRegistry().bind("zendeskToken", new FixedTokenSource(Sample.TOKEN));
        PluginHelper.getRoutesLoader(rig.camel).loadRoutes(ResourceHelper.fromString("snippet.yaml", yaml));
    }

    private ProducerTemplate template() {
        rig.start();
        return rig.camel.createProducerTemplate();
    }

    private void aRequest(Exchange exchange) {
        exchange.getMessage().setHeader("ticketId", Sample.JANES_SOLVED_TICKET);
        exchange.getMessage().setBody("{\"satisfaction_rating\": {\"score\": \"good\"}}");
    }

    /** So many are under way, and one more only when one is finished. */
    private void assertThatNoMoreThan(int bound) {
        await().until(() -> gate.waiting() == bound);
        await().during(Duration.ofMillis(300)).until(() -> gate.waiting() == bound);
        for (int i = 1; i <= 3; i++) {
            int finished = i;
            gate.letOneGo();
            await().until(() -> rig.requests().size() == finished && gate.waiting() == bound);
        }
    }

    @Test
    void withoutABoundAQueueIsPouredIntoTheComponent() throws Exception {
        useTheGate();
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("seda:ratings").to("zendesk-obo:post:tickets/{ticketId}/satisfaction_rating?tokenSource=#acme");
            }
        });
        try (ProducerTemplate template = template()) {
            for (int i = 0; i < MANY; i++) {
                template.send("seda:ratings", this::aRequest);
            }
        }

        await().until(() -> gate.waiting() == MANY);
    }

    @Test
    void aQueueIsBoundedByItsConsumersWhenTheyWait() throws Exception {
        useTheGate();
        snippet("seda");
        try (ProducerTemplate template = template()) {
            for (int i = 0; i < MANY; i++) {
                template.send("seda:ratings", this::aRequest);
            }
        }

        assertThatNoMoreThan(20);
    }

    @Test
    void aSplitIsBoundedByItsPoolWhenItsThreadsWait() throws Exception {
        useTheGate();
        snippet("split");
        int[] read = { 0 };
        try (ProducerTemplate template = template()) {
            Iterable<String> rows = () -> IntStream.range(0, MANY).peek(i -> read[0]++)
                    .mapToObj(i -> "{\"satisfaction_rating\": {\"score\": \"good\"}}").iterator();
            CompletableFuture<Object> all = template.asyncSend("direct:all-ratings", exchange -> {
                aRequest(exchange);
                exchange.getMessage().setBody(rows);
            }).thenApply(Exchange::getException);

            assertThatNoMoreThan(20);
            assertThat(read[0]).as("what comes next stays where it is").isLessThanOrEqualTo(20 + 3 + 3);
            gate.open = true;
            while (gate.waiting() > 0) {
                gate.letOneGo();
            }
            assertThat(all.get(30, TimeUnit.SECONDS)).isNull();
        }
        assertThat(rig.requests()).hasSize(MANY);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void filesAreTakenOneByOneOnlyIfTheConsumerIsSynchronous(boolean synchronous, @TempDir Path folder) throws Exception {
        useTheGate();
        for (int i = 0; i < 30; i++) {
            Files.writeString(folder.resolve(i + ".json"), "{\"satisfaction_rating\": {\"score\": \"good\"}}");
        }
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("file:" + folder + "?noop=true&initialDelay=0&synchronous=" + synchronous)
                        .setHeader("ticketId", constant(Sample.JANES_SOLVED_TICKET))
                        .to("zendesk-obo:post:tickets/{ticketId}/satisfaction_rating?tokenSource=#acme");
            }
        });
        rig.start();

        await().until(() -> gate.waiting() == (synchronous ? 1 : 30));
        if (synchronous) {
            assertThatNoMoreThan(1);
        }
    }

    // ---- with the usual budget, at thirty times the speed

    private void atThirtyTimesTheSpeed() {
        rig.close();
        ScaledClock clock = ScaledClock.fromNow(30);
        StandIn zendesk = StandIn.builder().clock(clock).start();
        zendesk.switches().createRateLimit(1_000_000);
        rig = new Rig(zendesk);
        rig.component().getConfiguration().setUser(Sample.JANE);
        FasterTime.of(rig.component(), clock);
    }

    @Test
    void ofManyPouredInAtOnceThoseThatDoNotGetThereWithinMaxWaitFailUnsent() throws Exception {
        atThirtyTimesTheSpeed();
        try (StandIn zendesk = rig.zendesk) {
            zendesk.switches().rateLimit(100);
            List<CompletableFuture<Exchange>> all = new ArrayList<>();
            rig.start();
            AsyncProducer producer = rig.camel.getEndpoint(
                    "zendesk-obo:get:users/me?tokenSource=#acme&maxWait=2m&requestTimeout=10m").createAsyncProducer();
            producer.start();
            for (int i = 0; i < 1_000; i++) {
                CompletableFuture<Exchange> one = new CompletableFuture<>();
                Exchange exchange = new DefaultExchange(rig.camel);
                producer.process(exchange, doneSync -> one.complete(exchange));
                all.add(one);
            }
            List<Exception> failures = new ArrayList<>();
            for (CompletableFuture<Exchange> one : all) {
                Exception failure = one.get(60, TimeUnit.SECONDS).getException();
                if (failure != null) {
                    failures.add(failure);
                }
            }

            assertThat(1_000 - failures.size()).as("two minutes' worth of 100").isBetween(170, 300);
            assertThat(failures).allSatisfy(failure -> {
                assertThat(failure).isInstanceOf(ZendeskOboRateLimitedException.class).hasMessageContaining("maxWait");
                assertThat(((ZendeskOboException) failure).getOutcome()).isEqualTo(Outcome.NOT_DONE);
            });
            assertThat(zendesk.usage()).filteredOn(usage -> usage.name().equals("account"))
                    .allSatisfy(usage -> assertThat(usage.refused()).isZero());
        }
    }

    @Test
    void anUrgentBudgetThatSharesNoneFailsAtStart() {
        rig.bind("urgent", new UrgentRateBudget()).route("get:requests?rateBudget=#urgent");

        assertThatThrownBy(rig::start).rootCause().hasMessageContaining("needs its property budget");
    }

    @Test
    void urgentMessagesGoFirstAndHaveTheirShare() throws Exception {
        atThirtyTimesTheSpeed();
        try (StandIn zendesk = rig.zendesk; ProducerTemplate template = urgentRoutes()) {
            zendesk.switches().rateLimit(60);
            List<CompletableFuture<Exchange>> reminders = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                reminders.add(template.asyncSend("seda:reminder?waitForTaskToComplete=Never", exchange -> exchange.getMessage()
                        .setBody(Rig.aRequest("reminder"))));
            }
            await().until(() -> arrived("reminder") >= 10);

            Exchange urgent = template.request("direct:complaint", exchange -> exchange.getMessage().setBody(Rig.aRequest("complaint")));

            assertThat(urgent.getException()).isNull();
            assertThat(urgent.getMessage().getHeader(ZendeskOboConstants.WAITED, Long.class)).isLessThan(10_000);
            assertThat(arrived("reminder")).as("fifty others asked before it, and most of them still wait").isLessThan(40);
        }
    }

    private long arrived(String subject) {
        return rig.requests().stream().map(JournalEntry::bodyText).filter(body -> body.contains(subject)).count();
    }

    private ProducerTemplate urgentRoutes() throws Exception {
        snippet("urgent");
        return template();
    }
}
