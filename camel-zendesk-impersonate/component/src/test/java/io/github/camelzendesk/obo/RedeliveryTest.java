package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.standin.Fault;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.Switches;

/** What the component repeats and what Camel redelivers, together. An agent opens the tickets, since end users may not. */
@Timeout(60)
class RedeliveryTest {

    private static final String TICKET = "{\"ticket\":{\"comment\":{\"body\":\"It broke\"}}}";
    private static final String TO_TICKETS = "zendesk-obo:post:tickets?allowedFor=off&tokenSource=#acme";

    private final ShiftedClock clock = new ShiftedClock();
    private final StandIn zendesk = StandIn.builder().clock(clock).start();
    private final Rig rig = new Rig(zendesk);

    RedeliveryTest() {
        rig.component().setClock(clock);
        zendesk.switches().agentTarget(Switches.AgentTarget.ALLOW);
    }

    @AfterEach
    void stop() {
        rig.close();
        zendesk.close();
    }

    private Exchange open() {
        return rig.send(Sample.AGENT, TICKET);
    }

    private int opened() {
        return zendesk.world().ticketsOf(zendesk.world().user(Sample.AGENT)).size();
    }

    private List<String> keys() {
        return rig.requests().stream().map(entry -> entry.header("Idempotency-Key")).toList();
    }

    /** @param between what happens before each redelivery */
    private void redelivering(int times, String to, Processor between) {
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(times).redeliveryDelay(0).onRedelivery(between));
                from("direct:in").to(to);
            }
        });
    }

    private static final Processor NOTHING = exchange -> {
    };

    // ---- how often

    @Test
    void aRedeliveryTriesAsOftenAsTheFirstDelivery() {
        redelivering(3, "zendesk-obo:post:requests?maxAttempts=2&tokenSource=#acme", NOTHING);
        zendesk.faults().always().path("/api/v2/requests").respond(Fault.status(429).header("Retry-After", "0").text("slow down"));

        Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
        assertThat(out.getException()).isInstanceOf(ZendeskOboRateLimitedException.class);
        assertThat(((ZendeskOboException) out.getException()).getAttempts()).isEqualTo(2);
        assertThat(rig.requests()).hasSize(4 * 2).allMatch(entry -> Rig.JANE.equals(entry.onBehalfOf()));
    }

    // ---- the key

    @Test
    void aRedeliveredTicketKeepsItsKeyAndIsOpenedOnce() {
        redelivering(3, TO_TICKETS + "&maxAttempts=2", NOTHING);
        zendesk.faults().next().path("/api/v2/tickets").respond(Fault.dropAfterProcessing());
        zendesk.faults().next(2).path("/api/v2/tickets").respond(Fault.reset());

        Exchange out = open();
        assertThat(out.getException()).isNull();
        assertThat(out.getMessage().getHeader(ZendeskOboConstants.IDEMPOTENCY_LOOKUP)).isEqualTo("hit");
        assertThat(keys()).hasSize(4).doesNotContainNull();
        assertThat(keys().stream().distinct()).hasSize(1);
        assertThat(opened()).isEqualTo(1);
    }

    @Test
    void twoStepsThatOpenATicketOpenTwo() {
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to(TO_TICKETS).setBody(constant(TICKET)).to(TO_TICKETS);
            }
        });
        assertThat(open().getException()).isNull();
        assertThat(keys()).hasSize(2).doesNotHaveDuplicates();
        assertThat(opened()).isEqualTo(2);
    }

    @Test
    void aLoopOpensATicketEachTime() {
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").loop(3).setBody(constant(TICKET)).to(TO_TICKETS).end();
            }
        });
        assertThat(open().getException()).isNull();
        assertThat(keys()).hasSize(3).doesNotHaveDuplicates();
        assertThat(opened()).isEqualTo(3);
    }

    /** After the first has failed, redelivered or not, the next step is another request. */
    @ParameterizedTest
    @ValueSource(ints = { 0, 2 })
    void aStepAfterOneThatFailedOpensATicketOfItsOwn(int redeliveries) {
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ZendeskOboException.class).maximumRedeliveries(redeliveries).redeliveryDelay(0).continued(true);
                from("direct:in").to(TO_TICKETS).setBody(constant(TICKET)).to(TO_TICKETS).setBody(constant(TICKET)).to(TO_TICKETS);
            }
        });
        zendesk.faults().next(redeliveries + 1).path("/api/v2/tickets").respond(Fault.reset());

        assertThat(open().getException()).isNull();
        assertThat(keys()).hasSize(redeliveries + 3);
        assertThat(keys().stream().distinct()).hasSize(3);
        assertThat(opened()).isEqualTo(2);
    }

    /** The handler of a failure may open a ticket about it. */
    @Test
    void aFailureHandlersTicketIsAnotherOne() {
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ZendeskOboException.class).maximumRedeliveries(1).redeliveryDelay(0).handled(true).to(TO_TICKETS);
                from("direct:in").to(TO_TICKETS);
            }
        });
        zendesk.faults().next(2).path("/api/v2/tickets").respond(Fault.reset());

        open();
        assertThat(keys()).hasSize(3);
        assertThat(keys().get(0)).isEqualTo(keys().get(1)).isNotEqualTo(keys().get(2));
    }

    @Test
    void aLoopThatGoesOnAfterAFailureOpensATicketEachTime() {
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ZendeskOboException.class).maximumRedeliveries(1).redeliveryDelay(0).continued(true);
                from("direct:in").loop(3).setBody(constant(TICKET)).to(TO_TICKETS).end();
            }
        });
        zendesk.faults().next(2).path("/api/v2/tickets").respond(Fault.reset());

        assertThat(open().getException()).isNull();
        assertThat(keys()).hasSize(4);
        assertThat(keys().stream().distinct()).hasSize(3);
        assertThat(opened()).isEqualTo(2);
    }

    /** The same of a write without a key: what became of an earlier one does not keep a later one from being sent. */
    @Test
    void aWriteAfterOneOfWhichNobodyKnowsIsSent() {
        rig.routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ZendeskOboException.class).maximumRedeliveries(1).redeliveryDelay(0).continued(true);
                from("direct:in").loop(2).setBody(constant(TICKET.replace("ticket", "request")))
                        .to("zendesk-obo:post:requests?tokenSource=#acme").end();
            }
        });
        zendesk.faults().next().path("/api/v2/requests").respond(Fault.dropAfterProcessing());

        assertThat(rig.send(Rig.JANE, null).getException()).isNull();
        assertThat(rig.requests()).extracting(JournalEntry::status).containsExactly(0, 201);
    }

    // ---- after a while

    @ParameterizedTest
    @ValueSource(ints = { 109, 111 })
    void aTicketThatMayBeThereIsRedeliveredOnlyWhileItsKeyIsSurelyKnown(int minutes) {
        redelivering(1, TO_TICKETS, exchange -> clock.advance(Duration.ofMinutes(minutes)));
        zendesk.faults().next().path("/api/v2/tickets").respond(Fault.dropAfterProcessing());

        Exchange out = open();
        assertThat(opened()).isEqualTo(1);
        if (minutes < 110) {
            assertThat(out.getException()).isNull();
            assertThat(rig.requests()).hasSize(2);
        } else {
            assertThat(out.getException()).isInstanceOf(ZendeskOboTransportException.class)
                    .hasMessageContaining("redelivery was not sent");
            assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(rig.requests()).hasSize(1);
        }
    }

    /** The key is as old as the first time that it was sent, however long the answer was waited for. */
    @Test
    void theTimeThatTheFirstDeliveryTookCounts() throws Exception {
        redelivering(1, TO_TICKETS + "&requestTimeout=1000", exchange -> clock.advance(Duration.ofMinutes(20)));
        zendesk.faults().next().path("/api/v2/tickets").respond(Fault.stall().afterProcessing());

        CompletableFuture<Exchange> out = CompletableFuture.supplyAsync(this::open);
        zendesk.journal().await(entry -> entry.path().equals("/api/v2/tickets"));
        clock.advance(Duration.ofMinutes(100));
        assertThat(out.get().getException()).hasMessageContaining("redelivery was not sent");
        assertThat(opened()).isEqualTo(1);
    }

    @Test
    void aClockThatIsPutBackMakesNoWriteSafe() {
        redelivering(1, "zendesk-obo:post:requests?tokenSource=#acme", exchange -> clock.advance(Duration.ofMinutes(-30)));
        zendesk.faults().next().path("/api/v2/requests").respond(Fault.dropAfterProcessing());

        Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));
        assertThat(out.getException()).hasMessageContaining("redelivery was not sent");
        assertThat(rig.requests()).hasSize(1);
    }

    // ---- what is known

    @ParameterizedTest
    @ValueSource(strings = { "refused", "veto" })
    void thatARedeliveryWasNotDoneDoesNotSayThatTheFirstDeliveryWasNot(String how) {
        AtomicInteger asked = new AtomicInteger();
        UserPolicy policy = (user, exchange) -> how.equals("refused") || asked.incrementAndGet() == 1;
        rig.bind("policy", policy);
        redelivering(1, TO_TICKETS + "&userPolicy=#policy", NOTHING);
        zendesk.faults().next().path("/api/v2/tickets").respond(Fault.dropAfterProcessing());
        zendesk.faults().always().path("/api/v2/tickets").respond(Fault.status(429).header("Retry-After", "0").text("slow down"));

        Exchange out = open();
        assertThat(out.getException()).isInstanceOf(
                how.equals("refused") ? ZendeskOboRateLimitedException.class : ZendeskOboUserVetoedException.class)
                .hasMessageContaining("An earlier try may have been done: look in Zendesk before sending it again");
        assertThat(((ZendeskOboException) out.getException()).getOutcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(opened()).isEqualTo(1);
    }

    @Test
    void aFailureHandlerLearnsWhatIsKnown() {
        redelivering(2, TO_TICKETS + "&maxAttempts=2", NOTHING);
        zendesk.faults().next().path("/api/v2/tickets").respond(Fault.dropAfterProcessing());
        zendesk.faults().always().path("/api/v2/tickets").respond(Fault.status(429).header("Retry-After", "0").text("slow down"));

        ZendeskOboException failure = (ZendeskOboException) open().getException();
        assertThat(failure.getOutcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(failure).hasMessageContaining("outcome unknown");
        assertThat(opened()).isEqualTo(1);
    }

    @Test
    void aGivenKeyIsTheSameOnEveryTryAndEveryRedelivery() {
        redelivering(2, TO_TICKETS + "&maxAttempts=2", NOTHING);
        zendesk.faults().next(5).path("/api/v2/tickets").respond(Fault.reset());

        Exchange out = rig.send(Sample.AGENT, TICKET, Map.of(ZendeskOboConstants.IDEMPOTENCY_KEY, "order-77"));
        assertThat(out.getException()).isNull();
        assertThat(keys()).hasSize(6);
        assertThat(keys().stream().distinct()).hasSize(1);
        assertThat(opened()).isEqualTo(1);
    }
}
