package io.github.camelzendesk.obo;

import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;

import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

import io.github.camelzendesk.standin.GeneratedContent;
import io.github.camelzendesk.standin.Sample;

/**
 * A program with little memory that uploads so many bytes and downloads as many, for a user. {@code uploadUri downloadUri bytes};
 * prints {@code UPLOADED status} and {@code DOWNLOADED sha256}.
 */
final class StreamingBothWays {

    private StreamingBothWays() {
    }

    public static void main(String... args) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            // Camel would copy what goes through it
            camel.setStreamCaching(false);
            // a token belongs to one address
            camel.getRegistry().bind("acme", Sample.TOKEN);
            camel.getRegistry().bind("other", Sample.TOKEN);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    String options = "&requestTimeout=20m&allowedFor=off&baseUri=";
                    from("direct:up").to("zendesk-obo:post:uploads?query.filename=large.bin&tokenSource=#acme" + options + args[0]);
                    from("direct:down").to("zendesk-obo:get:attachments/large?proof=off&tokenSource=#other" + options + args[1])
                            .process(StreamingBothWays::hash);
                }
            });
            camel.start();
            try (ProducerTemplate template = camel.createProducerTemplate()) {
                Exchange up = template.request("direct:up", exchange -> {
                    exchange.getMessage().setHeader(ZendeskOboConstants.USER, Sample.JANE);
                    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/binary");
                    exchange.getMessage().setBody(new GeneratedContent(1, Long.parseLong(args[2])).open());
                });
                if (up.getException() != null) {
                    throw up.getException();
                }
                System.out.println("UPLOADED " + up.getMessage().getHeader(ZendeskOboConstants.HTTP_RESPONSE_CODE));
                Exchange down = template.request(
                        "direct:down", exchange -> exchange.getMessage().setHeader(ZendeskOboConstants.USER, Sample.JANE));
                if (down.getException() != null) {
                    throw down.getException();
                }
            }
        }
    }

    /** In the route: what was downloaded is there until the exchange is done. */
    private static void hash(Exchange exchange) throws Exception {
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        byte[] block = new byte[64 * 1024];
        try (InputStream in = new DigestInputStream(exchange.getMessage().getBody(InputStream.class), hash)) {
            for (long blocks = 0; in.read(block) >= 0; blocks++) {
                if (blocks < 1_000 && blocks % 10 == 0) {
                    // slower than what comes
                    LockSupport.parkNanos(10_000_000);
                }
            }
        }
        System.out.println("DOWNLOADED " + HexFormat.of().formatHex(hash.digest()));
    }
}
