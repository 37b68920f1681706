package io.github.camelzendesk.obo;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/**
 * A Camel context beside a stand-in for Zendesk, with the stand-in's token in the registry as {@code acme} and its address
 * as the component's {@code baseUri}. The context starts with the first message or by {@link #start()}.
 */
final class Rig implements AutoCloseable {

    static final String JANE = "jane@example.com";
    static final String RAJ = "raj@example.com";

    final StandIn zendesk;
    final DefaultCamelContext camel = new DefaultCamelContext();
    private final boolean ownsZendesk;

    Rig() {
        this(StandIn.start(), true);
    }

    Rig(StandIn zendesk) {
        this(zendesk, false);
    }

    private Rig(StandIn zendesk, boolean ownsZendesk) {
        this.zendesk = zendesk;
        this.ownsZendesk = ownsZendesk;
        camel.getRegistry().bind("acme", Sample.TOKEN);
        component().getConfiguration().setBaseUri(zendesk.baseUri().toString());
        // what a failure looks like is seen best when it is not repeated; tests of repetition say how often
        component().getConfiguration().setMaxAttempts(1);
    }

    ZendeskOboComponent component() {
        return camel.getComponent("zendesk-obo", ZendeskOboComponent.class);
    }

    Rig bind(String name, Object bean) {
        camel.getRegistry().bind(name, bean);
        return this;
    }

    /** A route from {@code direct:in} to a zendesk-obo URI without its scheme; the token is acme's unless it names another. */
    Rig route(String to) {
        String uri = "zendesk-obo:" + to;
        if (!uri.contains("okenSource=")) {
            uri += (uri.contains("?") ? "&" : "?") + "tokenSource=#acme";
        }
        String whole = uri;
        return routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to(whole);
            }
        });
    }

    Rig routes(RoutesBuilder routes) {
        try {
            camel.addRoutes(routes);
            return this;
        } catch (Exception e) {
            throw e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
        }
    }

    Rig start() {
        if (!camel.isStarted()) {
            camel.start();
        }
        return this;
    }

    Exchange send(@Nullable Object user, @Nullable Object body) {
        return send(user, body, Map.of());
    }

    Exchange send(@Nullable Object user, @Nullable Object body, Map<String, ?> headers) {
        Map<String, Object> all = new HashMap<>(headers);
        if (user != null) {
            all.put(ZendeskOboConstants.USER, user);
        }
        return process(exchange -> {
            exchange.getMessage().setHeaders(all);
            exchange.getMessage().setBody(body);
        });
    }

    Exchange process(Processor processor) {
        start();
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            return template.request("direct:in", processor);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What arrived on behalf of somebody, without the control pairs. */
    List<JournalEntry> requests() {
        return zendesk.journal().requests();
    }

    JournalEntry onlyRequest() {
        List<JournalEntry> requests = requests();
        if (requests.size() != 1) {
            throw new AssertionError("expected one request, but there are " + requests);
        }
        return requests.get(0);
    }

    static Map<String, Object> aRequest(String subject) {
        return Map.of("request", Map.of("subject", subject, "comment", Map.of("body", "It broke")));
    }

    @Override
    public void close() {
        camel.stop();
        if (ownsZendesk) {
            zendesk.close();
        }
    }
}
