package io.github.camelzendesk.obo;

import java.nio.file.Path;

import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.postgresql.ds.PGSimpleDataSource;

import io.github.camelzendesk.obo.token.FileTokenStore;
import io.github.camelzendesk.obo.token.JdbcTokenStore;
import io.github.camelzendesk.obo.token.TokenStore;

/** One of several applications with one store: {@code BASE_URI STORE KEY_FILE BOARD NUMBER}. Sends until its input ends. */
final class ExchangeProcess {

    private ExchangeProcess() {
    }

    static TokenStore store(String place, String keyFile) {
        if (place.startsWith("jdbc:")) {
            PGSimpleDataSource database = new PGSimpleDataSource();
            database.setURL(place);
            JdbcTokenStore store = new JdbcTokenStore();
            store.setDataSource(database);
            store.setKeyFile(keyFile);
            store.setCreateSchema(true);
            return store;
        }
        FileTokenStore store = new FileTokenStore();
        store.setFolder(place);
        store.setKeyFile(keyFile);
        return store;
    }

    public static void main(String[] args) throws Exception {
        SharedBoard board = new SharedBoard(Path.of(args[3]));
        int number = Integer.parseInt(args[4]);
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("acme", GrantRig.refreshing(store(args[1], args[2])));
            ZendeskOboComponent component = camel.getComponent("zendesk-obo", ZendeskOboComponent.class);
            component.setClock(board.clock());
            component.getConfiguration().setBaseUri(args[0]);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").to("zendesk-obo:get:users/me?user=jane@example.com&tokenSource=#acme");
                }
            });
            camel.start();
            for (int i = 0; i < SharedBoard.WORKERS; i++) {
                int worker = i;
                Thread thread = new Thread(() -> work(camel, board, number, worker));
                thread.setDaemon(true);
                thread.start();
            }
            while (System.in.read() >= 0) {
                // until the parent closes it, or dies
            }
            System.exit(0);
        }
    }

    private static void work(DefaultCamelContext camel, SharedBoard board, int number, int worker) {
        ProducerTemplate template = camel.createProducerTemplate();
        while (true) {
            Exchange out = template.request("direct:in", exchange -> {
            });
            if (out.getException() == null) {
                board.succeeded(number, worker);
            } else {
                System.out.println("FAILED " + out.getException());
                board.failed(number, worker);
            }
        }
    }
}
