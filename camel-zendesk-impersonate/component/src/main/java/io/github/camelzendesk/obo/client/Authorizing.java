package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.ImpersonationProof;
import io.github.camelzendesk.obo.token.InvalidAccessToken;
import io.github.camelzendesk.obo.token.TokenProbe;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.obo.token.TokenUnavailable;

/**
 * The last step before the wire: attaches the token and the user, after it was shown that Zendesk honours the user. On a 401
 * it finds out which of the two Zendesk refused: a dead token is replaced once and the request goes round once, an unknown
 * user costs nothing but the message.
 */
final class Authorizing {

    private static final int ROUNDS = 2;

    private final Function<WireRequest, CompletionStage<WireAnswer>> wire;
    private final TokenProbe probe;
    private final ImpersonationProof proof;
    private final EndUserCheck endUsers;
    private final Executor executor;
    private final InstantSource clock;

    Authorizing(
            Function<WireRequest, CompletionStage<WireAnswer>> wire, TokenProbe probe, ImpersonationProof proof,
            Executor executor, InstantSource clock) {
        this.wire = wire;
        this.probe = probe;
        this.proof = proof;
        this.endUsers = new EndUserCheck(clock);
        this.executor = executor;
        this.clock = clock;
    }

    /**
     * Never fails: see {@link Failure}.
     *
     * @param permit  told of each time that something leaves for this message
     * @param earlier how often the message was sent before
     */
    CompletionStage<Reply> send(
            ApiRequest request, TokenSource tokens, ProofMode mode, RateBudget.Permit permit, int earlier) {
        return round(new Message(request, tokens, mode, permit), 1, earlier, null);
    }

    /** What stays the same however often a request goes out. */
    private record Message(ApiRequest request, TokenSource tokens, ProofMode mode, RateBudget.Permit permit) {
    }

    /**
     * @param round    1, or 2 after a token was replaced
     * @param attempts how often the request went out before
     * @param refused  why there is another round, or null
     */
    private CompletionStage<Reply> round(Message message, int round, int attempts, @Nullable Failure refused) {
        return then(token(message), token -> {
            AccessToken current = token.value();
            if (current == null) {
                return done(refused == null ? Failure.unsent(Failure.Kind.NO_TOKEN, token.why() + ". Nothing was sent", token.retryAfter(), null)
                        : refused.as(Failure.Kind.NO_TOKEN, DEAD_AND_NO_OTHER + token.why()).in(token.retryAfter()));
            }
            return then(proven(message, current), standing -> {
                if (standing instanceof Standing.Refused no) {
                    return done(no.failure().after(attempts));
                } else if (standing instanceof Standing.TokenDead) {
                    return replaced(
                            message, current, round, attempts,
                            Failure.unsent(Failure.Kind.NO_TOKEN, DEAD, null).after(attempts));
                } else if (standing instanceof Standing.Unauthorized unauthorized) {
                    return unauthorized(message, current, round, attempts, unauthorized.failure().after(attempts));
                }
                return attempt(message, current, round, attempts + 1);
            });
        });
    }

    private CompletionStage<Reply> attempt(Message message, AccessToken token, int round, int attempts) {
        ApiRequest request = message.request();
        WireRequest out = new WireRequest(
                request.method(), request.origin(), request.path(), token, request.user().headerValue(), request.accept(),
                request.body(), request.idempotencyKey(), request.timeout());
        return counted(out, message.permit()).handle((answer, failure) -> {
            if (failure != null) {
                return done(failed(request, failure, attempts));
            } else if (answer.status() == 401) {
                return unauthorized(message, token, round, attempts, Failure.of(request, answer, attempts, clock.instant()));
            } else if (answer.body() != null) {
                return done(new Reply.Answer(
                        answer.status(), answer.parsed(clock.instant()), answer.body(), attempts, Duration.ZERO));
            }
            return done(Failure.of(request, answer, attempts, clock.instant()));
        }).thenCompose(Function.identity());
    }

    /** Sends, and lets the budget know what became of it and what the answer says of the limits. */
    private CompletionStage<WireAnswer> counted(WireRequest out, RateBudget.Permit permit) {
        RateBudget.Flight flight = permit.launch();
        CompletionStage<WireAnswer> sent;
        try {
            sent = wire.apply(out);
        } catch (Throwable e) {
            sent = CompletableFuture.failedStage(e);
        }
        return sent.whenComplete((answer, failure) -> {
            if (answer != null) {
                flight.answered(answer.status(), answer.parsed(clock.instant()));
            } else if (cause(failure) instanceof WireFailure wireFailure && !wireFailure.started()) {
                flight.unsent();
            } else {
                flight.lost();
            }
        });
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Zendesk answered 401: either the token is dead, or it does not know the user. */
    private CompletionStage<Reply> unauthorized(
            Message message, AccessToken token, int round, int attempts, Failure refused) {
        return then(token(message), now -> {
            if (round < ROUNDS && now.value() != null && !now.value().equals(token)) {
                // it left with a token that has been replaced since: nothing to find out
                return again(message, round, attempts, refused);
            }
            return then(probe.probe(message.request().origin(), token), liveness -> switch (liveness) {
                case ALIVE -> done(refused.as(Failure.Kind.UNKNOWN_USER, UNKNOWN));
                case DEAD -> replaced(message, token, round, attempts, refused.as(Failure.Kind.NO_TOKEN, DEAD));
                case UNDECIDED -> done(refused.as(Failure.Kind.UNAVAILABLE, UNDECIDED));
            });
        });
    }

    /** The token is dead: once more with another one, if the source has another one. */
    private CompletionStage<Reply> replaced(
            Message message, AccessToken dead, int round, int attempts, Failure refused) {
        try {
            message.tokens().invalidate(dead);
        } catch (RuntimeException e) {
            return done(refused.as(Failure.Kind.NO_TOKEN, DEAD_AND_NO_OTHER
                                                          + "the token source failed to give it up, with " + e.getClass().getName()));
        }
        return then(token(message), next -> next.value() == null
                ? done(refused.as(Failure.Kind.NO_TOKEN, DEAD_AND_NO_OTHER + next.why()).in(next.retryAfter()))
                : next.value().equals(dead) ? done(refused) : again(message, round, attempts, refused));
    }

    private CompletionStage<Reply> again(Message message, int round, int attempts, Failure refused) {
        if (round >= ROUNDS) {
            return done(refused.as(Failure.Kind.NO_TOKEN, "Zendesk refused the replaced token as well. Check its source"));
        } else if (attempts > 0 && !message.request().body().repeatable()) {
            return done(refused.as(
                    Failure.Kind.NO_TOKEN,
                    "the token was replaced, but the body can be read only once. It was not done: send it again"));
        }
        return round(message, round + 1, attempts, refused);
    }

    /** Whether the request may go out with this token. */
    private CompletionStage<Standing> proven(Message message, AccessToken token) {
        ApiRequest request = message.request();
        if (message.mode() == ProofMode.OFF) {
            return CompletableFuture.completedStage(Standing.GOOD);
        }
        return proof.of(request.origin(), token, request.service()).thenCompose(verdict -> {
            if (verdict instanceof ImpersonationProof.DeadToken) {
                return CompletableFuture.completedStage(new Standing.TokenDead());
            } else if (verdict instanceof ImpersonationProof.Contradicted) {
                return refused(Failure.unsent(Failure.Kind.NOT_PROVEN, CONTRADICTED, null));
            } else if (verdict instanceof ImpersonationProof.Undecided undecided) {
                return refused(Failure.unsent(Failure.Kind.NOT_PROVEN, NOT_YET + undecided.why(), undecided.retryAfter(), null));
            }
            ImpersonationProof.Owner owner = ((ImpersonationProof.Proven) verdict).owner();
            if (owner != null && request.user().matches(owner.id(), owner.email())) {
                return refused(Failure.unsent(Failure.Kind.INVALID_USER, OWNER, null));
            }
            return message.mode() == ProofMode.USER
                    ? endUsers.check(request, token, owner, out -> counted(out, message.permit())) : CompletableFuture.completedStage(Standing.GOOD);
        });
    }

    /** What is known of the right to send. */
    sealed interface Standing {
        Standing GOOD = new Good();

        record Good() implements Standing {
        }

        record TokenDead() implements Standing {
        }

        /** A 401, and nobody knows yet whether for the token or for the user. */
        record Unauthorized(Failure failure) implements Standing {
        }

        record Refused(Failure failure) implements Standing {
        }
    }

    private static CompletionStage<Standing> refused(Failure failure) {
        return CompletableFuture.completedStage(new Standing.Refused(failure));
    }

    private static CompletionStage<Reply> done(Reply reply) {
        return CompletableFuture.completedStage(reply);
    }

    static Failure failed(ApiRequest request, Throwable failure, int attempts) {
        Throwable cause = cause(failure);
        return cause instanceof WireFailure wireFailure ? Failure.of(request, wireFailure, attempts)
                : Failure.of(request, new WireFailure(
                        WireFailure.Kind.BROKEN, "it could not be sent: " + cause.getClass().getSimpleName(), true, 0, null),
                        attempts);
    }

    /**
     * Goes on with what a stage gives. While it is not there, many may wait for the same, and who completes it may be a thread
     * of the user's: then each goes on alone, on a thread of the executor.
     */
    private <T> CompletionStage<Reply> then(CompletionStage<T> stage, Function<T, CompletionStage<Reply>> next) {
        return stage.toCompletableFuture().isDone() ? stage.thenCompose(next) : stage.thenComposeAsync(next, executor);
    }

    /** Asks the source; whatever it does wrong becomes a reason without a text of the source's own. */
    private static CompletionStage<Token> token(Message message) {
        CompletableFuture<Token> answer = new CompletableFuture<>();
        try {
            CompletionStage<AccessToken> asked = message.tokens().token();
            if (asked == null) {
                answer.complete(new Token(null, "the token source answered null"));
            } else {
                asked.whenComplete((token, failure) -> answer.complete(token(token, failure)));
            }
        } catch (RuntimeException e) {
            answer.complete(token(null, e));
        }
        if (!answer.isDone()) {
            long millis = message.request().timeout().toMillis();
            answer.completeOnTimeout(
                    new Token(null, "the token source gave no token within " + millis + " ms"), millis, TimeUnit.MILLISECONDS);
        }
        return answer;
    }

    private static Token token(@Nullable AccessToken token, @Nullable Throwable failure) {
        if (failure == null) {
            return new Token(token, token == null ? "the token source answered null" : null);
        }
        Throwable cause = cause(failure);
        if (cause instanceof TokenUnavailable unavailable) {
            return new Token(null, unavailable.getMessage(), unavailable.retryAfter());
        }
        return new Token(null, cause instanceof InvalidAccessToken
                ? cause.getMessage() : "the token source failed with " + cause.getClass().getName());
    }

    /** Either a token or why there is none. */
    private record Token(@Nullable AccessToken value, @Nullable String why, @Nullable Duration retryAfter) {
        Token(@Nullable AccessToken value, @Nullable String why) {
            this(value, why, null);
        }
    }

    private static final String UNKNOWN
            = "Zendesk does not act for this user. The token is alive, so the user is unknown, suspended or deleted, or may not "
              + "do this; check the address or id. If it happens to every user, the owner of the token is no longer an admin";
    private static final String DEAD
            = "Zendesk no longer accepts the token: it expired or was revoked. Give the token source a new one with the scope "
              + "impersonate";
    private static final String DEAD_AND_NO_OTHER
            = "Zendesk no longer accepts the token, and there is no other one. It was not done: ";
    private static final String UNDECIDED
            = "Zendesk answered 401, which means a dead token or an unknown user, and asking about the token alone got no clear "
              + "answer. It was not done: send it again later";
    private static final String CONTRADICTED
            = "Zendesk ignores X-On-Behalf-Of with this token: everything would be done as the administrator who owns it, so "
              + "nothing was sent. Check that the owner is an admin, that the token has the scope impersonate, and that no proxy "
              + "drops the header";
    private static final String NOT_YET
            = "it could not be shown that Zendesk honours X-On-Behalf-Of, so nothing was sent: ";
    private static final String OWNER
            = "the user is the owner of the token, an administrator and not an end user. Nothing was sent";
}
