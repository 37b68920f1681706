package io.github.camelzendesk.obo;

import java.util.concurrent.CompletableFuture;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.ApiRequest;
import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;
import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.client.Reply;

/**
 * The way of one message: bind it to a request, send that, bind the answer to it, complete it once. What happens in between
 * is the client's. No thread is held meanwhile.
 */
final class ZendeskOboProducer extends DefaultAsyncProducer {

    /** Which endpoint left the exchange with a write of which nobody knows whether it was done. */
    private static final String UNKNOWN_WRITE = "CamelZendeskOboUnknownWrite";

    private final ZendeskOboEndpoint.Call call;
    private final MessageBinding binding;
    private final ZendeskOboComponent component;

    ZendeskOboProducer(ZendeskOboEndpoint endpoint) {
        super(endpoint);
        this.call = endpoint.call();
        this.component = endpoint.component();
        this.binding = new MessageBinding(call, component::json);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        CompletableFuture<Reply> reply;
        @Nullable ApiRequest request = null;
        try {
            binding.forget(exchange);
            refuseUnknownWrite(exchange);
            request = binding.request(exchange);
            reply = component.client().send(request, call.tokens(), call.proof()).toCompletableFuture();
        } catch (Throwable e) {
            fail(exchange, e);
            callback.done(true);
            return true;
        }
        EndUser user = request.user();
        if (reply.isDone()) {
            complete(exchange, user, reply);
            callback.done(true);
            return true;
        }
        reply.whenComplete((value, failure) -> {
            complete(exchange, user, reply);
            callback.done(false);
        });
        return false;
    }

    /** Whatever happens here ends up on the exchange. */
    private void complete(Exchange exchange, EndUser user, CompletableFuture<Reply> reply) {
        try {
            Reply came = reply.join();
            if (came instanceof Failure failure) {
                failed(exchange, user, failure);
                return;
            }
            @Nullable Failure unusable = binding.answer(exchange, (Reply.Answer) came);
            if (unusable != null) {
                failed(exchange, user, unusable);
            }
        } catch (Throwable e) {
            fail(exchange, e);
        }
    }

    private void failed(Exchange exchange, EndUser user, Failure failure) {
        binding.failure(exchange, failure);
        if (failure.outcome() == Outcome.UNKNOWN) {
            exchange.setProperty(UNKNOWN_WRITE, getEndpoint().getEndpointKey());
        }
        if (call.throwExceptionOnFailure() || !failure.answered() || failure.attempts() == 0 || failure.status() < 300) {
            exchange.setException(ZendeskOboException.of(call.text(), user, failure));
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

    /** Camel redelivers without knowing what a redelivery may do twice. */
    private void refuseUnknownWrite(Exchange exchange) {
        if (Boolean.TRUE.equals(exchange.getMessage().getHeader(Exchange.REDELIVERED, Boolean.class))
                && getEndpoint().getEndpointKey().equals(exchange.getProperty(UNKNOWN_WRITE))) {
            throw new Refusal(null, new Failure(
                    Failure.Kind.TRANSPORT,
                    "this is a redelivery of a write of which nobody knows whether it was done, so it was not sent again: "
                                            + "look in Zendesk first",
                    0, io.github.camelzendesk.obo.client.AnswerHeaders.NONE, io.github.camelzendesk.obo.client.ErrorBody.NONE,
                    new byte[0], Outcome.UNKNOWN, 0, null, null));
        }
        exchange.removeProperty(UNKNOWN_WRITE);
    }
}
