package io.github.camelzendesk.obo;

import java.io.BufferedWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

import io.github.camelzendesk.standin.Sample;

/**
 * A program that reads a list to its end and notes the id of each record, and after each page where it is; started again, it
 * begins there. {@code baseUri user folder}; prints {@code HEAP records bytes} now and then, and {@code READ records} at its end.
 */
final class ReadingAList {

    private static final int LOOK_EVERY = Integer.getInteger("look.every", 10_000);

    private final Path cursorFile;
    private final BufferedWriter ids;
    private String cursor = "";
    private long records;

    private ReadingAList(Path folder) throws Exception {
        this.cursorFile = folder.resolve("cursor");
        this.ids = Files.newBufferedWriter(folder.resolve("ids"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (Files.exists(cursorFile)) {
            cursor = Files.readString(cursorFile);
        }
    }

    public static void main(String... args) throws Exception {
        ReadingAList reading = new ReadingAList(Path.of(args[2]));
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("acme", Sample.TOKEN);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in")
                            .to("zendesk-obo:get:requests?query.page[size]=100&responseBody=records&tokenSource=#acme&baseUri=" + args[0])
                            .setProperty("records", body())
                            .split(body()).streaming().stopOnException()
                            .process(reading::note)
                            .end();
                }
            });
            camel.start();
            try (ProducerTemplate template = camel.createProducerTemplate()) {
                Exchange out = template.request("direct:in", exchange -> {
                    exchange.getMessage().setHeader(ZendeskOboConstants.USER, args[1]);
                    exchange.getMessage().setHeader(ZendeskOboConstants.QUERY, reading.cursor);
                });
                if (out.getException() != null) {
                    throw out.getException();
                }
            }
            reading.ids.close();
            System.out.println("READ " + reading.records);
        }
    }

    private void note(Exchange exchange) throws Exception {
        String at = exchange.getProperty("records", Records.class).getCursor();
        if (!at.equals(cursor)) {
            // all records of the page before are noted
            ids.flush();
            Path next = cursorFile.resolveSibling("cursor.next");
            Files.writeString(next, at, StandardCharsets.UTF_8);
            Files.move(next, cursorFile, StandardCopyOption.ATOMIC_MOVE);
            cursor = at;
        }
        ids.write(exchange.getMessage().getBody(JsonNode.class).get("id").asText());
        ids.write('\n');
        if (++records % LOOK_EVERY == 0) {
            System.gc();
            System.out.println("HEAP " + records + " " + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
    }
}
