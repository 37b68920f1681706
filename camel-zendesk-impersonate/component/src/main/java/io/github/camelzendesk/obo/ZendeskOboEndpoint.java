package io.github.camelzendesk.obo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.obo.client.Operations;
import io.github.camelzendesk.obo.client.PathTemplate;
import io.github.camelzendesk.obo.client.ProofMode;
import io.github.camelzendesk.obo.client.Query;
import io.github.camelzendesk.obo.client.Terms;
import io.github.camelzendesk.obo.client.UrgentRateBudget;
import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.TokenSource;

/**
 * Make Zendesk API requests on behalf of end users.
 */
@UriEndpoint(firstVersion = "0.1.0", scheme = "zendesk-obo", title = "Zendesk On Behalf Of", syntax = "zendesk-obo:method:path",
             producerOnly = true, category = { Category.CLOUD, Category.API, Category.SAAS },
             headersClass = ZendeskOboConstants.class)
public class ZendeskOboEndpoint extends DefaultEndpoint implements EndpointServiceLocation {

    private static final Logger LOG = LoggerFactory.getLogger(ZendeskOboEndpoint.class);
    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");
    /** Parameters that say where in a list a page begins. */
    private static final List<String> OF_EACH_PAGE = List.of("page", "page[after]", "page[before]", "cursor", "start_time");

    @UriPath(enums = "get,post,put,patch,delete", description = "The HTTP method.")
    @Metadata(required = true)
    private String method = "";

    @UriPath(description = "The path as in Zendesk's reference, below /api/v2/ unless it begins with /api/. A part in braces is"
                           + " filled from the message header of that name.")
    @Metadata(required = true)
    private String path = "";

    @UriParam
    private ZendeskOboConfiguration configuration;

    @UriParam(label = "security",
              description = "The bean that the access token comes from, as #name: a TokenSource, or a String or Supplier of String."
                            + " Never the token itself. By default the component's.")
    private @Nullable TokenSource tokenSource;

    @UriParam(prefix = "query.", multiValue = true,
              description = "Parameters of the query, as query.NAME=value. No message can override them. A plus or an ampersand in"
                            + " a value needs RAW().")
    private Map<String, Object> query = new LinkedHashMap<>();

    private @Nullable String tokenSourceName;
    private @Nullable Call call;

    public ZendeskOboEndpoint(String uri, ZendeskOboComponent component, ZendeskOboConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    /** What the options come to, checked: whatever is the same for every message. */
    record Call(
            String method, Origin origin, PathTemplate path, Query query, UserSource user, Form form, Duration timeout,
            boolean throwExceptionOnFailure, Terms terms) {

        /** What the body of a successful answer becomes. */
        enum Form {
            STREAM,
            JSON,
            RECORDS
        }

        /** For messages: values of the message are not in it. */
        String text() {
            return method + " " + path.text();
        }
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        String verb = method.toLowerCase(Locale.ROOT);
        if (!METHODS.contains(verb)) {
            throw new IllegalArgumentException("the method must be one of " + String.join(", ", METHODS)
                                               + ": write zendesk-obo:method:path");
        }
        Origin origin = origin();
        PathTemplate template = PathTemplate.parse(path);
        Query fixed = Query.fixed(query);
        UserSource user = UserSource.of(configuration);
        String proof = oneOf("proof", configuration.getProof(), "token", "user", "off");
        Call.Form form = Call.Form.valueOf(
                oneOf("responseBody", configuration.getResponseBody(), "stream", "json", "records").toUpperCase(Locale.ROOT));
        checkRecords(form, verb, fixed);
        if (configuration.getRequestTimeout() <= 0) {
            throw new IllegalArgumentException("requestTimeout must be a positive duration, such as 30s");
        }
        if (configuration.getMaxAttempts() < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, which is no repetition");
        } else if (configuration.getMaxWait() < 0) {
            throw new IllegalArgumentException("maxWait must be a duration, such as 2m, or 0");
        } else if (configuration.getRateBudget() instanceof UrgentRateBudget urgent && urgent.getBudget() == null) {
            throw new IllegalArgumentException("the rateBudget needs its property budget, which names the one that it shares");
        }
        checkAllowedFor(verb.toUpperCase(Locale.ROOT), template);
        TokenSource tokens = component().tokenSource(tokenSource, tokenSourceName, origin);
        call = new Call(
                verb.toUpperCase(Locale.ROOT), origin, template, fixed, user, form,
                Duration.ofMillis(configuration.getRequestTimeout()), configuration.isThrowExceptionOnFailure(),
                new Terms(
                        tokens, ProofMode.valueOf(proof.toUpperCase(Locale.ROOT)),
                        configuration.getRateBudget() != null ? configuration.getRateBudget() : component().rateBudget(),
                        configuration.getMaxAttempts(), Duration.ofMillis(configuration.getMaxWait()), List.of()));
    }

    private Origin origin() {
        String subdomain = configuration.getSubdomain();
        String baseUri = configuration.getBaseUri();
        if (subdomain != null && baseUri != null) {
            throw new IllegalArgumentException("subdomain and baseUri both name the account: set one of them");
        } else if (subdomain == null && baseUri == null) {
            throw new IllegalArgumentException("subdomain or baseUri must name the account, as in subdomain=acme");
        }
        return subdomain != null ? Origin.ofSubdomain(subdomain) : Origin.ofBaseUri(baseUri);
    }

    private static void checkRecords(Call.Form form, String verb, Query fixed) {
        if (form != Call.Form.RECORDS) {
            return;
        } else if (!verb.equals("get")) {
            throw new IllegalArgumentException("responseBody=records reads a list, which only the method get does");
        }
        OF_EACH_PAGE.stream().filter(fixed::fixes).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException(
                    "responseBody=records turns the pages, so the option query." + name + " cannot fix one. Begin at a page by the"
                                               + " header " + ZendeskOboConstants.QUERY);
        });
    }

    private void checkAllowedFor(String verb, PathTemplate template) {
        String allowedFor = oneOf("allowedFor", configuration.getAllowedFor(), "warn", "fail", "off");
        if (allowedFor.equals("off")) {
            return;
        }
        Operations.zendesk().find(verb, template.text()).filter(operation -> !operation.access().allowed()).ifPresent(found -> {
            String text = "Zendesk does not let end users call " + found.method() + " " + found.path() + found.alternative().map(
                    other -> "; they have " + other.method() + " " + other.path()).orElse("");
            if (allowedFor.equals("fail")) {
                throw new IllegalArgumentException(text + " (allowedFor=fail)");
            } else if (component().reportsFirst(text)) {
                LOG.warn("{}. Requests to it will be answered with 403 (allowedFor=warn)", text);
            }
        });
    }

    static String oneOf(String option, @Nullable String value, String... allowed) {
        for (String one : allowed) {
            if (one.equalsIgnoreCase(value)) {
                return one;
            }
        }
        throw new IllegalArgumentException("the option " + option + " must be one of " + String.join(", ", allowed));
    }

    Call call() {
        return call;
    }

    ZendeskOboComponent component() {
        return (ZendeskOboComponent) getComponent();
    }

    @Override
    public Producer createProducer() throws Exception {
        return new ZendeskOboProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        throw new UnsupportedOperationException("zendesk-obo sends requests; it cannot be consumed from");
    }

    @Override
    public String getServiceUrl() {
        return call == null ? "" : call.origin().toString();
    }

    @Override
    public String getServiceProtocol() {
        return "rest";
    }

    public String getMethod() {
        return method;
    }

    public void setMethod(String method) {
        this.method = method;
    }

    public String getPath() {
        return path;
    }

    public void setPath(String path) {
        this.path = path;
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

    void setTokenSourceName(String name) {
        this.tokenSourceName = name;
    }

    public Map<String, Object> getQuery() {
        return query;
    }

    public void setQuery(Map<String, Object> query) {
        this.query = query;
    }
}
