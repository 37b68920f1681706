package io.github.camelzendesk.obo;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.AnswerHeaders;
import io.github.camelzendesk.obo.client.ApiRequest;
import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.ErrorBody;
import io.github.camelzendesk.obo.client.Failure;
import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.client.Reply;
import io.github.camelzendesk.obo.client.Terms;
import io.github.camelzendesk.obo.client.Waits;

/**
 * The way of one message: bind it to a request, send that, bind the answer to it, complete it once. What happens in between
 * is the client's. No thread is held meanwhile.
 */
final class ZendeskOboProducer extends DefaultAsyncProducer {

    /** Which endpoint left the exchange with a write that was done, or of which nobody knows whether it was. */
    private static final String NOT_TO_REPEAT = "CamelZendeskOboNotToRepeat";

    /** The answer was there, and then something of the JVM's gave way. */
    private static final Failure BROKE = new Failure(
            Failure.Kind.UNEXPECTED_ANSWER, "Zendesk answered, but the answer could not be put into the message", 0,
            AnswerHeaders.NONE, ErrorBody.NONE, new byte[0], Outcome.UNKNOWN, 1, null, null, Duration.ZERO, true);

    private final ZendeskOboEndpoint.Call call;
    private final MessageBinding binding;
    private final ZendeskOboComponent component;
    private final Waits waits = new Waits();

    ZendeskOboProducer(ZendeskOboEndpoint endpoint) {
        super(endpoint);
        this.call = endpoint.call();
        this.component = endpoint.component();
        this.binding = new MessageBinding(call, component::json);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        CompletableFuture<Reply> reply;
        ApiRequest request;
        Terms terms;
        Instant since;
        try {
            since = component.client().clock().instant();
            binding.forget(exchange);
            refuseToRepeat(exchange);
            request = binding.request(exchange);
            terms = call.terms().waitingIn(component.stops().of(exchange, waits));
            reply = component.client().send(request, terms).toCompletableFuture();
        } catch (Throwable e) {
            fail(exchange, e);
            callback.done(true);
            return true;
        }
        if (reply.isDone()) {
            complete(exchange, request, terms, since, reply);
            callback.done(true);
            return true;
        }
        reply.whenComplete((value, failure) -> {
            complete(exchange, request, terms, since, reply);
            callback.done(false);
        });
        return false;
    }

    /**
     * Whatever happens here ends up on the exchange.
     *
     * @param terms for the pages of a list too that are read later
     * @param since when the message came
     */
    private void complete(Exchange exchange, ApiRequest request, Terms terms, Instant since, CompletableFuture<Reply> reply) {
        try {
            Reply came = reply.join();
            if (came instanceof Failure failure) {
                failed(exchange, request, since, remembering(exchange, failure));
                return;
            }
            exchange.removeProperty(NOT_TO_REPEAT);
            @Nullable Failure unusable = call.form() == ZendeskOboEndpoint.Call.Form.RECORDS
                    ? binding.records(exchange, request, (Reply.Answer) came, next -> component.client().send(next, terms))
                    : binding.answer(exchange, (Reply.Answer) came);
            if (unusable != null) {
                failed(exchange, request, since, unusable);
            }
        } catch (Throwable e) {
            // whatever broke here, it broke after the request was sent
            doNotRepeat(exchange, request, since, BROKE);
            fail(exchange, e);
        }
    }

    /** That a redelivery was not done does not tell whether an earlier delivery was. */
    private static Failure remembering(Exchange exchange, Failure failure) {
        return exchange.getProperty(NOT_TO_REPEAT) instanceof NotToRepeat ? failure.perhapsDoneBefore() : failure;
    }

    private void failed(Exchange exchange, ApiRequest request, Instant since, Failure failure) {
        binding.failure(exchange, failure);
        if (failure.outcome() != Outcome.NOT_DONE) {
            doNotRepeat(exchange, request, since, failure);
        }
        if (call.throwExceptionOnFailure() || !failure.answered() || failure.attempts() == 0 || failure.status() < 300) {
            exchange.setException(ZendeskOboException.of(call.text(), request.user(), failure));
        } else {
            binding.failedAnswer(exchange, failure);
        }
    }

    private void fail(Exchange exchange, Throwable e) {
        if (e instanceof Refusal refusal) {
            Failure failure = remembering(exchange, refusal.failure());
            binding.failure(exchange, failure);
            exchange.setException(ZendeskOboException.of(call.text(), refusal.user(), failure));
        } else {
            exchange.setException(e);
        }
    }

    /**
     * What a redelivery of the same message to the same endpoint is answered with.
     *
     * @param recognized until when Zendesk recognizes a copy
     */
    private record NotToRepeat(String endpoint, EndUser user, Failure failure, Instant recognized) {
    }

    private void doNotRepeat(Exchange exchange, ApiRequest request, Instant since, Failure failure) {
        if (call.method().equals("GET")) {
            return;
        }
        NotToRepeat earlier = exchange.getProperty(NOT_TO_REPEAT, NotToRepeat.class);
        // not as of now: a clock may be put back
        Instant recognized = !request.recognizable() ? Instant.MIN
                : earlier != null ? earlier.recognized() : since.plus(ApiRequest.RECOGNIZABLE_FOR);
        exchange.setProperty(
                NOT_TO_REPEAT, new NotToRepeat(getEndpoint().getEndpointKey(), request.user(), failure, recognized));
    }

    /** Camel redelivers without knowing what a redelivery may do twice: the route is told once more what happened first. */
    private void refuseToRepeat(Exchange exchange) {
        if (Boolean.TRUE.equals(exchange.getMessage().getHeader(Exchange.REDELIVERED, Boolean.class))
                && exchange.getProperty(NOT_TO_REPEAT) instanceof NotToRepeat first
                && first.endpoint().equals(getEndpoint().getEndpointKey())) {
            if (component.client().clock().instant().isBefore(first.recognized())) {
                return;
            }
            throw new Refusal(first.user(), first.failure().because(
                    first.failure().what() + ". Camel's redelivery was not sent: it might do it twice"));
        }
        exchange.removeProperty(NOT_TO_REPEAT);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        waits.begin();
    }

    @Override
    protected void doStop() throws Exception {
        waits.end();
        super.doStop();
    }
}
