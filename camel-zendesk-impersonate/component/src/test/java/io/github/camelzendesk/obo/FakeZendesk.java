package io.github.camelzendesk.obo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.TokenEngine;
import io.github.camelzendesk.obo.token.TokenPair;
import io.github.camelzendesk.obo.token.TokenWire;

/**
 * A token endpoint without sockets and threads: a refresh, or the answer to a request, waits until {@link #run} and then does
 * what it is told. The source goes by a clock of its own, which may be wrong.
 */
final class FakeZendesk implements TokenEngine {

    enum Mood { GRANT, REFUSE, BUSY, LOSE_BEFORE, LOSE_AFTER, WITHOUT_LIFETIME, STILLBORN }

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Deque<Runnable> saves = new ArrayDeque<>();
    /** The end of each access token that lives, by the true clock. */
    private final Map<String, Instant> alive = new HashMap<>();
    private String refreshToken = "none";
    private Mood mood = Mood.GRANT;
    private boolean refreshing;
    private int made;
    private Instant now = Instant.parse("2026-11-25T10:00:00Z");
    private Duration sourceIsAhead = Duration.ZERO;
    int requestsSinceTheClockMoved;
    int mostAtOnce;
    int spentPresented;

    @Override
    public CompletionStage<TokenWire.Answer> post(Origin origin, String path, @Nullable AccessToken bearer, Map<String, ?> json) {
        requestsSinceTheClockMoved++;
        if (refreshing) {
            // on the store's thread, which waits for it
            return answered(json);
        }
        CompletableFuture<TokenWire.Answer> answer = new CompletableFuture<>();
        tasks.add(() -> answered(json).whenComplete((given, failure) -> {
            if (failure == null) {
                answer.complete(given);
            } else {
                answer.completeExceptionally(failure);
            }
        }));
        mostAtOnce = Math.max(mostAtOnce, tasks.size());
        return answer;
    }

    private CompletableFuture<TokenWire.Answer> answered(Map<String, ?> request) {
        switch (mood) {
            case LOSE_BEFORE -> {
                return CompletableFuture.failedFuture(new TokenWire.NoAnswer("the connection broke"));
            }
            case BUSY -> {
                return json(503, "busy");
            }
            case REFUSE -> {
                return json(401, "{\"error\":\"invalid_client\"}");
            }
            default -> {
                // goes on below
            }
        }
        boolean rotates = "refresh_token".equals(request.get("grant_type"));
        if (rotates && !refreshToken.equals(request.get("refresh_token"))) {
            spentPresented++;
            return json(400, "{\"error\":\"invalid_grant\"}");
        }
        if (rotates) {
            alive.clear();
        }
        TokenPair pair = make();
        if (mood == Mood.STILLBORN) {
            alive.clear();
        }
        return mood == Mood.LOSE_AFTER ? CompletableFuture.failedFuture(new TokenWire.NoAnswer("the connection broke"))
                : json(201, "{\"access_token\":\"" + pair.accessToken().secret() + "\",\"scope\":\"impersonate read write\""
                            + (rotates ? ",\"refresh_token\":\"" + refreshToken + "\"" : "")
                            + (mood == Mood.WITHOUT_LIFETIME ? "" : ",\"expires_in\":1800") + "}");
    }

    private static CompletableFuture<TokenWire.Answer> json(int status, String body) {
        return CompletableFuture.completedFuture(new TokenWire.Answer(status, body.getBytes(StandardCharsets.UTF_8), null));
    }

    /** A new pair, as {@code zendesk-obo authorize} gets it. */
    TokenPair make() {
        made++;
        refreshToken = "refresh-" + made;
        alive.put("access-" + made, now.plusSeconds(1800));
        Instant there = clock().instant();
        return TokenPair.of(AccessToken.of("access-" + made, there.plusSeconds(1800)), refreshToken, null,
                List.of("impersonate", "read", "write"), there);
    }

    /** Lets what waits go on. @return whether there was something */
    boolean run(Mood mood) {
        this.mood = mood;
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    void runSaves() {
        for (int n = saves.size(); n > 0; n--) {
            saves.remove().run();
        }
    }

    boolean accepts(AccessToken token) {
        Instant end = alive.get(token.secret());
        return end != null && now.isBefore(end);
    }

    boolean isNewest(String refreshToken) {
        return refreshToken.equals(this.refreshToken);
    }

    void revokeAccessTokens() {
        alive.clear();
    }

    void advance(Duration by) {
        now = now.plus(by);
        requestsSinceTheClockMoved = 0;
    }

    /** The source's clock only. */
    void jump(Duration by) {
        sourceIsAhead = sourceIsAhead.plus(by);
        requestsSinceTheClockMoved = 0;
    }

    int waiting() {
        return tasks.size();
    }

    @Override
    public Executor blocking() {
        return task -> {
            tasks.add(() -> {
                refreshing = true;
                try {
                    task.run();
                } finally {
                    refreshing = false;
                }
            });
            mostAtOnce = Math.max(mostAtOnce, tasks.size());
        };
    }

    @Override
    public void later(Duration delay, Runnable task) {
        saves.add(task);
    }

    @Override
    public InstantSource clock() {
        return () -> now.plus(sourceIsAhead);
    }
}
