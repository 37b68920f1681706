package io.github.camelzendesk.obo;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which a route goes on after an answer. A few, so that thousands of answers do not become thousands of
 * threads; but a route that waits on one of them for another answer (a synchronous call within the route) must not be able
 * to use them all up, so when none has come free for a while and work is waiting, there are more.
 * <p>
 * Runs what it is given in any case: on the thread of the caller when the pool is gone, so that an exchange completes even
 * in the middle of a shutdown.
 */
final class RouteThreads implements Executor {

    private static final int FEW = Math.max(4, Runtime.getRuntime().availableProcessors());
    private static final int MANY = 512;
    private static final long LOOK_EVERY_MILLIS = 100;

    private final CamelContext context;
    private final ExecutorService pool;
    private final @Nullable ScheduledFuture<?> look;
    private long completedAtLastLook;
    private int quietLooks;
    private int stuckLooks;

    RouteThreads(CamelContext context, Object owner, ScheduledExecutorService scheduler) {
        this.context = context;
        ThreadPoolProfile profile = new ThreadPoolProfile("ZendeskObo");
        profile.setPoolSize(FEW);
        profile.setMaxPoolSize(MANY);
        profile.setMaxQueueSize(Integer.MAX_VALUE);
        profile.setKeepAliveTime(30L);
        profile.setTimeUnit(TimeUnit.SECONDS);
        profile.setAllowCoreThreadTimeOut(true);
        profile.setRejectedPolicy(ThreadPoolRejectedPolicy.Abort);
        this.pool = context.getExecutorServiceManager().newThreadPool(owner, "ZendeskObo", profile);
        // with virtual threads there is no pool to run dry
        this.look = pool instanceof ThreadPoolExecutor threads
                ? scheduler.scheduleWithFixedDelay(() -> look(threads), LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS,
                        TimeUnit.MILLISECONDS)
                : null;
    }

    private void look(ThreadPoolExecutor threads) {
        long completed = threads.getCompletedTaskCount();
        if (threads.getQueue().isEmpty()) {
            stuckLooks = 0;
            // back to a few once the rush is over; what is idle ends by itself
            if (++quietLooks >= 300 && threads.getCorePoolSize() > FEW) {
                threads.setCorePoolSize(FEW);
            }
        } else {
            quietLooks = 0;
            boolean stuck = completed == completedAtLastLook && threads.getActiveCount() >= threads.getCorePoolSize();
            stuckLooks = stuck ? stuckLooks + 1 : 0;
            // once is what it looks like after the whole JVM stood still, as for a collection
            if (stuckLooks >= 2) {
                threads.setCorePoolSize(Math.min(MANY, threads.getCorePoolSize() * 2));
            }
        }
        completedAtLastLook = completed;
    }

    @Override
    public void execute(Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    /** Lets what is there finish; what has not begun by then goes on here, since an exchange waits for it. */
    void stop(Duration patience) {
        if (look != null) {
            look.cancel(false);
        }
        pool.shutdown();
        try {
            if (!pool.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                pool.shutdownNow().forEach(Runnable::run);
            }
        } catch (InterruptedException e) {
            pool.shutdownNow().forEach(Runnable::run);
            Thread.currentThread().interrupt();
        }
        context.getExecutorServiceManager().shutdownNow(pool);
    }
}
