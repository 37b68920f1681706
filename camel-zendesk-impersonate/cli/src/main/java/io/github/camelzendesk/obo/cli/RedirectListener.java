package io.github.camelzendesk.obo.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * Waits at the redirect address, on this machine only. An answer to another question is told so and changes nothing; the first
 * one to this question ends the waiting, and its browser is shown what came of it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8252#section-7.3">RFC 8252, section 7.3</a>
 */
final class RedirectListener implements AutoCloseable {

    static final String PATH = "/callback";
    /** For as long as redeeming, storing and checking may take. */
    private static final Duration RESULT = Duration.ofSeconds(60);

    private final Consent consent;
    private final Consumer<String> notes;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "zendesk-obo-redirect");
        thread.setDaemon(true);
        return thread;
    });
    private final CompletableFuture<Consent.Arrival> arrived = new CompletableFuture<>();
    private final CompletableFuture<ResultPage> result = new CompletableFuture<>();
    private final CountDownLatch shown = new CountDownLatch(1);

    RedirectListener(Consent consent, int port, Consumer<String> notes) throws CommandFailed {
        this.consent = consent;
        this.notes = notes;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        } catch (BindException e) {
            throw new CommandFailed("Port " + port + " of this machine is in use. Free it; or register another redirect URL for the "
                                    + "OAuth client and name its port by --redirect-port; or use --paste");
        } catch (IOException e) {
            throw new CommandFailed("Port " + port + " of this machine cannot be listened on (" + e.getClass().getSimpleName() + ")");
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    static URI address(int port) {
        return URI.create("http://127.0.0.1:" + port + PATH);
    }

    /** @return null when none came in time */
    Consent.@Nullable Arrival await(Duration patience) throws CommandFailed {
        try {
            return arrived.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("Interrupted");
        }
    }

    /** Tells the browser, which is waiting. */
    void show(ResultPage page) {
        result.complete(page);
        try {
            shown.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                answer(exchange, ResultPage.notFound());
                return;
            }
            String query = exchange.getRequestURI().getRawQuery();
            Consent.Arrival arrival = query == null || !exchange.getRequestMethod().equals("GET")
                    ? new Consent.Unreadable() : consent.read(query);
            if (arrival instanceof Consent.WrongState) {
                notes.accept("An answer with a wrong state came and was left alone. Waiting for the right one");
                answer(exchange, ResultPage.wrongState());
            } else if (arrival instanceof Consent.Unreadable) {
                answer(exchange, ResultPage.unreadable());
            } else {
                // a second visit, such as a reload, is shown what came of the first
                arrived.complete(arrival);
                answer(exchange, awaitResult());
                shown.countDown();
            }
        }
    }

    private ResultPage awaitResult() {
        try {
            return result.get(RESULT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            return ResultPage.error("zendesk-obo authorize is still at work, or was stopped. See its own output.");
        }
    }

    private static void answer(HttpExchange exchange, ResultPage page) throws IOException {
        byte[] html = page.html();
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.getResponseHeaders().set(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'");
        exchange.sendResponseHeaders(page.status(), html.length);
        exchange.getResponseBody().write(html);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
