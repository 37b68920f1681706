package io.github.camelzendesk.obo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.camel.http.base.HttpOperationFailedException;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;
import io.github.camelzendesk.obo.client.Outcome;
import io.github.camelzendesk.obo.client.Problem;

/**
 * A request on behalf of an end user failed. The subclasses say how; each can be caught by its type in {@code onException}.
 * <p>
 * It is an {@link HttpOperationFailedException}, so that error handlers written for Camel's HTTP component go on working;
 * {@link #getStatusCode()} is 0 when there was no answer. The message is written for whoever has to act on it and holds
 * neither a token nor the user's address nor any text of the other side; those that exist are fields.
 */
public abstract class ZendeskOboException extends HttpOperationFailedException {

    private static final long serialVersionUID = 1L;

    private final Failure failure;
    private final @Nullable String user;
    private final String message;

    /**
     * @param request the method and the path template
     * @param user    null when there was no valid one
     */
    ZendeskOboException(String request, @Nullable EndUser user, Failure failure) {
        super(request.substring(request.indexOf(' ') + 1), failure.status(), null, null, headers(failure),
              failure.start().length == 0 ? null : text(failure));
        this.failure = failure;
        this.user = user == null ? null : user.headerValue();
        this.message = message(request, failure);
        if (failure.cause() != null) {
            initCause(failure.cause());
        }
    }

    static ZendeskOboException of(String request, @Nullable EndUser user, Failure failure) {
        return switch (failure.kind()) {
            case INVALID_REQUEST -> new ZendeskOboInvalidRequestException(request, user, failure);
            case INVALID_USER -> new ZendeskOboInvalidUserException(request, user, failure);
            case USER_VETOED -> new ZendeskOboUserVetoedException(request, user, failure);
            case UNKNOWN_USER -> new ZendeskOboUnknownUserException(request, user, failure);
            case NOT_PROVEN -> new ZendeskOboNotProvenException(request, user, failure);
            case NO_TOKEN -> new ZendeskOboNoTokenException(request, user, failure);
            case MISSING_SCOPE -> new ZendeskOboMissingScopeException(request, user, failure);
            case FORBIDDEN -> new ZendeskOboForbiddenException(request, user, failure);
            case NOT_FOUND -> new ZendeskOboNotFoundException(request, user, failure);
            case CONFLICT -> new ZendeskOboConflictException(request, user, failure);
            case INVALID_RECORD -> new ZendeskOboInvalidRecordException(request, user, failure);
            case IDEMPOTENCY_MISMATCH -> new ZendeskOboIdempotencyMismatchException(request, user, failure);
            case RATE_LIMITED -> new ZendeskOboRateLimitedException(request, user, failure);
            case UNAVAILABLE -> new ZendeskOboUnavailableException(request, user, failure);
            case TRANSPORT -> new ZendeskOboTransportException(request, user, failure);
            case UNEXPECTED_ANSWER -> new ZendeskOboUnexpectedAnswerException(request, user, failure);
        };
    }

    private static String message(String request, Failure failure) {
        StringBuilder message = new StringBuilder(request).append(": ").append(failure.what()).append(" [");
        if (failure.answered()) {
            message.append("status ").append(failure.status());
            if (failure.error().code() != null) {
                message.append(", code ").append(failure.error().code());
            }
            if (failure.headers().requestId() != null) {
                message.append(", request id ").append(failure.headers().requestId());
            }
            message.append(", ");
        }
        return message.append("attempts ").append(failure.attempts())
                .append(", outcome ").append(failure.outcome().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '))
                .append(']').toString();
    }

    /** The few headers of an answer that are of use and carry no session and no address. */
    private static Map<String, String> headers(Failure failure) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (failure.headers().contentType() != null) {
            headers.put("Content-Type", failure.headers().contentType());
        }
        if (failure.retryAfter() != null) {
            headers.put("Retry-After", String.valueOf(failure.retryAfter().toSeconds()));
        }
        if (failure.headers().requestId() != null) {
            headers.put("X-Request-Id", failure.headers().requestId());
        }
        return headers;
    }

    private static String text(Failure failure) {
        return failure.error().text().isEmpty()
                ? new String(failure.start(), StandardCharsets.UTF_8) : failure.error().text();
    }

    Failure failure() {
        return failure;
    }

    /** What happened, and what to do next. */
    @Override
    public String getMessage() {
        // the super class asks for it before it is there
        return message == null ? "" : message;
    }

    /** Zendesk's own code for the error, such as {@code RecordInvalid}, or null. */
    public @Nullable String getErrorCode() {
        return failure.error().code();
    }

    /** Zendesk's own description of the error, or null. May hold the user's address: not for logs. */
    public @Nullable String getErrorDescription() {
        return failure.error().description();
    }

    /** What Zendesk found wrong, by field and in its order; {@code base} for the record as a whole. Empty when it named none. */
    public Map<String, List<Problem>> getDetails() {
        return failure.error().details();
    }

    /** The id that Zendesk gave the request, or null. */
    public @Nullable String getRequestId() {
        return failure.headers().requestId();
    }

    /** How long to wait before another try makes sense, or null when nothing is known. */
    public @Nullable Duration getRetryAfter() {
        return failure.retryAfter();
    }

    /** {@link #getRetryAfter()} in milliseconds for a redelivery delay, or 0. */
    public long getRetryAfterMillis() {
        return failure.retryAfter() == null ? 0 : failure.retryAfter().toMillis();
    }

    /** How often the request was sent; 0 when it was not. */
    public int getAttempts() {
        return failure.attempts();
    }

    /** How long the message waited for the rate limit and between tries. */
    public Duration getWaited() {
        return failure.waited();
    }

    /** Whether Zendesk has done it. */
    public Outcome getOutcome() {
        return failure.outcome();
    }

    /** The end user, or null when there was no valid one. Personal data: not for logs. */
    public @Nullable String getUser() {
        return user;
    }
}
