package io.github.camelzendesk.obo.token;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.ApiClient;
import io.github.camelzendesk.obo.client.EngineSettings;

/**
 * A process to be killed in the middle of a refresh: {@code BASE_URI FOLDER KEY_FILE POINT}. It gets a token as a fresh
 * process does and says {@code alive} or why not; told to {@code go}, it refreshes, and at the point it says {@code at POINT} and
 * stands still. At the point {@link #RANDOM} it goes on refreshing until it is killed.
 */
public final class RefreshProcess {

    public static final String RANDOM = "at random";
    public static final String ON_ITS_WAY = "request on its way, processed";
    public static final String NOT_PROCESSED = "request on its way, not processed";

    /** In the order of what happens. */
    public static final List<String> POINTS = List.of(
            "before the renewal", "before the store is asked", "before fileSystemType 1", "after fileSystemType 1",
            "before read 1", "after read 1", "before delete 1", "after delete 1", "before createFile 1", "after createFile 1",
            "before write 1", "half of write 1", "after write 1", "before syncFolder 1", "after syncFolder 1",
            "before the change", "before the request", NOT_PROCESSED, ON_ITS_WAY, "answer arrived", "after the change",
            "before write 2", "half of write 2", "after write 2", "before rename 1", "after rename 1",
            "before syncFolder 2", "after syncFolder 2", "before delete 2", "after delete 2", "after the store", "token given");

    /** Zendesk has spent the old pair, and the new one is not on the disk. */
    public static final List<String> WINDOW
            = List.of(ON_ITS_WAY, "answer arrived", "after the change", "before write 2", "half of write 2");

    private static volatile @Nullable String point;
    private static final Map<String, Integer> counts = new HashMap<>();

    private RefreshProcess() {
    }

    public static void main(String[] args) throws Exception {
        URI zendesk = URI.create(args[0]);
        Clock clock = new Clock();
        ExecutorService threads = Executors.newCachedThreadPool();
        ApiClient client = new ApiClient(
                new EngineSettings(null, null, Duration.ofSeconds(10), 10, "test"), threads, threads,
                Executors.newSingleThreadScheduledExecutor(), clock);
        RefreshTokenSource source = new RefreshTokenSource();
        source.setClientId("my_client");
        source.setClientSecret("sample-secret-of-my-client");
        source.setStore(new Store(FileTokenStore.builder(Path.of(args[1])).key(StoreKey.fromFile(Path.of(args[2])))
                .disk(new HookedDisk()).build()));
        source.connect(new Engine(client), Origin.ofBaseUri(args[0]));

        say(fresh(source, zendesk));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        in.readLine();
        do {
            // the pair may be of a process whose clock was ahead as well
            Instant expiry = source.token().toCompletableFuture().join().expiresAt();
            clock.ahead = Duration.between(Instant.now(), expiry.plusSeconds(1));
            counts.clear();
            point = args[3];
            step("before the renewal");
            source.token().toCompletableFuture().join();
            step("token given");
            say("refreshed");
        } while (args[3].equals(RANDOM));
        say("not reached");
    }

    /** As the component does it: a token that Zendesk refuses is given up once. */
    private static String fresh(RefreshTokenSource source, URI zendesk) throws Exception {
        try {
            for (int i = 0; i < 2; i++) {
                AccessToken token = source.token().toCompletableFuture().join();
                HttpResponse<Void> answer = HttpClient.newHttpClient().send(
                        HttpRequest.newBuilder(zendesk.resolve(TokenProbe.PATH)).header("Authorization", "Bearer " + token.secret())
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                if (answer.statusCode() == 200) {
                    return "alive";
                }
                source.invalidate(token);
            }
            return "dead";
        } catch (CompletionException e) {
            return "problem " + e.getCause().getMessage();
        }
    }

    private static void say(String line) {
        System.out.println(line + ";");
        System.out.flush();
    }

    private static void step(String name) {
        if (name.equals(point)) {
            say("at " + name);
            while (true) {
                LockSupport.park();
            }
        }
    }

    private static final class Clock implements InstantSource {
        volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }
    }

    private record Store(TokenStore store) implements TokenStore {
        @Override
        public TokenPair load(TokenKey key) throws TokenStoreException {
            return store.load(key);
        }

        @Override
        public <X extends Exception> TokenPair update(TokenKey key, Change<X> change) throws TokenStoreException, X {
            step("before the store is asked");
            TokenPair stored = store.update(key, current -> {
                step("before the change");
                TokenPair made = change.apply(current);
                step("after the change");
                return made;
            });
            step("after the store");
            return stored;
        }

        @Override
        public void save(TokenKey key, TokenPair pair) throws TokenStoreException {
            store.save(key, pair);
        }
    }

    private record Engine(TokenEngine engine) implements TokenEngine {
        @Override
        public CompletionStage<TokenWire.Answer> post(
                Origin origin, String path, @Nullable AccessToken bearer, Map<String, ?> json) {
            step("before the request");
            CompletionStage<TokenWire.Answer> answer = engine.post(origin, path, bearer, json);
            step(NOT_PROCESSED);
            step(ON_ITS_WAY);
            return answer.thenApply(arrived -> {
                step("answer arrived");
                return arrived;
            });
        }

        @Override
        public Executor blocking() {
            return engine.blocking();
        }

        @Override
        public void later(Duration delay, Runnable task) {
            engine.later(delay, task);
        }

        @Override
        public InstantSource clock() {
            return engine.clock();
        }
    }

    private static final class HookedDisk extends Disk {

        private interface Operation<T> {
            T run() throws IOException;
        }

        private static <T> T around(String what, Operation<T> operation) throws IOException {
            String name = what + " " + counts.merge(what, 1, Integer::sum);
            step("before " + name);
            T result = operation.run();
            step("after " + name);
            return result;
        }

        @Override
        String fileSystemType(Path existing) {
            try {
                return around("fileSystemType", () -> super.fileSystemType(existing));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        void createFile(Path file) throws IOException {
            around("createFile", () -> {
                super.createFile(file);
                return null;
            });
        }

        @Override
        void write(Path file, byte[] bytes) throws IOException {
            around("write", () -> {
                String half = "half of write " + counts.get("write");
                if (half.equals(point)) {
                    super.write(file, Arrays.copyOf(bytes, bytes.length / 2));
                    step(half);
                }
                super.write(file, bytes);
                return null;
            });
        }

        @Override
        byte[] read(Path file, int longest) throws IOException {
            return around("read", () -> super.read(file, longest));
        }

        @Override
        void rename(Path from, Path to) throws IOException {
            around("rename", () -> {
                super.rename(from, to);
                return null;
            });
        }

        @Override
        void syncFolder(Path folder) throws IOException {
            around("syncFolder", () -> {
                super.syncFolder(folder);
                return null;
            });
        }

        @Override
        void delete(Path file) throws IOException {
            around("delete", () -> {
                super.delete(file);
                return null;
            });
        }
    }
}
