package io.github.camelzendesk.obo.client;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.ImpersonationProof;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.SharedAnswers;

/** Asks Zendesk who a user is before acting for that user the first time ({@code proof=user}). */
final class EndUserCheck {

    private static final int USERS = 10_000;
    private static final Duration END_USER_FOR = Duration.ofMinutes(10);
    private static final Duration ANYTHING_ELSE_FOR = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final InstantSource clock;
    private final SharedAnswers<Key, Authorizing.Standing> answers;

    EndUserCheck(InstantSource clock) {
        this.clock = clock;
        this.answers = new SharedAnswers<>(
                clock, USERS,
                standing -> standing instanceof Authorizing.Standing.Good ? END_USER_FOR : ANYTHING_ELSE_FOR);
    }

    CompletionStage<Authorizing.Standing> check(
            ApiRequest request, AccessToken token, ImpersonationProof.@Nullable Owner owner,
            Function<WireRequest, CompletionStage<WireAnswer>> wire) {
        return answers.get(new Key(request.origin(), token, request.user()), () -> wire.apply(new WireRequest(
                "GET", request.origin(), "/api/v2/users/me", token, request.user().headerValue(), "application/json",
                Body.NONE, null, request.timeout())).handle((answer, failure) -> read(request, answer, failure, owner)));
    }

    private Authorizing.Standing read(
            ApiRequest request, @Nullable WireAnswer answer, @Nullable Throwable failure,
            ImpersonationProof.@Nullable Owner owner) {
        if (answer == null) {
            return refused(Failure.Kind.NOT_PROVEN, "asking Zendesk who the user is got no answer. Nothing was sent");
        } else if (answer.status() == 401) {
            return new Authorizing.Standing.Unauthorized(Failure.of(request, answer, 0, clock.instant()));
        } else if (answer.body() == null) {
            return refused(Failure.Kind.NOT_PROVEN,
                    "asking Zendesk who the user is was answered with status " + answer.status()
                                                    + (answer.status() == 403
                                                            ? " (proof=user needs a token with the scope read)" : "")
                                                    + ". Nothing was sent",
                    answer.parsed(clock.instant()).retryAfter());
        }
        try {
            JsonNode user = JSON.readTree(answer.body().bytes()).path("user");
            if (owner != null && owner.id().equals(user.path("id").asText())) {
                return refused(Failure.Kind.NOT_PROVEN, "Zendesk answered with the owner of the token instead of the user. "
                                                        + "Nothing was sent");
            }
            return "end-user".equals(user.path("role").asText()) ? Authorizing.Standing.GOOD
                    : refused(Failure.Kind.USER_VETOED, "the user is not an end user (proof=user). Nothing was sent");
        } catch (IOException e) {
            return refused(Failure.Kind.NOT_PROVEN, "Zendesk's answer to who the user is was not JSON. Nothing was sent");
        } finally {
            answer.body().delete();
        }
    }

    private static Authorizing.Standing refused(Failure.Kind kind, String what) {
        return refused(kind, what, null);
    }

    private static Authorizing.Standing refused(Failure.Kind kind, String what, @Nullable Duration retryAfter) {
        return new Authorizing.Standing.Refused(Failure.unsent(kind, what, retryAfter, null));
    }

    private record Key(Origin origin, AccessToken token, EndUser user) {
    }
}
