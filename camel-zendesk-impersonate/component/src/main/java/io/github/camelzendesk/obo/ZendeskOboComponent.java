package io.github.camelzendesk.obo;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import javax.net.ssl.SSLContext;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Endpoint;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.util.PropertiesHelper;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.AccountRateBudget;
import io.github.camelzendesk.obo.client.ApiClient;
import io.github.camelzendesk.obo.client.EngineSettings;
import io.github.camelzendesk.obo.client.RateBudget;
import io.github.camelzendesk.obo.token.FixedTokenSource;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.RenewingTokenSource;
import io.github.camelzendesk.obo.token.TokenSource;

/**
 * Sends requests to Zendesk on behalf of end users. Holds what all its endpoints share: the HTTP client, the threads, and
 * which token source belongs to which account.
 */
@Component("zendesk-obo")
public class ZendeskOboComponent extends DefaultComponent implements SSLContextParametersAware {

    private static final String TOKEN_SOURCE = "tokensource";
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    /** What Camel itself takes from a URI before the endpoint sees it. */
    private static final Set<String> CAMELS_OWN
            = Set.of("bridgeerrorhandler", "lazystartproducer", "autowiredenabled", "hash", "exchangepattern");

    @Metadata(description = "The defaults of all endpoints.")
    private ZendeskOboConfiguration configuration = new ZendeskOboConfiguration();

    @Metadata(label = "security", autowired = true,
              description = "Where the access token comes from, for endpoints that name no other. If there is exactly one"
                            + " TokenSource in the registry, it is this.")
    private @Nullable TokenSource tokenSource;

    @Metadata(label = "advanced", defaultValue = "10000", javaType = "java.time.Duration",
              description = "How long opening a connection may take, and then the TLS handshake.")
    private long connectTimeout = 10_000;

    @Metadata(label = "advanced", defaultValue = "500",
              description = "How many connections may be open at the same time, and with it how many requests may be under way;"
                            + " they are opened when needed.")
    private int maxConnections = 500;

    @Metadata(label = "security", description = "TLS: a private certificate authority, a client certificate.")
    private @Nullable SSLContextParameters sslContextParameters;

    @Metadata(label = "security", description = "Whether to use the TLS settings of the Camel context.")
    private boolean useGlobalSslContextParameters;

    @Metadata(label = "proxy", description = "A proxy for https. Plain http never goes through it.")
    private @Nullable String proxyHost;

    @Metadata(label = "proxy", description = "The port of the proxy.")
    private int proxyPort;

    @Metadata(label = "proxy,security", description = "The user of a proxy that asks for one.")
    private @Nullable String proxyUser;

    @Metadata(label = "proxy,security", secret = true, description = "The password of that user.")
    private @Nullable String proxyPassword;

    @Metadata(label = "advanced",
              description = "Writes message bodies as JSON and reads answers. By default the one in the registry, or a new one.")
    private @Nullable ObjectMapper objectMapper;

    private final RateBudget rateBudget = new AccountRateBudget();
    private final Map<String, TokenSource> namedTokens = new ConcurrentHashMap<>();
    private final Map<TokenSource, Origin> accounts = new ConcurrentHashMap<>();
    private final Set<String> reported = ConcurrentHashMap.newKeySet();
    private final RouteStops stops = new RouteStops(this);
    private InstantSource clock = InstantSource.system();
    private UnaryOperator<ScheduledExecutorService> timers = UnaryOperator.identity();
    private @Nullable ApiClient client;
    private @Nullable ObjectMapper json;
    private @Nullable RouteThreads threads;
    private @Nullable ExecutorService bodyReaders;
    private @Nullable ScheduledExecutorService scheduler;

    public ZendeskOboComponent() {
    }

    public ZendeskOboComponent(CamelContext context) {
        super(context);
    }

    /**
     * Refuses what must not be repeated or guessed before Camel binds, logs or echoes anything: a token in the URI, an option
     * that does not exist, the parts of the path as options. Names options, never their values.
     */
    @Override
    protected void validateURI(String uri, String path, Map<String, Object> parameters) {
        String harmless = uri.contains("?") ? uri.substring(0, uri.indexOf('?')) : uri;
        if (harmless.toLowerCase(Locale.ROOT).contains("%3f")) {
            // Camel decodes it once more and then drops what follows
            throw new ResolveEndpointFailedException(harmless, "The path must have no '?', however encoded: give the query as query.NAME options");
        }
        Set<String> known = new HashSet<>(CAMELS_OWN);
        for (String name : getCamelContext().getCamelContextExtension().getEndpointUriFactory("zendesk-obo").propertyNames()) {
            known.add(canonical(name));
        }
        Set<String> seen = new HashSet<>();
        for (Map.Entry<String, Object> parameter : parameters.entrySet()) {
            String name = parameter.getKey();
            String canonical = canonical(name);
            if (name.startsWith("query.") && name.length() > "query.".length()) {
                continue;
            }
            if (!seen.add(canonical)) {
                throw new ResolveEndpointFailedException(harmless, "the option " + name + " is given twice, in two spellings");
            } else if (canonical.equals("path") || canonical.equals("method")) {
                throw new ResolveEndpointFailedException(
                        harmless, "the option " + name + " stands beside the URI's own and would win over it. "
                                  + "Write method and path as zendesk-obo:method:path");
            } else if (canonical.equals(TOKEN_SOURCE)) {
                if (!isReference(parameter.getValue())) {
                    throw new ResolveEndpointFailedException(
                            harmless, "the option tokenSource must name a bean, as in tokenSource=#acmeToken. "
                                      + "A token does not belong in a URI");
                }
            } else if (!known.contains(canonical) || canonical.equals("query")) {
                throw new ResolveEndpointFailedException(
                        harmless, "there is no option " + name + ". The options are in the reference; what is to go into the "
                                  + "query of the request is written query.NAME");
            }
        }
        super.validateURI(uri, path, parameters);
    }

    /** As Camel's relaxed binding sees a name: token-source and TOKENSOURCE are tokenSource. */
    private static String canonical(String option) {
        return option.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    private static boolean isReference(@Nullable Object value) {
        return value instanceof TokenSource || value instanceof String text && text.matches("#(bean:)?[\\w.$-]+");
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        Object source = null;
        for (String name : List.copyOf(parameters.keySet())) {
            if (canonical(name).equals(TOKEN_SOURCE)) {
                source = parameters.remove(name);
            }
        }
        ZendeskOboEndpoint endpoint = new ZendeskOboEndpoint(uri, this, configuration.copy());
        int colon = remaining.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("write zendesk-obo:method:path, as in zendesk-obo:post:requests");
        }
        endpoint.setMethod(remaining.substring(0, colon));
        endpoint.setPath(remaining.substring(colon + 1));
        if (source instanceof TokenSource given) {
            endpoint.setTokenSource(given);
        } else if (source instanceof String reference) {
            endpoint.setTokenSourceName(reference.substring(reference.startsWith("#bean:") ? 6 : 1));
        }
        // bound by Camel, page[size] would be an element of a list and #x a bean
        endpoint.setQuery(PropertiesHelper.extractProperties(parameters, "query."));
        try {
            setProperties(endpoint, parameters);
        } catch (PropertyBindingException e) {
            // it and its causes repeat the value
            Object value = parameters.get(e.getPropertyName());
            throw new IllegalArgumentException(
                    "the option " + e.getPropertyName() + (value instanceof String text && text.matches("#[\\w.:$-]+")
                            ? " names " + text + ", which is no such bean in the registry" : " has a value of another type"));
        }
        return endpoint;
    }

    /** The source that an endpoint uses, bound to its account. */
    TokenSource tokenSource(@Nullable TokenSource given, @Nullable String name, Origin origin) {
        TokenSource source = given != null ? given : name != null ? named(name) : only();
        if (source instanceof CamelOAuthTokenSource profile) {
            CamelContextAware.trySetCamelContext(profile, getCamelContext());
            profile.check();
        }
        Origin account = source.origin() != null ? source.origin() : accounts.computeIfAbsent(source, any -> origin);
        if (!account.equals(origin)) {
            throw new IllegalArgumentException(
                    "the token source" + (name == null ? "" : " " + name) + " belongs to " + account + " and is not used for "
                                               + origin + ". Give each account a token source of its own");
        }
        if (client != null) {
            connect(source, origin);
        }
        return source;
    }

    private void connect(TokenSource source, Origin origin) {
        if (source instanceof RenewingTokenSource renewing) {
            renewing.connect(client, origin);
        }
    }

    private TokenSource named(String name) {
        return namedTokens.computeIfAbsent(name, any -> {
            Object bean = getCamelContext().getRegistry().lookupByName(name);
            if (bean == null) {
                throw new IllegalArgumentException("there is no bean " + name + " in the registry for tokenSource=#" + name);
            } else if (bean instanceof TokenSource source) {
                return source;
            } else if (bean instanceof CharSequence secret) {
                try {
                    return new FixedTokenSource(secret.toString());
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("the bean " + name + " is no access token. " + e.getMessage());
                }
            } else if (bean instanceof Supplier<?> supplier) {
                return TokenSource.supplied(() -> (CharSequence) supplier.get());
            }
            throw new IllegalArgumentException(
                    "the bean " + name + " is a " + bean.getClass().getName()
                                               + ", but tokenSource needs a TokenSource, a String or a Supplier<String>");
        });
    }

    private TokenSource only() {
        if (tokenSource != null) {
            return tokenSource;
        }
        Map<String, TokenSource> sources = getCamelContext().getRegistry().findByTypeWithName(TokenSource.class);
        if (sources.size() == 1) {
            return sources.values().iterator().next();
        }
        throw new IllegalArgumentException(sources.isEmpty()
                ? "there is no TokenSource in the registry, and the option tokenSource names no bean. Bind one, or a String or "
                  + "Supplier<String> named by tokenSource=#name"
                : "there are several TokenSources in the registry (" + String.join(", ", new java.util.TreeSet<>(sources.keySet()))
                  + "): name one by the option tokenSource");
    }

    /** True the first time that something is reported. */
    boolean reportsFirst(String what) {
        return reported.add(what);
    }

    /** For tests; before the start. */
    void setClock(InstantSource clock) {
        this.clock = clock;
    }

    /** For tests whose time runs faster; before the start. */
    void setTime(InstantSource clock, UnaryOperator<ScheduledExecutorService> timers) {
        this.clock = clock;
        this.timers = timers;
    }

    ApiClient client() {
        return client;
    }

    /** What endpoints share that name no other. */
    RateBudget rateBudget() {
        return rateBudget;
    }

    RouteStops stops() {
        return stops;
    }

    /** Does something later, unless what it returns is run before; never when the component has stopped. */
    Runnable later(long millis, Runnable task) {
        ScheduledExecutorService timer = scheduler;
        if (timer == null) {
            return () -> {
            };
        }
        try {
            ScheduledFuture<?> future = timer.schedule(task, millis, TimeUnit.MILLISECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException stopped) {
            return () -> {
            };
        }
    }

    ObjectMapper json() {
        return json;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        stops.watch(getCamelContext());
    }

    @Override
    protected void doShutdown() throws Exception {
        stops.unwatch(getCamelContext());
        super.doShutdown();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (connectTimeout <= 0) {
            throw new IllegalArgumentException("connectTimeout must be a positive duration, such as 10s");
        } else if (maxConnections <= 0) {
            throw new IllegalArgumentException("maxConnections must be positive");
        } else if (proxyHost != null && !proxyHost.matches("[A-Za-z0-9._-]+|\\[?[0-9A-Fa-f:.]+]?")) {
            throw new IllegalArgumentException("proxyHost must be a host name or an address, without scheme, port and path");
        } else if (proxyHost != null && (proxyPort <= 0 || proxyPort > 65535)) {
            throw new IllegalArgumentException("proxyHost needs a proxyPort between 1 and 65535");
        } else if (proxyHost == null && (proxyPort != 0 || proxyUser != null)) {
            throw new IllegalArgumentException("proxyPort and proxyUser need a proxyHost");
        } else if ((proxyUser == null) != (proxyPassword == null)) {
            throw new IllegalArgumentException("proxyUser and proxyPassword go together");
        }
        ObjectMapper inRegistry = CamelContextHelper.findSingleByType(getCamelContext(), ObjectMapper.class);
        json = objectMapper != null ? objectMapper : inRegistry != null ? inRegistry
                : JsonMapper.builder().findAndAddModules().disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS).build();

        scheduler = getCamelContext().getExecutorServiceManager().newScheduledThreadPool(this, "ZendeskOboTimer", timer());
        if (scheduler instanceof ScheduledThreadPoolExecutor pool) {
            // else a deadline that was called off would hold what it was for until its time came
            pool.setRemoveOnCancelPolicy(true);
        }
        bodyReaders = getCamelContext().getExecutorServiceManager().newCachedThreadPool(this, "ZendeskOboBody");
        threads = new RouteThreads(getCamelContext(), this, scheduler);
        client = new ApiClient(settings(), threads, bodyReaders, timers.apply(scheduler), clock);
        accounts.forEach(this::connect);
    }

    /** One thread, and as many deadlines as there are requests under way: Camel's default takes a thousand and no more. */
    private static ThreadPoolProfile timer() {
        ThreadPoolProfile profile = new ThreadPoolProfile("ZendeskOboTimer");
        profile.setPoolSize(1);
        profile.setMaxPoolSize(0);
        return profile;
    }

    private EngineSettings settings() throws Exception {
        SSLContextParameters tls = sslContextParameters != null ? sslContextParameters : retrieveGlobalSslContextParameters();
        SSLContext sslContext = tls == null ? null : tls.createSSLContext(getCamelContext());
        EngineSettings.Proxy proxy = proxyHost == null ? null
                : new EngineSettings.Proxy(
                        proxyHost, proxyPort, proxyUser, proxyPassword == null ? null : proxyPassword.toCharArray());
        String version = ZendeskOboComponent.class.getPackage().getImplementationVersion();
        return new EngineSettings(
                sslContext, proxy, Duration.ofMillis(connectTimeout), maxConnections,
                "camel-zendesk-impersonate" + (version == null ? "" : "/" + version));
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        for (TokenSource source : accounts.keySet()) {
            if (source instanceof RenewingTokenSource renewing) {
                renewing.disconnect();
            }
        }
        if (client != null) {
            client.close();
        }
        if (threads != null) {
            threads.stop(STOP_PATIENCE);
        }
        if (bodyReaders != null) {
            getCamelContext().getExecutorServiceManager().shutdownNow(bodyReaders);
        }
        if (scheduler != null) {
            getCamelContext().getExecutorServiceManager().shutdownNow(scheduler);
        }
    }

    public ZendeskOboConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(ZendeskOboConfiguration configuration) {
        this.configuration = configuration;
    }

    public @Nullable TokenSource getTokenSource() {
        return tokenSource;
    }

    public void setTokenSource(@Nullable TokenSource tokenSource) {
        this.tokenSource = tokenSource;
    }

    public long getConnectTimeout() {
        return connectTimeout;
    }

    public void setConnectTimeout(long connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    public int getMaxConnections() {
        return maxConnections;
    }

    public void setMaxConnections(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    public @Nullable SSLContextParameters getSslContextParameters() {
        return sslContextParameters;
    }

    public void setSslContextParameters(@Nullable SSLContextParameters sslContextParameters) {
        this.sslContextParameters = sslContextParameters;
    }

    @Override
    public boolean isUseGlobalSslContextParameters() {
        return useGlobalSslContextParameters;
    }

    @Override
    public void setUseGlobalSslContextParameters(boolean useGlobalSslContextParameters) {
        this.useGlobalSslContextParameters = useGlobalSslContextParameters;
    }

    public @Nullable String getProxyHost() {
        return proxyHost;
    }

    public void setProxyHost(@Nullable String proxyHost) {
        this.proxyHost = proxyHost;
    }

    public int getProxyPort() {
        return proxyPort;
    }

    public void setProxyPort(int proxyPort) {
        this.proxyPort = proxyPort;
    }

    public @Nullable String getProxyUser() {
        return proxyUser;
    }

    public void setProxyUser(@Nullable String proxyUser) {
        this.proxyUser = proxyUser;
    }

    public @Nullable String getProxyPassword() {
        return proxyPassword;
    }

    public void setProxyPassword(@Nullable String proxyPassword) {
        this.proxyPassword = proxyPassword;
    }

    public @Nullable ObjectMapper getObjectMapper() {
        return objectMapper;
    }

    public void setObjectMapper(@Nullable ObjectMapper objectMapper) {
        this.objectMapper = objectMapper;
    }
}
