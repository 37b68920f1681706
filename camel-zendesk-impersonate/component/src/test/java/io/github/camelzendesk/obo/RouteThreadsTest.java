package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RouteThreadsTest {

    private static final int FEW = Math.max(4, Runtime.getRuntime().availableProcessors());

    private final DefaultCamelContext camel = new DefaultCamelContext();
    /** What the pool wants done every 100 ms; done here when the test says so. */
    private final AtomicReference<Runnable> look = new AtomicReference<>();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private RouteThreads threads;

    @BeforeEach
    void start() {
        camel.start();
        threads = new RouteThreads(camel, this, scheduler());
        CompletableFuture<Void> once = new CompletableFuture<>();
        threads.execute(() -> once.complete(null));
        assertThat(once).succeedsWithin(Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
        threads.stop(Duration.ofSeconds(5));
        camel.stop();
    }

    private ScheduledExecutorService scheduler() {
        Object future = Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { ScheduledFuture.class },
                (proxy, method, arguments) -> method.getName().equals("cancel") && !cancelled.getAndSet(true));
        return (ScheduledExecutorService) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] { ScheduledExecutorService.class }, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("scheduleWithFixedDelay");
                    look.set((Runnable) arguments[0]);
                    return future;
                });
    }

    @Test
    void aFewThreadsAreEnoughWhileThereIsProgress() {
        List<CompletableFuture<String>> names = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            CompletableFuture<String> name = new CompletableFuture<>();
            threads.execute(() -> name.complete(Thread.currentThread().getName()));
            names.add(name);
        }
        names.forEach(name -> assertThat(name).succeedsWithin(Duration.ofSeconds(5)));
        look.get().run();

        assertThat(names.stream().map(CompletableFuture::join).distinct()).hasSizeLessThanOrEqualTo(FEW);
        assertThat(names.get(0).join()).contains("ZendeskObo");
    }

    @Test
    void thereAreMoreWhenAllOfThemWaitForWorkThatIsQueuedBehindThem() {
        CountDownLatch release = new CountDownLatch(1);
        int waiting = 3 * FEW;
        CountDownLatch started = new CountDownLatch(waiting);
        for (int i = 0; i < waiting; i++) {
            threads.execute(() -> {
                started.countDown();
                await(release);
            });
        }
        threads.execute(release::countDown);

        for (int i = 0; i < 100 && release.getCount() > 0; i++) {
            look.get().run();
            await(release, 20);
        }
        assertThat(release.getCount()).isZero();
        assertThat(started.getCount()).isZero();
    }

    /** After a collection that took long, nothing was done since the last look either. */
    @Test
    void aPauseOfTheWholeJvmMakesNoMore() throws Exception {
        for (int i = 0; i < 10; i++) {
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(2 * FEW);
            for (int task = 0; task < 2 * FEW; task++) {
                threads.execute(() -> {
                    await(release);
                    over.countDown();
                });
            }
            look.get().run();
            look.get().run();
            release.countDown();
            await(over);
            assertThat(kept()).as("after pause " + i).isEqualTo(FEW);
        }
    }

    @Test
    void thereAreFewAgainLater() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<CompletableFuture<String>> names = new ArrayList<>();
        for (int i = 0; i < 4 * FEW; i++) {
            CompletableFuture<String> name = new CompletableFuture<>();
            names.add(name);
            threads.execute(() -> {
                name.complete(Thread.currentThread().getName());
                await(release);
            });
        }
        for (int i = 0; i < 100 && !names.stream().allMatch(CompletableFuture::isDone); i++) {
            look.get().run();
            await(release, 20);
        }
        assertThat(names.stream().map(CompletableFuture::join).distinct()).hasSize(4 * FEW);
        assertThat(kept()).isGreaterThan(FEW);
        release.countDown();
        for (int i = 0; i < 310; i++) {
            look.get().run();
        }

        assertThat(kept()).isEqualTo(FEW);
    }

    /** How many threads stay when there is nothing to do, until they have had nothing to do for long enough. */
    private int kept() throws Exception {
        Field pool = RouteThreads.class.getDeclaredField("pool");
        pool.setAccessible(true);
        return ((ThreadPoolExecutor) pool.get(threads)).getCorePoolSize();
    }

    @Test
    void whatComesAfterTheStopRunsWithWhoeverBringsIt() {
        threads.stop(Duration.ofSeconds(5));
        AtomicReference<Thread> ran = new AtomicReference<>();
        threads.execute(() -> ran.set(Thread.currentThread()));

        assertThat(ran.get()).isSameAs(Thread.currentThread());
        assertThat(cancelled).isTrue();
    }

    @Test
    void whatIsQueuedAtTheStopStillRuns() {
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < FEW; i++) {
            threads.execute(() -> await(release));
        }
        CompletableFuture<Void> queued = new CompletableFuture<>();
        threads.execute(() -> queued.complete(null));
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> threads.stop(Duration.ofSeconds(10)));
        RawServer.daemon(release::countDown);

        assertThat(queued).succeedsWithin(Duration.ofSeconds(10));
        assertThat(stopped).succeedsWithin(Duration.ofSeconds(15));
    }

    @Test
    void whatHasNotBegunWhenPatienceEndsRunsWithWhoeverStops() {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < FEW; i++) {
            threads.execute(() -> await(never));
        }
        AtomicReference<Thread> ran = new AtomicReference<>();
        threads.execute(() -> ran.set(Thread.currentThread()));
        threads.stop(Duration.ofMillis(50));

        assertThat(ran.get()).isSameAs(Thread.currentThread());
    }

    private static void await(CountDownLatch latch) {
        await(latch, 30_000);
    }

    private static void await(CountDownLatch latch, long millis) {
        try {
            latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
