package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.Switches;
import io.github.camelzendesk.standin.Ticket;

/**
 * Many new requests and tickets while Zendesk is in a bad way: of each there is one at most, and what goes over the wire is
 * hardly more than the messages. How many messages says the system property {@code duplicates.messages}.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class NoDuplicatesTest {

    private static final int MESSAGES = Integer.getInteger("duplicates.messages", 1_000);
    private static final int IN_FLIGHT = 64;

    private final StandIn zendesk = StandIn.start();
    private final Rig rig = new Rig(zendesk);
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger notDone = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();

    NoDuplicatesTest() {
        zendesk.switches().agentTarget(Switches.AgentTarget.ALLOW).rateLimit(10_000_000).createRateLimit(10_000_000);
        zendesk.journal().keep(MESSAGES * 2);
        rig.component().getConfiguration().setMaxAttempts(3);
        rig.component().getConfiguration().setAllowedFor("off");
        rig.component().getConfiguration().setRequestTimeout(1_000);
        rig.component().getConfiguration().setProof("off");
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").choice().when(header("ticket")).to("zendesk-obo:post:tickets?tokenSource=#acme")
                        .otherwise().to("zendesk-obo:post:requests?tokenSource=#acme");
            }
        });
    }

    @AfterEach
    void stop() {
        rig.close();
        zendesk.close();
    }

    private void pour(int messages) throws Exception {
        rig.start();
        AsyncProducer producer = rig.camel.getEndpoint("direct:in").createAsyncProducer();
        producer.start();
        Semaphore room = new Semaphore(IN_FLIGHT);
        for (int i = 0; i < messages; i++) {
            room.acquire();
            boolean ticket = i % 2 == 0;
            Exchange exchange = producer.getEndpoint().createExchange();
            exchange.getMessage().setHeader("ticket", ticket);
            exchange.getMessage().setHeader(ZendeskOboConstants.USER, ticket ? Sample.AGENT : Sample.JANE);
            exchange.getMessage().setBody(Map.of(
                    ticket ? "ticket" : "request", Map.of("subject", "message " + i, "comment", Map.of("body", "It broke"))));
            producer.process(exchange, doneSync -> {
                Exception failure = exchange.getException();
                (failure == null ? done
                        : failure instanceof ZendeskOboException obo && obo.getOutcome() == Outcome.NOT_DONE ? notDone : unknown)
                                .incrementAndGet();
                room.release();
            });
        }
        assertThat(room.tryAcquire(IN_FLIGHT, 60, TimeUnit.SECONDS)).isTrue();
    }

    private Map<String, Long> made() {
        return zendesk.world().tickets().stream().map(Ticket::subject).filter(subject -> subject.startsWith("message "))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private void show(String what, int messages, int calls) {
        System.out.printf("DUPLICATES %s | %,d messages, %,d calls (%.3f) | %,d done, %,d not done, %,d unknown | most copies of one: %d%n", what,
                messages, calls, (double) calls / messages, done.get(), notDone.get(), unknown.get(),
                made().values().stream().mapToLong(Long::longValue).max().orElse(0));
    }

    @Test
    void ofNothingAreThereTwoWhenConnectionsBreakAndAnswersFailOrComeTooLate() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < MESSAGES * 2; i++) {
            int dice = random.nextInt(100);
            zendesk.faults().next().method("POST").respond(
                    dice < 10 ? Fault.dropAfterProcessing()
                            : dice < 20 ? Fault.status(503).json("{}")
                            : dice < 25 ? Fault.usual().latency(Duration.ofSeconds(3)) : Fault.usual());
        }

        pour(MESSAGES);

        int calls = zendesk.journal().requests().size();
        show("a quarter fails", MESSAGES, calls);
        assertThat(made().values()).allMatch(copies -> copies == 1);
        assertThat(done.get() + notDone.get() + unknown.get()).isEqualTo(MESSAGES);
        // whoever was told that it is done finds it, and whoever was told that it is not does not
        assertThat(made()).hasSizeBetween(done.get(), done.get() + unknown.get());
        assertThat(calls).isLessThanOrEqualTo(MESSAGES + 101 + MESSAGES / 10);
        assertThat(MESSAGES < 10_000 || calls <= MESSAGES * 1.10).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "everything is refused by 503", "every connection is cut when it is done", "every answer comes too late" })
    void whenEverythingFailsTheOutageIsNotMultiplied(String how) throws Exception {
        int messages = how.endsWith("late") ? Math.min(MESSAGES, 1_000) : MESSAGES;
        Fault busy = Fault.status(503).json("{}").header("X-Rate-Limit", "10000000").header("X-Rate-Limit-Remaining", "9999999");
        zendesk.faults().next(Integer.MAX_VALUE).method("POST").respond(how.endsWith("503") ? busy
                : how.endsWith("late") ? Fault.usual().latency(Duration.ofSeconds(3)) : Fault.dropAfterProcessing());
        // of an account that never tells its limit only so many are sent in a minute
        rig.component().getConfiguration().setRateBudget(new NoLimits());

        long begin = System.nanoTime();
        pour(messages);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);

        int calls = zendesk.journal().requests().size();
        show(how, messages, calls);
        assertThat(made().values()).allMatch(copies -> copies == 1);
        assertThat(made()).hasSize(how.endsWith("503") ? 0 : messages);
        assertThat(done).hasValue(0);
        assertThat(notDone).hasValue(0);
        // the stock of the retry budget, and what comes back to it in the meantime
        assertThat(calls).isLessThanOrEqualTo(messages + 101 + (int) seconds / 6);
        assertThat(messages < 10_000 || calls <= messages * 1.10).isTrue();
    }
}
