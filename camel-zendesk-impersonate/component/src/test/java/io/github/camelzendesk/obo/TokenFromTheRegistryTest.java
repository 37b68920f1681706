package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.obo.token.AccessToken;
import io.github.camelzendesk.obo.token.FixedTokenSource;
import io.github.camelzendesk.obo.token.TokenSource;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/** The token: from the registry, asked for each time, and from nowhere else. */
class TokenFromTheRegistryTest {

    private static final String ROTATED = "second-token-impersonate-read-write";

    /** As {@link Rig#route}, without a token of its own. */
    private static RouteBuilder to(String uri) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:" + uri);
            }
        };
    }

    private static Throwable startFailure(Rig rig) {
        return catchThrowable(rig::start);
    }

    private static void assertWorks(Rig rig) {
        assertThat(rig.send(Rig.JANE, null).getException()).isNull();
        assertThat(rig.onlyRequest().headers().get("authorization")).containsExactly("Bearer " + Sample.TOKEN);
        assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
    }

    // ---- the kinds of beans

    @Test
    void aStringIsAToken() {
        try (Rig rig = new Rig().bind("t", Sample.TOKEN).routes(to("get:requests?tokenSource=#t"))) {
            assertWorks(rig);
        }
    }

    @Test
    void aBeanCanBeNamedInCamelsLongForm() {
        try (Rig rig = new Rig().bind("t", Sample.TOKEN).routes(to("get:requests?tokenSource=#bean:t"))) {
            assertWorks(rig);
        }
    }

    @Test
    void aStringBuilderIsAToken() {
        try (Rig rig = new Rig().bind("t", new StringBuilder(Sample.TOKEN)).routes(to("get:requests?tokenSource=#t"))) {
            assertWorks(rig);
        }
    }

    @Test
    void aSupplierIsATokenSource() {
        Supplier<String> supplier = () -> Sample.TOKEN;
        try (Rig rig = new Rig().bind("t", supplier).routes(to("get:requests?tokenSource=#t"))) {
            assertWorks(rig);
        }
    }

    @Test
    void aTokenSourceIsOne() {
        try (Rig rig = new Rig().bind("t", new FixedTokenSource(Sample.TOKEN)).routes(to("get:requests?tokenSource=#t"))) {
            assertWorks(rig);
        }
    }

    @Test
    void theOnlyTokenSourceNeedsNoName() {
        try (Rig rig = new Rig().bind("t", new FixedTokenSource(Sample.TOKEN)).routes(to("get:requests"))) {
            assertWorks(rig);
        }
    }

    @Test
    void severalTokenSourcesAreNamedAtStart() {
        try (Rig rig = new Rig().bind("eu", new FixedTokenSource(Sample.TOKEN)).bind("us", new FixedTokenSource(ROTATED))
                .routes(to("get:requests"))) {
            assertThatThrownBy(rig::start).rootCause().hasMessageContaining("eu, us").hasMessageContaining("tokenSource");
        }
    }

    @Test
    void noTokenSourceSaysWhatToDo() {
        try (Rig rig = new Rig().routes(to("get:requests"))) {
            assertThatThrownBy(rig::start).rootCause().hasMessageContaining("there is no TokenSource in the registry")
                    .hasMessageContaining("tokenSource=#name");
        }
    }

    @Test
    void aMissingBeanIsNamedAtStart() {
        try (Rig rig = new Rig().routes(to("get:requests?tokenSource=#nowhere"))) {
            assertThatThrownBy(rig::start).rootCause().hasMessageContaining("there is no bean nowhere in the registry");
        }
    }

    @Test
    void aBeanOfAnotherKindIsNamedAtStart() {
        try (Rig rig = new Rig().bind("t", 42).routes(to("get:requests?tokenSource=#t"))) {
            assertThatThrownBy(rig::start).rootCause().hasMessageContaining("the bean t is a java.lang.Integer");
        }
    }

    // ---- what is no token

    @ParameterizedTest
    @ValueSource(strings = {
            "", "   ", "Basic ZXhhbXBsZQ==", "basic ZXhhbXBsZQ==", "me@example.com/token:xyzsecret", "Bearer abcsecret",
            "bearer abcsecret", "abc def-secret", "secret\nsecond", "secret\r\nX-Evil: 1", "{\"access_token\":\"secret\"}",
            "{{acme.secret}}", "${env:SECRET}", "secr\u00e9t" })
    void aStringThatIsNoBearerTokenIsRefusedAtStartWithAdviceAndWithoutBeingRepeated(String text) {
        try (Rig rig = new Rig().bind("t", text).routes(to("get:requests?tokenSource=#t"))) {
            Throwable failure = startFailure(rig);

            assertThat(failure).rootCause().hasMessageContaining("the bean t is no access token. The token ");
            assertNowhere(failure, "secret", "ZXhhbXBsZQ");
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aBasicCredentialPointsToOauth() {
        try (Rig rig = new Rig().bind("t", "me@example.com/token:xyz").routes(to("get:requests?tokenSource=#t"))) {
            assertThatThrownBy(rig::start).rootCause().hasMessageContaining("OAuth").hasMessageContaining("impersonate");
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {
            "", " \n", "Basic ZXhhbXBsZQ==", "me@example.com/token:xyzsecret", "Bearer abcsecret", "secret\nsecond",
            "secret\r\nX-Evil: 1" })
    void whatASupplierGivesIsCheckedEachTimeAndNothingIsSent(String text) {
        Supplier<String> supplier = () -> text;
        try (Rig rig = new Rig().bind("t", supplier).routes(to("get:requests?tokenSource=#t"))) {
            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("The token ").hasMessageContaining("Nothing was sent");
            assertNowhere(out.getException(), "secret", "ZXhhbXBsZQ");
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aSupplierOfSomethingElseSendsNothing() {
        Supplier<Object> supplier = () -> 42;
        try (Rig rig = new Rig().bind("t", supplier).routes(to("get:requests?tokenSource=#t"))) {
            assertThat(rig.send(Rig.JANE, null).getException()).isInstanceOf(ZendeskOboNoTokenException.class);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @Test
    void aSourceThatFailsSendsNothingAndItsTextIsNotRepeated() {
        Supplier<String> supplier = () -> {
            throw new IllegalStateException("vault refused secret");
        };
        try (Rig rig = new Rig().bind("t", supplier).routes(to("get:requests?tokenSource=#t"))) {
            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("java.lang.IllegalStateException");
            assertNowhere(out.getException(), "vault refused secret");
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "\n", "\r\n", " ", "\t\n\n" })
    void aLineBreakAtTheEndIsCutOff(String end) {
        try (Rig rig = new Rig().bind("t", Sample.TOKEN + end).routes(to("get:requests?tokenSource=#t"))) {
            assertWorks(rig);
        }
    }

    @Test
    void aTokenGoesOutAsBearerAndNothingElse() {
        try (Rig rig = new Rig().bind("t", Sample.TOKEN).routes(to("get:requests?tokenSource=#t"))) {
            rig.send(Rig.JANE, null, Map.of("Authorization", "Basic YWxpZW4="));
            assertThat(rig.zendesk.journal().entries()).isNotEmpty().allSatisfy(
                    sent -> assertThat(sent.headers().get("authorization")).containsExactly("Bearer " + Sample.TOKEN));
        }
    }

    @Test
    void aDeadTokenTellsZendesksOwnCode() {
        try (Rig rig = new Rig().bind("t", "unknown-token").routes(to("get:requests?tokenSource=#t&proof=off"))) {
            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class);
            assertThat(((ZendeskOboException) out.getException()).getErrorCode()).isEqualTo("invalid_token");
        }
    }

    @Test
    void aTokenThatRotatesIsPickedUpByTheNextMessage() {
        AtomicReference<String> current = new AtomicReference<>(Sample.TOKEN);
        Supplier<String> supplier = current::get;
        try (Rig rig = new Rig().bind("t", supplier).routes(to("get:requests?tokenSource=#t"))) {
            rig.zendesk.world().token(ROTATED).owner(rig.zendesk.world().user(Sample.OWNER))
                    .scopes("impersonate", "read", "write");
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();
            rig.zendesk.world().token(Sample.TOKEN).revoke();
            current.set(ROTATED);
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();

            assertThat(rig.requests()).extracting(sent -> sent.header("Authorization"))
                    .containsExactly("Bearer " + Sample.TOKEN, "Bearer " + ROTATED);
            // what was shown for one token does not count for the next
            assertThat(rig.zendesk.journal().entries()).filteredOn(JournalEntry::bare).hasSize(2);
        }
    }

    @Test
    void aSourceThatNeverAnswersFailsTheMessageInTheEnd() {
        TokenSource source = CompletableFuture::new;
        try (Rig rig = new Rig().bind("t", source).routes(to("get:requests?tokenSource=#t&requestTimeout=300"))) {
            Exchange out = rig.send(Rig.JANE, null);

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("gave no token within 300 ms");
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    /** A route must not go on, and perhaps block, on the thread of whoever fetches tokens. */
    @Test
    void aRouteDoesNotGoOnOnTheThreadOfATokenSource() {
        ExecutorService its = Executors.newSingleThreadExecutor(task -> new Thread(task, "its own thread"));
        AtomicReference<String> failedOn = new AtomicReference<>();
        CountDownLatch waiting = new CountDownLatch(1);
        TokenSource source = () -> CompletableFuture.supplyAsync(() -> {
            await(waiting);
            return AccessToken.of("Bearer no");
        }, its);
        try (Rig rig = new Rig().bind("t", source).routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ZendeskOboNoTokenException.class).handled(true)
                        .process(exchange -> failedOn.set(Thread.currentThread().getName()));
                from("direct:in").to("zendesk-obo:get:requests?tokenSource=#t");
            }
        }).start()) {
            CompletableFuture<Exchange> out = rig.camel.createProducerTemplate().asyncSend("direct:in", exchange -> {
                exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
            });
            waiting.countDown();
            out.join();
            assertThat(failedOn.get()).isNotNull().isNotEqualTo("its own thread");
        } finally {
            its.shutdownNow();
        }
    }

    @Test
    void aTokenSourceMayAnswerLaterOnAThreadOfItsOwn() {
        CompletableFuture<AccessToken> later = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        TokenSource source = () -> {
            asked.countDown();
            return later;
        };
        try (Rig rig = new Rig().bind("t", source).routes(to("get:requests?tokenSource=#t")).start()) {
            CompletableFuture<Exchange> out = rig.camel.createProducerTemplate().asyncSend("direct:in",
                    exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE));
            assertThat(await(asked)).isTrue();
            assertThat(rig.zendesk.journal().entries()).isEmpty();
            later.complete(AccessToken.of(Sample.TOKEN));

            assertThat(out.join().getException()).isNull();
            assertThat(rig.onlyRequest().actedAs()).isEqualTo(Rig.JANE);
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // ---- a literal in the URI

    @ParameterizedTest
    @ValueSource(strings = { "tokenSource", "token-source", "TOKENSOURCE", "token_source", "Token-Source", "TOKEN_SOURCE" })
    void aTokenInTheUriIsRefusedUnderAnySpellingAndRepeatedNowhere(String spelling) {
        String literal = "q9x7literaltoken4242";
        try (LogOfEverything log = new LogOfEverything(); Rig rig = new Rig().routes(to("get:requests?" + spelling + "=" + literal))) {
            Throwable failure = startFailure(rig);

            assertThat(failure).rootCause().hasMessageContaining("tokenSource must name a bean");
            assertNowhere(failure, literal);
            assertThat(log.lines()).isNotEmpty().noneMatch(line -> line.contains(literal));
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "tokenSource", "token-source", "TOKENSOURCE", "token_source" })
    void aBeanIsFoundUnderAnySpelling(String spelling) {
        try (Rig rig = new Rig().bind("t", Sample.TOKEN).routes(to("get:requests?" + spelling + "=#t"))) {
            assertWorks(rig);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "token", "accessToken", "access_token", "bearer", "authorization", "password" })
    void aTokenUnderAnotherNameIsRefusedAndRepeatedNowhere(String name) {
        String literal = "q9x7literaltoken4242";
        try (LogOfEverything log = new LogOfEverything();
             Rig rig = new Rig().routes(to("get:requests?tokenSource=#acme&" + name + "=" + literal))) {
            Throwable failure = startFailure(rig);

            assertThat(failure).rootCause().hasMessageContaining("there is no option " + name);
            assertNowhere(rootOf(failure), literal);
        }
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** Of a throwable, its causes and what they suppressed: messages and text forms. */
    private static void assertNowhere(Throwable failure, String... secrets) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            for (String secret : secrets) {
                assertThat(each.toString()).doesNotContain(secret);
                assertThat(String.valueOf(each.getMessage())).doesNotContain(secret);
            }
            for (Throwable suppressed : each.getSuppressed()) {
                assertNowhere(suppressed, secrets);
            }
        }
    }

    /** The root logger at TRACE, with all that it writes. The loggers that stop requests stay as they are. */
    private static final class LogOfEverything implements AutoCloseable {

        /** Camel's core writes the URI of a route at TRACE before it knows which component it is for. */
        private static final List<String> BEFORE_THE_COMPONENT
                = List.of("org.apache.camel.impl.engine.", "org.apache.camel.support.EndpointHelper");

        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final Level before = root.getLevel();
        private final ListAppender<ILoggingEvent> events = new ListAppender<>();
        private final List<ch.qos.logback.core.Appender<ILoggingEvent>> others = new java.util.ArrayList<>();

        LogOfEverything() {
            root.iteratorForAppenders().forEachRemaining(others::add);
            others.forEach(root::detachAppender);
            events.setContext(root.getLoggerContext());
            events.start();
            root.addAppender(events);
            root.setLevel(Level.TRACE);
        }

        List<String> lines() {
            List<String> lines = new java.util.ArrayList<>();
            for (ILoggingEvent event : List.copyOf(events.list)) {
                if (event.getLevel() == Level.TRACE && BEFORE_THE_COMPONENT.stream().anyMatch(event.getLoggerName()::startsWith)) {
                    continue;
                }
                lines.add(event.getFormattedMessage());
                for (IThrowableProxy thrown = event.getThrowableProxy(); thrown != null; thrown = thrown.getCause()) {
                    lines.add(String.valueOf(thrown.getMessage()));
                }
            }
            return lines;
        }

        @Override
        public void close() {
            root.setLevel(before);
            root.detachAppender(events);
            others.forEach(root::addAppender);
        }
    }

    // ---- accounts

    private static final String OTHERS_TOKEN = "others-token-impersonate-read-write";

    private static StandIn otherAccount() {
        StandIn other = StandIn.builder().empty().start();
        other.world().endUser(Rig.JANE);
        other.world().token(OTHERS_TOKEN).owner(other.world().admin("owner@other.example"))
                .scopes("impersonate", "read", "write");
        return other;
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void twoAccountsInOneContextNeverMix(boolean dynamic) throws Exception {
        try (StandIn other = otherAccount(); Rig rig = new Rig().bind("other", OTHERS_TOKEN).routes(new RouteBuilder() {
            @Override
            public void configure() {
                if (dynamic) {
                    from("direct:in").toD("zendesk-obo:get:requests?tokenSource=#${header.account}&baseUri=${header.base}");
                } else {
                    from("direct:in").choice()
                            .when(header("account").isEqualTo("other"))
                            .to("zendesk-obo:get:requests?tokenSource=#other&baseUri=" + other.baseUri())
                            .otherwise().to("zendesk-obo:get:requests?tokenSource=#acme");
                }
            }
        }).start()) {
            ExecutorService four = Executors.newFixedThreadPool(4);
            ProducerTemplate template = rig.camel.createProducerTemplate();
            List<CompletableFuture<Exchange>> outs = new java.util.ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String account = i % 2 == 0 ? "acme" : "other";
                outs.add(CompletableFuture.supplyAsync(() -> template.request("direct:in", exchange -> {
                    exchange.getMessage().setHeader(ZendeskOboConstants.USER, Rig.JANE);
                    exchange.getMessage().setHeader("account", account);
                    exchange.getMessage().setHeader("base", account.equals("acme") ? rig.zendesk.baseUri() : other.baseUri());
                }), four));
            }
            outs.forEach(out -> assertThat(out.join().getException()).isNull());
            four.shutdown();

            assertThat(rig.requests()).hasSize(50);
            assertThat(rig.zendesk.journal().entries())
                    .allSatisfy(sent -> assertThat(sent.header("Authorization")).isEqualTo("Bearer " + Sample.TOKEN));
            assertThat(other.journal().requests()).hasSize(50);
            assertThat(other.journal().entries())
                    .allSatisfy(sent -> assertThat(sent.header("Authorization")).isEqualTo("Bearer " + OTHERS_TOKEN));
        }
    }

    @Test
    void twoTokensOfOneAccountStayApart() {
        try (Rig rig = new Rig()) {
            rig.zendesk.world().token(ROTATED).owner(rig.zendesk.world().user(Sample.OWNER))
                    .scopes("impersonate", "read", "write");
            rig.bind("t1", Sample.TOKEN).bind("t2", ROTATED).routes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").to("zendesk-obo:get:requests?tokenSource=#t1").to("zendesk-obo:get:requests?tokenSource=#t2")
                            .to("zendesk-obo:get:requests?tokenSource=#t1");
                }
            });
            assertThat(rig.send(Rig.JANE, null).getException()).isNull();

            assertThat(rig.requests()).extracting(sent -> sent.header("Authorization"))
                    .containsExactly("Bearer " + Sample.TOKEN, "Bearer " + ROTATED, "Bearer " + Sample.TOKEN);
            // the proof of the one is not the proof of the other
            assertThat(rig.zendesk.journal().entries()).filteredOn(JournalEntry::bare).hasSize(2);
        }
    }

    @Test
    void oneTokenSourceForTwoAccountsFailsAtStart() {
        try (StandIn other = otherAccount(); Rig rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:get:requests?tokenSource=#acme")
                        .to("zendesk-obo:get:requests?tokenSource=#acme&baseUri=" + other.baseUri());
            }
        })) {
            assertThatThrownBy(rig::start).rootCause().hasMessageContaining("the token source acme belongs to "
                                                                             + rig.zendesk.baseUri());
            assertThat(other.journal().entries()).isEmpty();
        }
    }

    @Test
    void aTokenSourceIsNotEvenAskedForAnotherAccountsMessage() {
        java.util.concurrent.atomic.AtomicInteger asked = new java.util.concurrent.atomic.AtomicInteger();
        TokenSource source = new TokenSource() {
            @Override
            public CompletionStage<AccessToken> token() {
                asked.incrementAndGet();
                return CompletableFuture.completedStage(AccessToken.of(Sample.TOKEN));
            }
        };
        try (StandIn other = otherAccount(); Rig rig = new Rig().bind("t", source).routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").toD("zendesk-obo:get:requests?tokenSource=#t&baseUri=${header.base}");
            }
        })) {
            assertThat(rig.send(Rig.JANE, null, Map.of("base", rig.zendesk.baseUri())).getException()).isNull();
            int before = asked.get();

            assertThat(rig.send(Rig.JANE, null, Map.of("base", other.baseUri())).getException()).isNotNull();
            assertThat(asked).hasValue(before);
            assertThat(other.journal().entries()).isEmpty();
        }
    }

    @Test
    void aSourceThatKnowsItsAccountIsRefusedForAnother() {
        TokenSource source = new TokenSource() {
            @Override
            public CompletionStage<AccessToken> token() {
                return CompletableFuture.completedStage(AccessToken.of(Sample.TOKEN));
            }

            @Override
            public io.github.camelzendesk.obo.token.Origin origin() {
                return io.github.camelzendesk.obo.token.Origin.ofSubdomain("acme");
            }
        };
        try (Rig rig = new Rig().bind("t", source).routes(to("get:requests?tokenSource=#t"))) {
            assertThatThrownBy(rig::start).rootCause().hasMessageContaining("belongs to https://acme.zendesk.com");
        }
    }
}
