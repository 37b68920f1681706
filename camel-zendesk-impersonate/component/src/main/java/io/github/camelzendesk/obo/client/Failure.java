package io.github.camelzendesk.obo.client;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Zendesk did not do it, or nobody can tell.
 *
 * @param what       what happened and what to do next, in words that hold no secret, no address and nothing that came from
 *                   the other side unchecked
 * @param status     of the answer, or 0 when there was none
 * @param headers    of the answer; {@link AnswerHeaders#NONE} when there was none
 * @param error      the body of the answer as far as it was understood; {@link ErrorBody#NONE} when there was none
 * @param start      the start of the body of the answer as it came
 * @param attempts   how often the request was sent; 0 when it was not
 * @param retryAfter how long to wait before it makes sense to try again, or null when unknown
 * @param waited     how long the message waited for the rate limit and between tries
 * @param lasting    whether another try would end the same way, whatever the kind
 */
public record Failure(
        Kind kind, String what, int status, AnswerHeaders headers, ErrorBody error, byte[] start, Outcome outcome,
        int attempts, @Nullable Duration retryAfter, @Nullable Throwable cause, Duration waited, boolean lasting) implements Reply, Serializable {

    private static final long serialVersionUID = 1L;

    /** The closed list of what can go wrong. */
    public enum Kind {
        INVALID_REQUEST,
        INVALID_USER,
        USER_VETOED,
        UNKNOWN_USER,
        NOT_PROVEN,
        NO_TOKEN,
        MISSING_SCOPE,
        FORBIDDEN,
        NOT_FOUND,
        CONFLICT,
        INVALID_RECORD,
        IDEMPOTENCY_MISMATCH,
        RATE_LIMITED,
        UNAVAILABLE,
        TRANSPORT,
        UNEXPECTED_ANSWER
    }

    private static final byte[] NOTHING = new byte[0];
    private static final String LOOK_FIRST = "Whether it was done is unknown: look in Zendesk before sending it again";

    private static final String SEND_AGAIN = ". It was not done and can be sent again";
    private static final String PERHAPS_DONE_BEFORE
            = ". An earlier try may have been done: look in Zendesk before sending it again";

    /** Nothing was sent. */
    public static Failure unsent(Kind kind, String what, @Nullable Throwable cause) {
        return unsent(kind, what, null, cause);
    }

    static Failure unsent(Kind kind, String what, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        return new Failure(kind, what, 0, AnswerHeaders.NONE, ErrorBody.NONE, NOTHING, Outcome.NOT_DONE, 0, retryAfter, cause,
                Duration.ZERO, false);
    }

    /** Whether this is about what Zendesk answered, rather than about a request that was not sent or not answered. */
    public boolean answered() {
        return status != 0;
    }

    /** The same, of a message that had been sent before: refused then, so that it still is not done. */
    Failure after(int earlierAttempts) {
        return attempts >= earlierAttempts ? this
                : new Failure(
                        kind, what, status, headers, error, start, outcome, earlierAttempts, retryAfter, cause, waited, lasting);
    }

    /** The same, in other words. */
    public Failure because(String otherWhat) {
        return as(kind, otherWhat);
    }

    /** The same, but it makes sense to try again after a while. */
    Failure in(@Nullable Duration wait) {
        return wait == null ? this
                : new Failure(kind, what, status, headers, error, start, outcome, attempts, wait, cause, waited, lasting);
    }

    /** The same, but about another thing than the status says. */
    Failure as(Kind otherKind, String otherWhat) {
        return new Failure(
                otherKind, otherWhat, status, headers, error, start, outcome, attempts, retryAfter, cause, waited, lasting);
    }

    @Override
    public Failure waited(Duration more) {
        return new Failure(
                kind, what, status, headers, error, start, outcome, attempts, retryAfter, cause, waited.plus(more), lasting);
    }

    /** The same, and another try would end the same way. */
    Failure lastingly() {
        return new Failure(kind, what, status, headers, error, start, outcome, attempts, retryAfter, cause, waited, true);
    }

    /** The same, of a message of which nobody knows whether an earlier try was done: whatever this one says, it may be. */
    public Failure perhapsDoneBefore() {
        return outcome != Outcome.NOT_DONE ? this
                : new Failure(
                        kind, what.replace(SEND_AGAIN, "") + PERHAPS_DONE_BEFORE, status, headers, error, start, Outcome.UNKNOWN,
                        attempts, retryAfter, cause, waited, lasting);
    }

    /** There was no whole answer. */
    static Failure of(ApiRequest request, WireFailure failure, int attempts) {
        boolean sent = failure.started();
        boolean undone = !sent || failure.kind() == WireFailure.Kind.REFUSED_UNDONE;
        Outcome outcome = undone || request.reads() ? Outcome.NOT_DONE
                : failure.status() >= 200 && failure.status() < 300 ? Outcome.DONE : Outcome.UNKNOWN;
        String advice = switch (outcome) {
            case NOT_DONE -> request.reads() ? ". It can be sent again" : SEND_AGAIN;
            case UNKNOWN -> ". " + LOOK_FIRST;
            case DONE -> ". It was done; only the answer is lost: do not send it again";
        };
        if (failure.kind() == WireFailure.Kind.WOULD_BE_LOGGED) {
            advice = ". Nothing was sent";
        }
        return new Failure(
                Kind.TRANSPORT, failure.getMessage() + advice, failure.status(), AnswerHeaders.NONE, ErrorBody.NONE,
                NOTHING, outcome, sent ? attempts : attempts - 1, null, failure.getCause(), Duration.ZERO, failure.lasting());
    }

    /** Zendesk answered with something else than success. */
    static Failure of(ApiRequest request, WireAnswer answer, int attempts, Instant now) {
        AnswerHeaders headers = answer.parsed(now);
        ErrorBody error = ErrorBody.parse(headers.contentType(), answer.start());
        int status = answer.status();
        Kind kind = kind(status, error);
        Outcome outcome = request.reads() || !mayHaveBeenDone(status) ? Outcome.NOT_DONE : Outcome.UNKNOWN;
        Duration retryAfter = kind == Kind.RATE_LIMITED ? untilLimitEnds(headers) : headers.retryAfter();
        return new Failure(
                kind, what(kind, request, status, error, headers, retryAfter, outcome), status, headers, error, answer.start(),
                outcome, attempts, retryAfter, null, Duration.ZERO, false);
    }

    /** Without Retry-After the limit that is used up tells: of an endpoint, whose reset counts whatever the account has left. */
    private static @Nullable Duration untilLimitEnds(AnswerHeaders headers) {
        if (headers.retryAfter() != null) {
            return headers.retryAfter();
        }
        Optional<Duration> endpoint = headers.buckets().stream().filter(bucket -> bucket.remaining() == 0).map(Bucket::resets)
                .max(Comparator.naturalOrder());
        Long remaining = headers.rateLimitRemaining();
        return endpoint.orElse(remaining != null && remaining == 0 ? headers.rateLimitReset() : null);
    }

    /** A 301, 302 or 303 may lead on after the work as well as before it; 307 and 308 ask for the same request elsewhere. */
    private static boolean mayHaveBeenDone(int status) {
        return status >= 500 || status == 408 || status < 400 && status != 307 && status != 308;
    }

    private static Kind kind(int status, ErrorBody error) {
        return switch (status) {
            case 400 -> "IdempotentRequestError".equals(error.code()) ? Kind.IDEMPOTENCY_MISMATCH : Kind.INVALID_RECORD;
            // the caller finds out which of the two it is
            case 401 -> Kind.NO_TOKEN;
            case 403 -> error.missingScopes().isEmpty() ? Kind.FORBIDDEN : Kind.MISSING_SCOPE;
            case 404, 410 -> Kind.NOT_FOUND;
            case 409 -> Kind.CONFLICT;
            case 413, 415, 422 -> Kind.INVALID_RECORD;
            case 429 -> Kind.RATE_LIMITED;
            case 408 -> Kind.UNAVAILABLE;
            default -> status >= 500 ? Kind.UNAVAILABLE : Kind.UNEXPECTED_ANSWER;
        };
    }

    private static String what(
            Kind kind, ApiRequest request, int status, ErrorBody error, AnswerHeaders headers, @Nullable Duration retryAfter,
            Outcome outcome) {
        return switch (kind) {
            case MISSING_SCOPE -> "the token lacks a scope that this needs: " + String.join(" or ", error.missingScopes())
                                  + ". Issue a token that has it, with the scopes that the old one has";
            case FORBIDDEN -> "Zendesk does not let this end user do this. " + allowedFor(request);
            case NOT_FOUND -> "there is nothing at this path that this end user may see: "
                              + "it does not exist, or it belongs to somebody else";
            case CONFLICT -> "someone changed the same record at the same time. Read it again, then decide";
            case INVALID_RECORD -> "Zendesk does not accept what was sent"
                                   + (error.safeFields().isEmpty()
                                           ? "" : ": see the problems of " + String.join(", ", error.safeFields()))
                                   + ". Change it before sending it again";
            case IDEMPOTENCY_MISMATCH -> "another request was sent with the same idempotency key. "
                                         + "Use one key for one request, and the same body each time";
            case RATE_LIMITED -> "the rate limit is used up. " + (retryAfter == null
                    ? "Zendesk did not say how long to wait (no Retry-After)"
                    : headers.retryAfter() == null
                            ? "Zendesk sent no Retry-After, but the limit begins anew in " + retryAfter.toSeconds() + " s"
                            : "Zendesk asks to wait " + retryAfter.toSeconds() + " s");
            case UNAVAILABLE -> "Zendesk is not able to answer now. " + (headers.retryAfter() == null
                    ? "It did not say how long to wait"
                    : "It asks to wait " + headers.retryAfter().toSeconds() + " s")
                                + (outcome == Outcome.UNKNOWN ? ". " + LOOK_FIRST : "");
            case UNEXPECTED_ANSWER -> (status >= 300 && status < 400
                    ? "Zendesk redirects to another address, which is never followed with credentials. "
                      + "Check subdomain or baseUri"
                    : "this is not an answer that Zendesk is known to give. Is there a proxy between?")
                                      + (outcome == Outcome.UNKNOWN ? ". " + LOOK_FIRST : "");
            default -> "Zendesk refused it";
        };
    }

    private static String allowedFor(ApiRequest request) {
        Optional<Operation> operation = Operations.zendesk().find(request.method(), request.template());
        if (operation.isEmpty()) {
            return "Zendesk's reference does not list this operation";
        }
        Operation found = operation.get();
        if (!found.access().allowed()) {
            return "Only agents may call " + found.method() + " " + found.path() + found.alternative().map(
                    other -> "; end users have " + other.method() + " " + other.path()).orElse("");
        }
        return switch (found.access()) {
            case VERIFIED -> "Only end users whose address is verified may call " + found.method() + " " + found.path();
            case VERIFIED_REQUESTER -> "Only the ticket's requester, with a verified address, may call "
                                       + found.method() + " " + found.path();
            case OWN -> "End users may call it only for what is their own";
            case CONDITIONAL -> "End users may call it only where the account's settings allow it";
            default -> "End users may call it; this one may be suspended, unverified, or the record belongs to another";
        };
    }
}
