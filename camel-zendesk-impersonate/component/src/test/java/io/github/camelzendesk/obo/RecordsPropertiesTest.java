package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.slf4j.LoggerFactory;

import io.github.camelzendesk.standin.Ticket;
import io.github.camelzendesk.standin.User;

/** However many records there are and however large a page is. */
class RecordsPropertiesTest {

    private static Rig rig;
    private static int users;
    private static int dieAfter;
    private static final List<Long> READ = new ArrayList<>();
    private static final Map<String, String> KEPT = new HashMap<>();
    private static Level before;

    private static ch.qos.logback.classic.Logger errorHandler() {
        // each death would be reported with its stack
        return (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("org.apache.camel.processor.errorhandler");
    }

    @BeforeContainer
    static void start() {
        before = errorHandler().getLevel();
        errorHandler().setLevel(Level.OFF);
        rig = new Rig().routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("zendesk-obo:get:requests?responseBody=records&tokenSource=#acme")
                        .setProperty("records", body())
                        .split(body()).streaming().stopOnException().process(RecordsPropertiesTest::process);
            }
        }).start();
    }

    @AfterContainer
    static void stop() {
        rig.close();
        errorHandler().setLevel(before);
    }

    /** Dies in the middle of a record: it was read, and is not done. */
    private static void process(Exchange exchange) {
        if (--dieAfter < 0) {
            throw new IllegalStateException("killed");
        }
        READ.add(exchange.getMessage().getBody(JsonNode.class).get("id").asLong());
        KEPT.put("cursor", exchange.getProperty("records", Records.class).getCursor());
    }

    private static String user(List<Long> ids, int count) {
        String email = "user" + users++ + "@example.com";
        User user = rig.zendesk.world().endUser(email);
        for (int i = 0; i < count; i++) {
            ids.add(rig.zendesk.world().ticket(user, Ticket.Status.OPEN).id());
        }
        READ.clear();
        KEPT.clear();
        rig.zendesk.journal().clear();
        return email;
    }

    private static String query(boolean byCursor, int pageSize) {
        return (byCursor ? "page[size]=" : "per_page=") + pageSize;
    }

    @Property(tries = 60)
    void allComeOnceAndInOrder(@ForAll @IntRange(max = 40) int count, @ForAll @IntRange(min = 1, max = 45) int pageSize,
            @ForAll boolean byCursor) {
        List<Long> expected = new ArrayList<>();
        String user = user(expected, count);
        dieAfter = Integer.MAX_VALUE;
        Exchange out = rig.send(user, null, Map.of(ZendeskOboConstants.QUERY, query(byCursor, pageSize)));

        assertThat(out.getException()).isNull();
        assertThat(READ).isEqualTo(expected);
        assertThat(rig.requests()).hasSize(Math.max(1, (count + pageSize - 1) / pageSize))
                .allSatisfy(page -> assertThat(page.actedAs()).isEqualTo(user));
    }

    @Property(tries = 60)
    void howeverOftenItDiesNothingIsLostAndNoMoreThanAPageIsRepeated(@ForAll @IntRange(min = 1, max = 40) int count,
            @ForAll @IntRange(min = 1, max = 12) int pageSize, @ForAll boolean byCursor,
            @ForAll @Size(max = 6) List<@IntRange(max = 15) Integer> lives) {
        List<Long> expected = new ArrayList<>();
        String user = user(expected, count);
        List<Integer> all = new ArrayList<>(lives);
        all.add(Integer.MAX_VALUE);
        for (int life : all) {
            dieAfter = life;
            int done = READ.isEmpty() ? 0 : expected.indexOf(READ.get(READ.size() - 1)) + 1;
            int had = READ.size();
            Exchange out = rig.send(user, null, Map.of(
                    ZendeskOboConstants.QUERY, KEPT.getOrDefault("cursor", query(byCursor, pageSize))));

            assertThat(out.getException() == null).isEqualTo(dieAfter >= 0);
            if (READ.size() > had) {
                int first = expected.indexOf(READ.get(had));
                assertThat(first).isBetween(done - pageSize, done);
                assertThat(READ.subList(had, READ.size())).isEqualTo(expected.subList(first, first + READ.size() - had));
            }
        }
        assertThat(READ).containsAll(expected);
        assertThat(READ.get(READ.size() - 1)).isEqualTo(expected.get(count - 1));
    }
}
