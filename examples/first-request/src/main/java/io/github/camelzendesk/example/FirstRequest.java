package io.github.camelzendesk.example;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.Main;

import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.StandIn;

/**
 * Sends five messages through {@code routes.camel.yaml} and prints what became of each: against a stand-in for Zendesk on this
 * machine, or against a real account when {@code ZENDESK_SUBDOMAIN} and {@code ZENDESK_TOKEN} are set. Ends with 0 when all
 * went as it should.
 */
public final class FirstRequest {

    private final List<String> differences = new ArrayList<>();
    private final String rater = env("ZENDESK_CUSTOMER", "jane@example.com");
    private final String filer = env("ZENDESK_OTHER_CUSTOMER", "raj@example.com");
    private final String solvedTicket = env("ZENDESK_SOLVED_TICKET", String.valueOf(Sample.JANES_SOLVED_TICKET));

    private FirstRequest() {
    }

    public static void main(String[] args) throws Exception {
        FirstRequest example = new FirstRequest();
        if (System.getenv("ZENDESK_SUBDOMAIN") != null && System.getenv("ZENDESK_TOKEN") != null) {
            example.run(Map.of("camel.component.zendesk-obo.subdomain", System.getenv("ZENDESK_SUBDOMAIN"),
                    "zendesk.token", System.getenv("ZENDESK_TOKEN")));
        } else {
            try (StandIn zendesk = StandIn.start()) {
                System.out.println("stand-in for Zendesk on " + zendesk.baseUri());
                example.run(Map.of("camel.component.zendesk-obo.base-uri", zendesk.baseUri().toString(),
                        "zendesk.token", Sample.TOKEN));
                example.check(zendesk);
            }
        }
        example.differences.forEach(difference -> System.out.println("DIFFERS: " + difference));
        System.exit(example.differences.isEmpty() ? 0 : 1);
    }

    private void run(Map<String, String> properties) throws Exception {
        Main camel = new Main();
        properties.forEach(camel::addInitialProperty);
        camel.configure().setRoutesIncludePattern("classpath:routes.camel.yaml");
        camel.start();
        try (ProducerTemplate messages = camel.getCamelContext().createProducerTemplate()) {
            System.out.println();
            System.out.println("What the route saw:");
            Map<String, Object> rating = Map.of(
                    "satisfaction_rating", Map.of("score", "good", "comment", "Thank you, that was quick"));
            send(messages, "rate", rater, rating, Map.of("ticketId", solvedTicket), "200");
            Map<String, Object> request = Map.of(
                    "request", Map.of("subject", "Invoice missing", "comment", Map.of("body", "I cannot find it")));
            Exchange filed = send(messages, "file", filer, request, Map.of(), "201");
            String id = filed.getMessage().getBody() instanceof JsonNode answer
                    ? answer.path("request").path("id").asText() : "none";
            send(messages, "read", filer, null, Map.of("requestId", id), "200");
            send(messages, "file", "ghost@example.com", request, Map.of(), "ZendeskOboUnknownUserException");
            send(messages, "file", null, request, Map.of(), "ZendeskOboInvalidUserException");
        } finally {
            camel.stop();
        }
    }

    private Exchange send(
            ProducerTemplate messages, String route, String customer, Object body, Map<String, Object> headers,
            String expected) {
        Exchange out = messages.request("direct:" + route, exchange -> {
            exchange.setVariable("customer", customer);
            exchange.getMessage().setHeaders(new java.util.HashMap<>(headers));
            exchange.getMessage().setBody(body);
        });
        String failure = out.getMessage().getHeader("failure", String.class);
        String result = failure != null ? failure : String.valueOf(out.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE));
        String what = Objects.toString(customer, "nobody") + ", " + route + ": " + result;
        System.out.println("  " + what + (failure == null ? "" : System.lineSeparator() + "      " + out.getMessage().getBody()));
        if (!expected.equals(result)) {
            differences.add(what + " instead of " + expected);
        }
        return out;
    }

    /** What really arrived: the requests of the messages, each as its customer, and what the component asked for itself. */
    private void check(StandIn zendesk) {
        List<String> lines = zendesk.journal().entries().stream().map(JournalEntry::line).toList();
        System.out.println();
        System.out.println("What arrived at Zendesk:");
        lines.forEach(line -> System.out.println("  " + line));
        System.out.println();
        List<String> expected = List.of(
                "as owner@acme.example \\(token owner\\) GET /api/v2/users/me -> 200",
                "as nobody \\(unknown end user\\) GET /api/v2/users/me -> 401",
                "as jane@example.com POST /api/v2/tickets/35436/satisfaction_rating -> 200",
                "as raj@example.com POST /api/v2/requests -> 201",
                "as raj@example.com GET /api/v2/requests/\\d+ -> 200",
                "as nobody \\(unknown end user\\) POST /api/v2/requests -> 401",
                "as owner@acme.example \\(token owner\\) GET /api/v2/oauth/tokens/current -> 200");
        for (int i = 0; i < Math.max(lines.size(), expected.size()); i++) {
            String line = i < lines.size() ? lines.get(i) : "nothing";
            String wanted = i < expected.size() ? expected.get(i) : "nothing";
            if (!line.matches(wanted)) {
                differences.add("arrived: " + line + " instead of " + wanted.replace("\\", ""));
            }
        }
    }

    private static String env(String name, String otherwise) {
        return Objects.requireNonNullElse(System.getenv(name), otherwise);
    }
}
