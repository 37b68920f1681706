package io.github.camelzendesk.obo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ShutdownPrepared;
import org.apache.camel.spi.ShutdownStrategy;
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
final class ZendeskOboProducer extends DefaultAsyncProducer implements ShutdownPrepared {

    /** Which endpoint left the exchange with a write that was done, or of which nobody knows whether it was. */
    private static final String NOT_TO_REPEAT = "CamelZendeskOboNotToRepeat";

    /** The answer was there, and then something of the JVM's gave way. */
    private static final Failure BROKE = new Failure(
            Failure.Kind.UNEXPECTED_ANSWER, "Zendesk answered, but the answer could not be put into the message", 0,
            AnswerHeaders.NONE, ErrorBody.NONE, new byte[0], Outcome.UNKNOWN, 1, null, null, Duration.ZERO, true);

    /** How much of Camel's shutdown timeout is left to the routes after the last message has failed. */
    private static final long LEFT_TO_COMPLETE_MILLIS = 2_000;

    private final ZendeskOboEndpoint.Call call;
    private final MessageBinding binding;
    private final ZendeskOboComponent component;
    private final Waits waits = new Waits();
    private final Terms terms;
    private volatile Runnable stopWaiting = () -> {
    };

    ZendeskOboProducer(ZendeskOboEndpoint endpoint) {
        super(endpoint);
        this.call = endpoint.call();
        this.component = endpoint.component();
        this.terms = call.terms().waitingIn(List.of(waits));
        this.binding = new MessageBinding(call, component::json);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        CompletableFuture<Reply> reply;
        @Nullable ApiRequest request = null;
        try {
            binding.forget(exchange);
            refuseToRepeat(exchange);
            request = binding.request(exchange);
            reply = component.client().send(request, terms).toCompletableFuture();
        } catch (Throwable e) {
            fail(exchange, e);
            callback.done(true);
            return true;
        }
        ApiRequest sent = request;
        if (reply.isDone()) {
            complete(exchange, sent, reply);
            callback.done(true);
            return true;
        }
        reply.whenComplete((value, failure) -> {
            complete(exchange, sent, reply);
            callback.done(false);
        });
        return false;
    }

    /** Whatever happens here ends up on the exchange. */
    private void complete(Exchange exchange, ApiRequest request, CompletableFuture<Reply> reply) {
        try {
            Reply came = reply.join();
            if (came instanceof Failure failure) {
                failed(exchange, request, failure);
                return;
            }
            @Nullable Failure unusable = binding.answer(exchange, (Reply.Answer) came);
            if (unusable != null) {
                failed(exchange, request, unusable);
            }
        } catch (Throwable e) {
            // whatever broke here, it broke after the request was sent
            doNotRepeat(exchange, request, BROKE);
            fail(exchange, e);
        }
    }

    private void failed(Exchange exchange, ApiRequest request, Failure failure) {
        binding.failure(exchange, failure);
        if (failure.outcome() != Outcome.NOT_DONE) {
            doNotRepeat(exchange, request, failure);
        }
        if (call.throwExceptionOnFailure() || !failure.answered() || failure.attempts() == 0 || failure.status() < 300) {
            exchange.setException(ZendeskOboException.of(call.text(), request.user(), failure));
        } else {
            binding.failedAnswer(exchange, failure);
        }
    }

    private void fail(Exchange exchange, Throwable e) {
        if (e instanceof Refusal refusal) {
            binding.failure(exchange, refusal.failure());
            exchange.setException(ZendeskOboException.of(call.text(), refusal.user(), refusal.failure()));
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

    private void doNotRepeat(Exchange exchange, ApiRequest request, Failure failure) {
        if (call.method().equals("GET")) {
            return;
        }
        Instant now = component.client().clock().instant();
        NotToRepeat earlier = exchange.getProperty(NOT_TO_REPEAT, NotToRepeat.class);
        Instant recognized = !request.recognizable() ? now
                : earlier != null ? earlier.recognized() : now.minus(failure.waited()).plus(ApiRequest.RECOGNIZABLE_FOR);
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
        stopWaiting.run();
        waits.begin();
    }

    @Override
    protected void doStop() throws Exception {
        stopWaiting.run();
        waits.end();
        super.doStop();
    }

    /**
     * A route that stops gives its messages until Camel's shutdown timeout; those that still wait shortly before it fail, so
     * that their exchanges complete within it.
     */
    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        if (forced) {
            waits.end();
            return;
        } else if (suspendOnly) {
            return;
        }
        ShutdownStrategy strategy = getEndpoint().getCamelContext().getShutdownStrategy();
        long millis = strategy.getTimeUnit().toMillis(strategy.getTimeout());
        stopWaiting = component.later(millis - Math.min(millis / 4, LEFT_TO_COMPLETE_MILLIS), waits::end);
    }
}
