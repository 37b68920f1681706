package io.github.camelzendesk.obo.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ssl.SSLException;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.core5.concurrent.DefaultThreadFactory;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityProducer;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.H2Error;
import org.apache.hc.core5.http2.H2StreamResetException;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.http2.config.H2Config;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.obo.token.Origin;

/**
 * The wire: Apache HttpClient 5, asynchronous, with everything switched off that repeats, redirects or remembers. One for
 * each component; users exist only in the header of one request.
 * <p>
 * What it returns completes on a thread of the given executor, never on an I/O thread, so whatever comes after may block.
 * Thread-safe.
 */
final class HttpEngine implements AutoCloseable {

    /** These print every header, and with it the token, at DEBUG. */
    private static final Logger[] TALKATIVE = {
            LoggerFactory.getLogger("org.apache.hc.client5.http.headers"),
            LoggerFactory.getLogger("org.apache.hc.client5.http.wire"),
            LoggerFactory.getLogger("org.apache.hc.client5.http2.frame"),
            LoggerFactory.getLogger("org.apache.hc.client5.http2.frame.payload")
    };

    private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(10);
    private static final TimeValue TIME_TO_LIVE = TimeValue.ofMinutes(5);
    private static final TimeValue VALIDATE_AFTER = TimeValue.ofSeconds(1);
    private static final int MAX_LINE = 32 * 1024;
    private static final int MAX_HEADERS = 200;

    private final EngineSettings settings;
    private final CloseableHttpAsyncClient http;
    private final Executor executor;
    private final Executor bodyReaders;
    private final ScheduledExecutorService scheduler;
    private final LoopbackOnly resolver = new LoopbackOnly();
    private final Set<AnswerReceiver> underWay = ConcurrentHashMap.newKeySet();

    HttpEngine(EngineSettings settings, Executor executor, Executor bodyReaders, ScheduledExecutorService scheduler) {
        this.settings = settings;
        this.executor = executor;
        this.bodyReaders = bodyReaders;
        this.scheduler = scheduler;
        Timeout connectTimeout = Timeout.of(settings.connectTimeout());
        // by the client: what it delegates to the TLS provider by default is not done (HttpClient 5.5)
        ClientTlsStrategyBuilder tls = ClientTlsStrategyBuilder.create();
        tls.setHostnameVerificationPolicy(HostnameVerificationPolicy.BOTH);
        tls.setHostnameVerifier(new DefaultHostnameVerifier());
        if (settings.sslContext() != null) {
            tls.setSslContext(settings.sslContext());
        }
        AsyncClientConnectionManager connections = PoolingAsyncClientConnectionManagerBuilder.create()
                .setTlsStrategy(tls.buildAsync())
                .setDnsResolver(resolver)
                .setMaxConnTotal(settings.maxConnections())
                .setMaxConnPerRoute(settings.maxConnections())
                // one request at a time on a connection, also with HTTP/2: a connection is closed when a request on it fails or
                // takes too long, and must not take the requests of others with it
                .setMessageMultiplexing(false)
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setHandshakeTimeout(connectTimeout)
                        .setVersionPolicy(HttpVersionPolicy.NEGOTIATE)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connectTimeout)
                        .setTimeToLive(TIME_TO_LIVE)
                        .setValidateAfterInactivity(VALIDATE_AFTER)
                        .build())
                .build();
        HttpAsyncClientBuilder builder = HttpAsyncClientBuilder.create()
                .setConnectionManager(connections)
                .setIOReactorConfig(IOReactorConfig.custom()
                        .setIoThreadCount(Math.min(4, Runtime.getRuntime().availableProcessors()))
                        .build())
                .setHttp1Config(Http1Config.custom().setMaxLineLength(MAX_LINE).setMaxHeaderCount(MAX_HEADERS).build())
                .setH2Config(H2Config.custom().setPushEnabled(false).setMaxHeaderListSize(MAX_LINE * 4).build())
                .setThreadFactory(new DefaultThreadFactory("ZendeskObo-io", true))
                .setUserAgent(settings.userAgent())
                .addExecInterceptorFirst("arrival", HttpEngine::arrive)
                .addExecInterceptorLast("departure", HttpEngine::depart)
                .addRequestInterceptorLast(HttpEngine::written)
                .setRoutePlanner(new HttpsThroughProxy(settings.proxy()))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableConnectionState();
        EngineSettings.Proxy proxy = settings.proxy();
        if (proxy != null && proxy.user() != null) {
            BasicCredentialsProvider credentials = new BasicCredentialsProvider();
            credentials.setCredentials(new AuthScope(proxy.host(), proxy.port()),
                    new UsernamePasswordCredentials(proxy.user(), proxy.password()));
            builder.setDefaultCredentialsProvider(credentials);
        }
        http = builder.build();
        http.start();
    }

    /**
     * Sends a request, once. The stage fails with a {@link WireFailure} when there is no whole answer.
     */
    CompletionStage<WireAnswer> send(WireRequest request) {
        String talkative = talkative();
        if (talkative != null) {
            return CompletableFuture.failedStage(new WireFailure(
                    WireFailure.Kind.WOULD_BE_LOGGED,
                    "the logger " + talkative + " is at DEBUG and would write the access token to the log; set it to INFO",
                    false, 0, null));
        }
        if (!request.origin().secure()) {
            resolver.guard(request.origin().host());
        }
        Sending producer = new Sending(request, bodyReaders);
        AnswerReceiver receiver = new AnswerReceiver(executor);
        underWay.add(receiver);
        HttpClientContext context = HttpClientContext.create();
        context.setAttribute(Sending.class.getName(), producer);
        context.setRequestConfig(RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(
                        request.timeout().compareTo(ACQUIRE_TIMEOUT) < 0 ? request.timeout() : ACQUIRE_TIMEOUT))
                .setResponseTimeout(Timeout.of(request.timeout()))
                .setAuthenticationEnabled(settings.proxy() != null)
                .setExpectContinueEnabled(false)
                // from 5.6 on the client would unpack, without a bound and leaving the headers as they were: see Gzip
                .setContentCompressionEnabled(false)
                .build());
        CompletableFuture<WireAnswer> received = receiver.received();
        try {
            Future<WireAnswer> exchange = http.execute(
                    target(request.origin()), producer, receiver, null, context, new Report(receiver));
            ScheduledFuture<?> deadline = scheduler.schedule(() -> {
                boolean crowded = !producer.admitted();
                producer.giveUp();
                receiver.failed(new Overdue(crowded));
            }, request.timeout().toMillis(), TimeUnit.MILLISECONDS);
            // the client looks at its own bound for this only when a connection comes free
            ScheduledFuture<?> admission = scheduler.schedule(() -> {
                if (!producer.admitted()) {
                    producer.giveUp();
                    receiver.failed(new Overdue(true));
                }
            }, ACQUIRE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            received.whenComplete((answer, failure) -> {
                deadline.cancel(false);
                admission.cancel(false);
                if (failure != null) {
                    producer.giveUp();
                    exchange.cancel(true);
                }
            });
        } catch (RuntimeException stopped) {
            producer.giveUp();
            receiver.failed(stopped);
        }
        return received.handleAsync((answer, failure) -> {
            underWay.remove(receiver);
            if (receiver.status() != 0 && !producer.written) {
                // an answer to a request that has not left is the proxy's
                producer.giveUp();
                throw new CompletionException(refusedByProxy(request, receiver.status()));
            }
            if (failure == null) {
                return Gzip.unpacked(answer, request.origin());
            }
            // an error whose body broke off is still that error
            WireAnswer partial = receiver.partial();
            if (partial != null && partial.status() >= 300) {
                return Gzip.unpacked(partial, request.origin());
            }
            throw new CompletionException(explain(request, producer, receiver, failure));
        }, executor);
    }

    /** Called before a connection is asked for. */
    private static void arrive(
            HttpRequest request, @Nullable AsyncEntityProducer entity, AsyncExecChain.Scope scope, AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        if (scope.clientContext.getAttribute(Sending.class.getName()) instanceof Sending sending) {
            sending.connection = scope.execRuntime;
        }
        chain.proceed(request, entity, scope, callback);
    }

    /**
     * Called when a connection is there; the client asks the producer for the request long before that. A request that was
     * given up in the meantime goes no further: its sender knows that it was not done.
     */
    private static void depart(
            HttpRequest request, @Nullable AsyncEntityProducer entity, AsyncExecChain.Scope scope, AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        if (scope.clientContext.getAttribute(Sending.class.getName()) instanceof Sending sending
                && !sending.depart()) {
            callback.failed(new InterruptedIOException());
            return;
        }
        chain.proceed(request, entity, scope, callback);
    }

    /** Called when the first byte of a request is about to be written. */
    private static void written(HttpRequest request, @Nullable EntityDetails entity, HttpContext context) {
        if (context.getAttribute(Sending.class.getName()) instanceof Sending sending) {
            sending.written = true;
        }
    }

    private static @Nullable String talkative() {
        for (Logger logger : TALKATIVE) {
            if (logger.isDebugEnabled()) {
                return logger.getName();
            }
        }
        return null;
    }

    private static HttpHost target(Origin origin) {
        return new HttpHost(origin.secure() ? "https" : "http", origin.host(), origin.port());
    }

    private WireFailure explain(WireRequest request, Sending producer, AnswerReceiver receiver, Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        boolean started = cause instanceof Overdue ? producer.departed() : producer.written;
        String host = request.origin().toString();
        boolean noneFree = cause instanceof ConnectionRequestTimeoutException || cause instanceof TimeoutException
                || cause instanceof Overdue overdue && overdue.crowded;
        if (cause instanceof Overdue && started) {
            return new WireFailure(WireFailure.Kind.TIMEOUT,
                    "no answer from " + host + " within " + request.timeout().toMillis() + " ms", true, receiver.status(), null);
        } else if (producer.unreadable() != null) {
            return new WireFailure(WireFailure.Kind.UNREADABLE_BODY,
                    "the body to be sent could not be read", started, receiver.status(), producer.unreadable());
        } else if (!started && noneFree) {
            return new WireFailure(WireFailure.Kind.NO_FREE_CONNECTION,
                    "no connection to " + host + " became free in time; all " + settings.maxConnections()
                                                                         + " are busy (maxConnections)",
                    false, 0, null);
        } else if (refusedUndone(cause)) {
            return new WireFailure(WireFailure.Kind.REFUSED_UNDONE,
                    host + " refused the request before it did anything (HTTP/2 " + cause.getClass().getSimpleName() + ")",
                    started, 0, null);
        } else if (!started) {
            return new WireFailure(
                    cause instanceof NotLoopback || cause instanceof SSLException
                            ? WireFailure.Kind.NO_CONNECTION_EVER : WireFailure.Kind.NO_CONNECTION,
                    "no connection to " + host + ": " + reason(cause), false, 0, harmless(cause));
        }
        return new WireFailure(WireFailure.Kind.BROKEN,
                "the connection to " + host + " broke " + (receiver.status() == 0 ? "before" : "in") + " the answer: "
                                                        + reason(cause),
                true, receiver.status(), harmless(cause));
    }

    /**
     * REFUSED_STREAM, or a stream beyond the last one that a GOAWAY names: the request was not processed (RFC 9113, 8.7).
     */
    private static boolean refusedUndone(Throwable cause) {
        return cause instanceof RequestNotExecutedException
                || cause instanceof H2StreamResetException reset && reset.getCode() == H2Error.REFUSED_STREAM.getCode();
    }

    private static WireFailure refusedByProxy(WireRequest request, int status) {
        return new WireFailure(
                status == 407 ? WireFailure.Kind.NO_CONNECTION_EVER : WireFailure.Kind.NO_CONNECTION,
                "no connection to " + request.origin() + ": the proxy answered with status " + status
                                                + (status == 407 ? "; check proxyUser and proxyPassword" : ""),
                false, 0, null);
    }

    private static String reason(Throwable cause) {
        if (cause instanceof NotLoopback) {
            return "plain http goes to this machine only, and the name belongs to another one";
        } else if (cause instanceof UnknownHostException) {
            return "unknown host";
        } else if (cause instanceof SocketTimeoutException || cause instanceof TimeoutException || cause instanceof Overdue) {
            return "timed out";
        } else if (cause instanceof SSLException) {
            return "TLS failed; see the cause";
        } else if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return "refused or unreachable";
        } else if (cause instanceof SocketException || cause instanceof EOFException) {
            return "reset";
        }
        return cause.getClass().getSimpleName();
    }

    /** The cause, unless its message may repeat what the other side sent. */
    private static @Nullable Throwable harmless(Throwable cause) {
        return cause instanceof SSLException || cause instanceof SocketException || cause instanceof UnknownHostException
                || cause instanceof SocketTimeoutException ? cause : null;
    }

    /** What is under way fails at once; the connections are closed in good order. */
    @Override
    public void close() {
        underWay.forEach(receiver -> receiver.failed(new SocketException("stopped")));
        http.close(CloseMode.GRACEFUL);
    }

    /** A request on its way. */
    private static final class Sending extends BasicRequestProducer {

        private enum State {
            WAITING,
            DEPARTED,
            GIVEN_UP
        }

        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private volatile @Nullable AsyncExecRuntime connection;
        volatile boolean written;
        private final @Nullable AsyncEntityProducer entity;

        Sending(WireRequest request, Executor bodyReaders) {
            this(head(request), entity(request.body(), bodyReaders));
        }

        private Sending(HttpRequest head, @Nullable AsyncEntityProducer entity) {
            super(head, entity);
            this.entity = entity;
        }

        private static HttpRequest head(WireRequest request) {
            BasicHttpRequest head = new BasicHttpRequest(request.method(), target(request.origin()), request.path());
            // sensitive: HTTP/2 keeps them out of the table of headers that both sides remember
            if (request.token() != null) {
                head.setHeader(new BasicHeader("Authorization", "Bearer " + request.token().secret(), true));
            }
            if (request.onBehalfOf() != null) {
                head.setHeader(new BasicHeader("X-On-Behalf-Of", request.onBehalfOf(), true));
            }
            head.setHeader("Accept", request.accept());
            head.setHeader("Accept-Encoding", "gzip");
            if (request.body() instanceof Body.Bytes bytes) {
                head.setHeader("Content-Type", bytes.contentType());
            } else if (request.body() instanceof Body.Stream stream) {
                head.setHeader("Content-Type", stream.contentType());
            }
            if (request.idempotencyKey() != null) {
                head.setHeader("Idempotency-Key", request.idempotencyKey());
            }
            return head;
        }

        private static @Nullable AsyncEntityProducer entity(Body body, Executor bodyReaders) {
            if (body instanceof Body.Bytes bytes) {
                return new BasicAsyncEntityProducer(bytes.bytes(), null);
            } else if (body instanceof Body.Stream stream) {
                return new BodySender(stream, bodyReaders);
            }
            return null;
        }

        /** Whether it may go out. */
        boolean depart() {
            return state.compareAndSet(State.WAITING, State.DEPARTED);
        }

        boolean departed() {
            return state.get() == State.DEPARTED;
        }

        /** Nobody waits for the answer any more. The client's own cancellation may miss a connection made meanwhile. */
        void giveUp() {
            AsyncExecRuntime used = connection;
            if (!state.compareAndSet(State.WAITING, State.GIVEN_UP) && departed() && used != null) {
                used.discardEndpoint();
            }
        }

        /** Whether it got as far as being given a connection, or a place for one. */
        boolean admitted() {
            AsyncExecRuntime given = connection;
            return given != null && given.isEndpointAcquired();
        }

        @Nullable IOException unreadable() {
            return entity instanceof BodySender sender ? sender.unreadable() : null;
        }
    }

    /** Hands what the client reports to the receiver, which knows whether it still matters. */
    private record Report(AnswerReceiver receiver) implements org.apache.hc.core5.concurrent.FutureCallback<WireAnswer> {
        @Override
        public void completed(WireAnswer answer) {
            // the receiver has completed already
        }

        @Override
        public void failed(Exception failure) {
            receiver.failed(failure);
        }

        @Override
        public void cancelled() {
            receiver.failed(new SocketException("cancelled"));
        }
    }

    private static final class Overdue extends IOException {
        private static final long serialVersionUID = 1L;

        /** Whether it was still waiting for a connection to become free. */
        private final boolean crowded;

        Overdue(boolean crowded) {
            super("deadline");
            this.crowded = crowded;
        }
    }

    private static final class NotLoopback extends UnknownHostException {
        private static final long serialVersionUID = 1L;
    }

    /** Plain http never leaves this machine: checked when the name is resolved, whatever the name looks like. */
    private static final class LoopbackOnly implements DnsResolver {

        private final Set<String> guarded = ConcurrentHashMap.newKeySet();

        void guard(String host) {
            guarded.add(host);
        }

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            InetAddress[] addresses = SystemDefaultDnsResolver.INSTANCE.resolve(host);
            if (guarded.contains(host) && !Arrays.stream(addresses).allMatch(InetAddress::isLoopbackAddress)) {
                throw new NotLoopback();
            }
            return addresses;
        }

        @Override
        public String resolveCanonicalHostname(String host) throws UnknownHostException {
            return SystemDefaultDnsResolver.INSTANCE.resolveCanonicalHostname(host);
        }
    }

    /** Through the proxy, if there is one, goes what is encrypted, and nothing else. */
    private static final class HttpsThroughProxy extends DefaultRoutePlanner {

        private final @Nullable HttpHost proxy;

        HttpsThroughProxy(EngineSettings.@Nullable Proxy proxy) {
            super(null);
            this.proxy = proxy == null ? null : new HttpHost("http", proxy.host(), proxy.port());
        }

        @Override
        protected @Nullable HttpHost determineProxy(HttpHost target, HttpContext context) {
            return "https".equalsIgnoreCase(target.getSchemeName()) ? proxy : null;
        }
    }
}
