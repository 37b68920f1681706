package io.github.camelzendesk.obo.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.Origin;
import io.github.camelzendesk.obo.token.ZendeskService;

/**
 * Keeps each account's requests within Zendesk's limits, for one JVM: learns the limits from the answers, spreads what is left
 * evenly over the rest of the window, and lets messages wait in the order in which they came instead of having them refused.
 * A limit of one endpoint, one record or one user holds up nothing else. Whatever other programs use is seen in the answers.
 * <p>
 * Without an own bean, each component has one for all its endpoints. Thread-safe; holds no thread.
 *
 * @see <a href="https://developer.zendesk.com/api-reference/introduction/rate-limits/">Zendesk: Rate limits</a>
 */
public final class AccountRateBudget implements RateBudget {

    /** What a 429 without any hint makes wait: the same as in Zendesk's own client for Ruby. */
    static final Duration WITHOUT_A_HINT = Duration.ofSeconds(10);

    private static final int SMALLEST_PLAN = 200;
    private static final int MANY = 10_000;
    private static final int MOST_OPERATIONS = 1_000;
    /** For single records and users; beyond it those that end first are forgotten. */
    private static final int MOST_KNOWN = 10_000;
    private static final Duration SOON = Duration.ofMillis(1);

    private final Map<Key, Account> accounts = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Timer> timers = new CopyOnWriteArrayList<>();
    private final AtomicLong asked = new AtomicLong();
    private int assumedLimit = SMALLEST_PLAN;
    private int maxWaiting = MANY;
    private int reservedPercent;

    /** Support and Help Center are counted apart. */
    private record Key(Origin origin, ZendeskService service) {
    }

    /**
     * How many requests in a minute to assume until an answer tells, and when none ever does. 200 by default, the least that
     * Zendesk gives to an account with an API of its own.
     */
    public void setAssumedLimit(int requestsPerMinute) {
        this.assumedLimit = positive("assumedLimit", requestsPerMinute);
    }

    public int getAssumedLimit() {
        return assumedLimit;
    }

    /** How many messages may wait for one account; the next one fails. 10,000 by default. Each holds its message in memory. */
    public void setMaxWaiting(int messages) {
        this.maxWaiting = positive("maxWaiting", messages);
    }

    public int getMaxWaiting() {
        return maxWaiting;
    }

    /**
     * Which part of the limit only {@link #urgent()} may use, in percent, from 0 (the default) to 90. What it has not used
     * becomes free to all little by little as the window ends.
     */
    public void setReservedPercent(int percent) {
        if (percent < 0 || percent > 90) {
            throw new IllegalArgumentException("reservedPercent must be from 0 to 90");
        }
        this.reservedPercent = percent;
    }

    public int getReservedPercent() {
        return reservedPercent;
    }

    private static int positive(String option, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(option + " must be positive");
        }
        return value;
    }

    /** The same budget for traffic that goes first and may use what is reserved. */
    public RateBudget urgent() {
        return new UrgentRateBudget(this);
    }

    /** The {@link AccountRateBudget} behind a bean, or null when it is another kind. */
    static @Nullable AccountRateBudget of(RateBudget budget) {
        return budget instanceof AccountRateBudget own ? own : budget instanceof UrgentRateBudget urgent ? urgent.getBudget() : null;
    }

    /** Gives it the time. It may serve several components; the last one's time is used. */
    void connect(Timer timer) {
        timers.addIfAbsent(timer);
    }

    /** What its requests still have to report is counted all the same. */
    void disconnect(Timer timer) {
        if (timers.size() > 1) {
            timers.remove(timer);
            accounts.values().forEach(Account::wakeAnew);
        }
    }

    private Timer timer() {
        if (timers.isEmpty()) {
            throw new IllegalStateException("the budget is in use by no started component");
        }
        return timers.get(timers.size() - 1);
    }

    @Override
    public CompletionStage<Permit> acquire(Demand demand) {
        return acquire(demand, false);
    }

    CompletionStage<Permit> acquire(Demand demand, boolean urgent) {
        ApiRequest request = demand.request();
        return accounts.computeIfAbsent(new Key(request.origin(), request.service()), key -> new Account())
                .acquire(new Waiter(demand, urgent, asked.getAndIncrement()));
    }

    /** A message that asks. The first ones come first, the urgent ones before; no two are equal, whoever numbered them. */
    private static final class Waiter extends CompletableFuture<Permit> implements Comparable<Waiter> {

        private final Demand demand;
        private final boolean urgent;
        private final long number;
        private final String operation;
        private final String record;
        private final String user;

        Waiter(Demand demand, boolean urgent, long number) {
            this.demand = demand;
            this.urgent = urgent;
            this.number = number;
            ApiRequest request = demand.request();
            String path = request.path();
            int query = path.indexOf('?');
            this.operation = request.operation();
            this.record = request.method() + " " + (query < 0 ? path : path.substring(0, query));
            this.user = request.user().headerValue();
        }

        @Override
        public int compareTo(Waiter other) {
            int first = urgent != other.urgent ? Boolean.compare(other.urgent, urgent) : Long.compare(demand.order(), other.demand.order());
            return first != 0 ? first : Long.compare(number, other.number);
        }
    }

    /** Whom an endpoint's limit is for. Its name is all there is to go by. */
    private static String scope(String bucket, Waiter waiter) {
        return bucket.contains("by-user") ? bucket + " " + waiter.user
                : bucket.startsWith("per-") ? bucket + " " + waiter.user + " " + waiter.record : bucket;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** What Zendesk wants left alone after a 429 that named no limit: some records, or all that an operation does. */
    private static final class Closure {

        private final Map<String, Instant> records = new HashMap<>();
        private Instant all = Instant.MIN;

        Instant until(Waiter waiter) {
            return later(all, records.getOrDefault(waiter.record, Instant.MIN));
        }

        /** One record's limit is as likely as the operation's, and holds up nobody else. A second record settles it. */
        void close(Waiter waiter, Instant until, Instant now) {
            records.values().removeIf(over -> !over.isAfter(now));
            if (records.keySet().stream().anyMatch(record -> !record.equals(waiter.record))) {
                all = later(all, until);
            }
            records.merge(waiter.record, until, AccountRateBudget::later);
        }
    }

    /** Those of one operation whom the account would let go. */
    private static final class Held {

        private final TreeSet<Waiter> waiters = new TreeSet<>();
        private Instant until = Instant.MAX;
    }

    /** All that is known of one account, and who waits for it. */
    private final class Account {

        private final ServerClock clock = new ServerClock();
        private final RateWindow all = RateWindow.ofAccount(clock, assumedLimit);
        /** by {@link #scope} */
        private final Map<String, RateWindow> endpoints = new HashMap<>();
        private int endpointsToLookAt = MOST_KNOWN / 10;
        /** by operation, the names of the limits that it was seen to have */
        private final Map<String, Set<String>> limits = lastUsed();
        /** by operation */
        private final Map<String, Closure> closures = lastUsed();
        /** those for whom nothing but the account's limit can be in the way */
        private final TreeSet<Waiter> waiting = new TreeSet<>();
        /** the others, by operation; looked at again when their time comes or an answer tells of that operation */
        private final Map<String, Held> held = new HashMap<>();
        private int waiters;
        private @Nullable Instant wakeAt;
        private Runnable callOff = () -> {
        };

        private static <T> Map<String, T> lastUsed() {
            return new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                    return size() > MOST_OPERATIONS;
                }
            };
        }

        Instant now() {
            return timer().now();
        }

        CompletionStage<Permit> acquire(Waiter waiter) {
            synchronized (this) {
                Instant now = timer().now();
                Instant shut = closures.containsKey(waiter.operation) ? closures.get(waiter.operation).until(waiter) : Instant.MIN;
                shut = later(shut, all.closed());
                if (shut.isAfter(waiter.demand.latest())) {
                    return CompletableFuture.failedStage(new Exhausted(
                            "Zendesk asked to wait longer than the message may (maxWait)", Duration.between(now, shut)));
                } else if (waiters >= maxWaiting) {
                    Instant over = all.over();
                    return CompletableFuture.failedStage(new Exhausted(
                            maxWaiting + " messages wait for this account already (maxWaiting of the rateBudget): let fewer be "
                                                               + "under way at the same time",
                            over == null || over.isBefore(now) ? null : Duration.between(now, over)));
                }
                waiters++;
                waiting.add(waiter);
            }
            waiter.whenComplete((permit, failure) -> {
                if (failure != null) {
                    forget(waiter);
                }
            });
            pump();
            return waiter;
        }

        private synchronized void forget(Waiter waiter) {
            Held others = held.get(waiter.operation);
            if (waiting.remove(waiter) || others != null && others.waiters.remove(waiter)) {
                waiters--;
            }
        }

        private void hold(Waiter waiter, Instant until) {
            Held others = held.computeIfAbsent(waiter.operation, operation -> new Held());
            others.waiters.add(waiter);
            others.until = until.isBefore(others.until) ? until : others.until;
        }

        /** It may be that they may go now. */
        void release(String operation) {
            Held released = held.remove(operation);
            if (released != null) {
                waiting.addAll(released.waiters);
            }
        }

        /** Lets go whoever may go, and comes back when the next one may. */
        void pump() {
            Map<Waiter, Permit> go = new LinkedHashMap<>();
            synchronized (this) {
                Instant now = timer().now();
                List<String> due = new ArrayList<>();
                held.forEach((operation, others) -> {
                    if (!others.until.isAfter(now)) {
                        due.add(operation);
                    }
                });
                due.forEach(this::release);
                Instant wake = Instant.MAX;
                while (!waiting.isEmpty()) {
                    Waiter waiter = waiting.first();
                    Instant account = all.next(now, waiter.urgent ? 0 : reservedPercent / 100.0);
                    if (account.isAfter(now)) {
                        // nor may those after it
                        wake = account;
                        break;
                    }
                    waiting.remove(waiter);
                    List<RateWindow> windows = windows(waiter);
                    Closure closure = closures.get(waiter.operation);
                    Instant at = closure == null ? Instant.MIN : closure.until(waiter);
                    for (RateWindow window : windows) {
                        at = later(at, window.next(now, 0));
                    }
                    if (at.isAfter(now)) {
                        hold(waiter, at);
                        continue;
                    }
                    waiters--;
                    windows.add(all);
                    windows.forEach(window -> window.granted(now));
                    go.put(waiter, new Granted(this, waiter, windows));
                }
                for (Held others : held.values()) {
                    wake = others.until.isBefore(wake) ? others.until : wake;
                }
                wakeAt(now, wake);
            }
            go.forEach((waiter, permit) -> {
                if (!waiter.complete(permit)) {
                    permit.close();
                }
            });
        }

        /** The timer that was to wake those who wait may be gone. */
        void wakeAnew() {
            synchronized (this) {
                callOff.run();
                wakeAt = null;
            }
            pump();
        }

        private void wakeAt(Instant now, Instant wake) {
            if (wake.equals(wakeAt)) {
                return;
            }
            callOff.run();
            if (wake.equals(Instant.MAX)) {
                wakeAt = null;
                return;
            }
            wakeAt = wake;
            Duration delay = Duration.between(now, wake);
            callOff = timer().in(delay.compareTo(SOON) < 0 ? SOON : delay, () -> {
                synchronized (this) {
                    wakeAt = null;
                }
                pump();
            });
        }

        /** Those of endpoints that count a request of this one. */
        private List<RateWindow> windows(Waiter waiter) {
            List<RateWindow> windows = new ArrayList<>(2);
            for (String bucket : limits.getOrDefault(waiter.operation, Set.of())) {
                RateWindow window = endpoints.get(scope(bucket, waiter));
                if (window != null) {
                    windows.add(window);
                }
            }
            return windows;
        }

        private void learn(
                Waiter waiter, List<RateWindow> windows, int status, AnswerHeaders headers, Instant sent, Instant now) {
            clock.learn(headers.date(), sent, now);
            Set<RateWindow> unseen = new HashSet<>(windows);
            unseen.remove(all);
            Long limit = headers.rateLimit();
            Long remaining = headers.rateLimitRemaining();
            boolean told = limit != null && limit > 0 && remaining != null;
            // before it is counted: other answers of this window tell that the account has something left
            boolean accountHasMore = told ? remaining > 0 : all.told() && all.left() > 0;
            if (told) {
                all.answered(limit, remaining, headers.rateLimitReset(), headers.date(), sent, now);
            } else {
                all.countedUnseen(now);
                all.silent(now);
            }
            RateWindow usedUp = accountHasMore ? null : all;
            for (Bucket bucket : headers.buckets()) {
                if (bucket.total() <= 0) {
                    continue;
                }
                limits.computeIfAbsent(waiter.operation, operation -> new TreeSet<>()).add(bucket.name());
                RateWindow window = endpoints.computeIfAbsent(
                        scope(bucket.name(), waiter), scope -> RateWindow.ofEndpoint(clock, bucket.total()));
                if (!unseen.remove(window)) {
                    window.launchedUnasked();
                }
                window.answered(bucket.total(), bucket.remaining(), bucket.resets(), headers.date(), sent, now);
                usedUp = bucket.remaining() == 0 ? window : usedUp;
            }
            unseen.forEach(window -> window.countedUnseen(now));
            if (status == 429) {
                refused(waiter, usedUp, headers.retryAfter(), now);
            }
            forgetOld(now);
        }

        /** @param usedUp the limit that surely is the one, or null when no answer told of it */
        private void refused(Waiter waiter, @Nullable RateWindow usedUp, @Nullable Duration retryAfter, Instant now) {
            if (usedUp == null) {
                Instant until = now.plus(retryAfter == null ? WITHOUT_A_HINT : retryAfter);
                closures.computeIfAbsent(waiter.operation, operation -> new Closure()).close(waiter, until, now);
            } else if (retryAfter != null) {
                usedUp.close(now.plus(retryAfter));
            } else if (usedUp.left() > 0 || usedUp.over() == null) {
                usedUp.close(now.plus(WITHOUT_A_HINT));
            }
            // else the end of its window is known
        }

        private void forgetOld(Instant now) {
            if (endpoints.size() < endpointsToLookAt) {
                return;
            }
            endpoints.values().removeIf(window -> window.over(now));
            if (endpoints.size() > MOST_KNOWN) {
                endpoints.values().removeIf(window -> window.left() > 0);
            }
            endpointsToLookAt = Math.max(MOST_KNOWN / 10, endpoints.size() * 2);
        }
    }

    private static final class Granted implements Permit {

        private final Account account;
        private final Waiter waiter;
        private final List<RateWindow> windows;
        private boolean used;

        Granted(Account account, Waiter waiter, List<RateWindow> windows) {
            this.account = account;
            this.waiter = waiter;
            this.windows = windows;
        }

        @Override
        public Flight launch() {
            synchronized (account) {
                if (!used) {
                    used = true;
                    windows.forEach(RateWindow::launched);
                } else {
                    windows.forEach(RateWindow::launchedUnasked);
                }
            }
            return new Launched(account, waiter, windows, account.now());
        }

        @Override
        public void close() {
            synchronized (account) {
                if (used) {
                    return;
                }
                used = true;
                windows.forEach(RateWindow::givenBack);
                account.release(waiter.operation);
            }
            account.pump();
        }
    }

    private static final class Launched implements Flight {

        private final Account account;
        private final Waiter waiter;
        private final List<RateWindow> windows;
        private final Instant sent;
        private boolean over;

        Launched(Account account, Waiter waiter, List<RateWindow> windows, Instant sent) {
            this.account = account;
            this.waiter = waiter;
            this.windows = windows;
            this.sent = sent;
        }

        @Override
        public void answered(int status, AnswerHeaders headers) {
            ends(now -> account.learn(waiter, windows, status, headers, sent, now));
        }

        @Override
        public void lost() {
            ends(now -> windows.forEach(window -> window.countedUnseen(now)));
        }

        @Override
        public void unsent() {
            ends(now -> windows.forEach(RateWindow::notSent));
        }

        private void ends(Consumer<Instant> how) {
            synchronized (account) {
                if (over) {
                    return;
                }
                over = true;
                how.accept(account.now());
                account.release(waiter.operation);
            }
            account.pump();
        }
    }

    @Override
    public String toString() {
        return "AccountRateBudget[" + accounts.size() + " accounts]";
    }
}
