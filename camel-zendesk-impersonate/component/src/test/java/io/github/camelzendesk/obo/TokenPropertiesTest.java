package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import ch.qos.logback.classic.Level;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.obo.FakeZendesk.Mood;
import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.ClientCredentialsTokenSource;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.RefreshTokenSource;
import io.github.camelzendesk.obo.token.RenewingTokenSource;
import io.github.camelzendesk.obo.token.TokenKey;

/** Whatever happens in whatever order, a source keeps its promises. */
class TokenPropertiesTest {

    private static final Origin ACME = Origin.ofSubdomain("acme");
    private static final TokenKey KEY = new TokenKey(ACME, "my_client");
    private static final int REQUESTS_WITHOUT_TIME_PASSING = 2;

    /** One thing that happens. */
    sealed interface Event {
        record Ask(int callers) implements Event {
        }

        /** What waits for Zendesk goes on. */
        record Answer(Mood mood) implements Event {
        }

        record TimePasses(Duration by) implements Event {
        }

        record ClockIsSet(Duration by) implements Event {
        }

        record Revoked() implements Event {
        }

        /** Somebody met a 401 with the token that was given last, or with an older one. */
        record Refused(int howOld) implements Event {
        }

        record SavesFail(int times) implements Event {
        }

        record SavedAgain() implements Event {
        }
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Event> ask = Arbitraries.integers().between(1, 5).map(Event.Ask::new);
        Arbitrary<Event> granted = Arbitraries.just(new Event.Answer(Mood.GRANT));
        Arbitrary<Event> answer = Arbitraries.of(Mood.values()).map(Event.Answer::new);
        Arbitrary<Event> time = Arbitraries.of(1, 4, 6, 30, 70, 1700, 1770, 1860, 90_000).map(
                seconds -> new Event.TimePasses(Duration.ofSeconds(seconds)));
        Arbitrary<Event> set = Arbitraries.of(-864_000, -3600, -60, -1, 1, 60, 3600, 864_000).map(
                seconds -> new Event.ClockIsSet(Duration.ofSeconds(seconds)));
        return Arbitraries.frequencyOf(
                Tuple.of(8, ask), Tuple.of(6, granted), Tuple.of(4, answer), Tuple.of(6, time), Tuple.of(1, set),
                Tuple.of(1, Arbitraries.just(new Event.Revoked())),
                Tuple.of(4, Arbitraries.integers().between(0, 2).map(Event.Refused::new)),
                Tuple.of(1, Arbitraries.integers().between(0, 4).map(Event.SavesFail::new)),
                Tuple.of(2, Arbitraries.just(new Event.SavedAgain()))).list().ofMinSize(1).ofMaxSize(60);
    }

    private static @Nullable Level before;

    @BeforeContainer
    static void quiet() {
        ch.qos.logback.classic.Logger logger
                = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("io.github.camelzendesk.obo.token");
        before = logger.getLevel();
        logger.setLevel(Level.OFF);
    }

    @AfterContainer
    static void loud() {
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("io.github.camelzendesk.obo.token")).setLevel(before);
    }

    @Property(tries = 1000)
    void aRefreshTokenSourceLosesNothingAndAsksOnceAtATime(@ForAll("events") List<Event> events) throws Exception {
        FakeZendesk zendesk = new FakeZendesk();
        FailingStore store = new FailingStore();
        store.save(KEY, zendesk.make());
        RefreshTokenSource source = new RefreshTokenSource();
        source.setStore(store);
        Story story = new Story(zendesk, source, store);
        story.tell(events);

        // mended, it works again, and only an answer that was lost on the way takes another authorization
        story.end();
        if (story.lost) {
            store.update(KEY, spent -> zendesk.make());
        } else {
            assertThat(zendesk.spentPresented).isZero();
            source.disconnect();
            assertThat(source.holdsUnsavedPair()).isFalse();
            assertThat(zendesk.isNewest(store.load(KEY).refreshToken())).isTrue();
            source.connect(zendesk, ACME);
        }
        story.worksAgain();
    }

    @Property(tries = 1000)
    void aClientCredentialsSourceNeverServesADeadTokenAndAsksOnceAtATime(@ForAll("events") List<Event> events) throws Exception {
        ClientCredentialsTokenSource source = new ClientCredentialsTokenSource();
        source.setClientSecret("secret");
        Story story = new Story(new FakeZendesk(), source, new FailingStore());
        story.tell(events);
        story.end();
        story.worksAgain();
    }

    private static final class Story {
        final FakeZendesk zendesk;
        final RenewingTokenSource source;
        final FailingStore store;
        final List<AccessToken> given = new ArrayList<>();
        final Set<AccessToken> knownDead = new HashSet<>();
        final List<CompletableFuture<AccessToken>> open = new ArrayList<>();
        boolean lost;

        Story(FakeZendesk zendesk, RenewingTokenSource source, FailingStore store) {
            this.zendesk = zendesk;
            this.source = source;
            this.store = store;
            source.setClientId("my_client");
            source.connect(zendesk, ACME);
        }

        void tell(List<Event> events) throws Exception {
            for (Event event : events) {
                if (event instanceof Event.Ask ask) {
                    for (int i = 0; i < ask.callers(); i++) {
                        ask();
                    }
                } else if (event instanceof Event.Answer answer) {
                    answer(answer.mood());
                } else if (event instanceof Event.TimePasses time) {
                    zendesk.advance(time.by());
                } else if (event instanceof Event.ClockIsSet set) {
                    zendesk.jump(set.by());
                } else if (event instanceof Event.Revoked) {
                    zendesk.revokeAccessTokens();
                } else if (event instanceof Event.Refused refused) {
                    refused(refused.howOld());
                } else if (event instanceof Event.SavesFail fail) {
                    store.savesThatFail.set(fail.times());
                } else {
                    zendesk.runSaves();
                }
                assertThat(zendesk.mostAtOnce).as("renewals at once").isLessThanOrEqualTo(1);
                assertThat(zendesk.requestsSinceTheClockMoved).as("requests without time passing")
                        .isLessThanOrEqualTo(REQUESTS_WITHOUT_TIME_PASSING);
            }
        }

        private void ask() {
            CompletableFuture<AccessToken> future = source.token().toCompletableFuture();
            if (future.isDone()) {
                took(future);
            } else {
                assertThat(zendesk.waiting()).as("somebody who waits, waits for something").isEqualTo(1);
                open.add(future);
            }
        }

        private void took(CompletableFuture<AccessToken> future) {
            if (future.isCompletedExceptionally()) {
                return;
            }
            AccessToken token = future.join();
            Instant now = zendesk.clock().instant();
            assertThat(token.expiresAt() == null || now.isBefore(token.expiresAt())).as("%s is not expired", token).isTrue();
            assertThat(knownDead).as("no dead token is served").doesNotContain(token);
            given.add(token);
        }

        private void answer(Mood mood) {
            int spent = zendesk.spentPresented;
            boolean ran = zendesk.run(mood);
            lost |= ran && mood == Mood.LOSE_AFTER;
            assertThat(zendesk.spentPresented == spent || lost).as("only after a lost answer a spent token is sent").isTrue();
            if (ran) {
                assertThat(open).as("all who waited go on").allMatch(CompletableFuture::isDone);
                open.forEach(this::took);
                open.clear();
            }
        }

        /** As the component does: only a token that Zendesk does not accept when it is asked about alone. */
        private void refused(int howOld) {
            if (given.size() > howOld) {
                AccessToken token = given.get(given.size() - 1 - howOld);
                if (!zendesk.accepts(token)) {
                    knownDead.add(token);
                    source.invalidate(token);
                }
            }
        }

        void end() {
            store.savesThatFail.set(0);
            while (zendesk.waiting() > 0) {
                answer(Mood.GRANT);
            }
            assertThat(open).isEmpty();
        }

        void worksAgain() {
            for (int i = 0; i < 3; i++) {
                zendesk.advance(Duration.ofHours(2));
                ask();
                answer(Mood.GRANT);
                if (!given.isEmpty()) {
                    AccessToken last = given.get(given.size() - 1);
                    if (zendesk.accepts(last)) {
                        ask();
                        assertThat(source.problem()).isEmpty();
                        return;
                    }
                    refused(0);
                }
            }
            throw new AssertionError("it does not heal: " + source.problem());
        }
    }
}
