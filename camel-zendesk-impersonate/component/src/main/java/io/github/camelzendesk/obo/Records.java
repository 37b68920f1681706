package io.github.camelzendesk.obo;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.ApiRequest;
import io.github.camelzendesk.obo.client.Failure;
import io.github.camelzendesk.obo.client.Following;
import io.github.camelzendesk.obo.client.PageTurner;
import io.github.camelzendesk.obo.client.RecordPage;
import io.github.camelzendesk.obo.client.Reply;
import io.github.camelzendesk.obo.client.UnusablePage;

/**
 * The records of all pages of a list, in Zendesk's order: what {@code responseBody=records} makes the body of the message.
 * The pages are fetched while it is read, for the user of the message, at most one of them ahead; one record is in memory.
 * The thread that reads waits where a page is not there yet.
 * <p>
 * When a page cannot be had, {@link #next} throws the {@link ZendeskOboException} that says why, after all records before it
 * were returned. It is a checked exception that no signature announces: an {@code Iterator} has none, and wrapped it would
 * be another one to {@code onException}. A list that was not read to its end never looks as if it had been: whoever reads on
 * after a failure gets it again, and after {@link #close} an {@link IllegalStateException}.
 * <p>
 * Read by one thread at a time; any thread may close it. The end of the exchange does.
 */
public final class Records implements Iterator<JsonNode>, Closeable {

    private static final StackWalker STACK = StackWalker.getInstance();
    private static final Set<String> OF_ITERATORS = Set.of("hasNext", "next", "doHasNext", "doNext");

    private final ZendeskOboEndpoint.Call call;
    private final ApiRequest request;
    private final ObjectMapper json;
    private final Function<ApiRequest, CompletionStage<Reply>> client;
    private final BiFunction<Reply.Answer, String, Failure> unusable;

    private final Object lock = new Object();
    private @Nullable PageTurner pages;
    private @Nullable RecordPage page;
    private Reply.@Nullable Answer answer;
    private Following following = new Following.Last();
    /** The next page, when it was asked for; until it is taken it belongs to whoever closes this. */
    private @Nullable CompletableFuture<Reply> ahead;
    private String cursorOfPage = "";
    private String cursor = "";
    private int number;
    private @Nullable Exception failure;
    private boolean failed;
    private boolean closed;
    /** Then whoever waits for a page is the splitter too, and wants no failure. */
    private boolean releasedBySplit;

    /**
     * @param request  the one that the first page answered
     * @param client   sends the requests for the other pages
     * @param unusable what becomes of an answer that cannot be used, for the reason given
     */
    Records(
            ZendeskOboEndpoint.Call call, ApiRequest request, ObjectMapper json,
            Function<ApiRequest, CompletionStage<Reply>> client, BiFunction<Reply.Answer, String, Failure> unusable) {
        this.call = call;
        this.request = request;
        this.json = json;
        this.client = client;
        this.unusable = unusable;
        this.pages = new PageTurner(request.path(), request.origin(), call.query());
    }

    /** Opens the first page. @return why it cannot be used, or null; nothing is left of it then */
    @Nullable Failure begin(Reply.Answer first) {
        synchronized (lock) {
            Failure broken = open(first);
            if (broken == null && following instanceof Following.Broken end) {
                // better before the first record than after a part of them
                broken = unusable.apply(first, cannotFollow(end));
            }
            if (broken != null) {
                close();
            }
            cursor = cursorOfPage;
            return broken;
        }
    }

    /**
     * Whether there is another record, or a failure that {@link #next} throws.
     *
     * @throws IllegalStateException when it was closed
     */
    @Override
    public boolean hasNext() {
        while (true) {
            CompletableFuture<Reply> coming;
            ApiRequest toSend;
            synchronized (lock) {
                boolean betweenPages = page == null || page.read() == 0 || page.read() == page.count();
                if (betweenPages && splitIsOver()) {
                    releasedBySplit = true;
                    close();
                    return false;
                } else if (failed) {
                    throw sneaky(failure);
                } else if (failure != null) {
                    return true;
                } else if (closed) {
                    throw new IllegalStateException(
                            "the records of " + call.text() + " were closed: they are read once, and within the exchange");
                } else if (page.read() < page.count()) {
                    return true;
                } else if (following instanceof Following.Last) {
                    // the file need not wait for the end of the exchange
                    page.close();
                    return false;
                } else if (following instanceof Following.Broken end) {
                    fail(unusable.apply(answer, cannotFollow(end)));
                    return true;
                }
                toSend = ahead == null ? askAhead() : null;
                coming = ahead;
            }
            send(toSend, coming);
            if (!take(coming)) {
                return false;
            }
        }
    }

    /**
     * The next record.
     *
     * @throws NoSuchElementException when there is none
     * @throws IllegalStateException  when it was closed
     */
    @Override
    public JsonNode next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        JsonNode record;
        ApiRequest toSend = null;
        CompletableFuture<Reply> coming = null;
        synchronized (lock) {
            if (failure == null && closed) {
                throw new IllegalStateException("the records of " + call.text() + " were closed while they were read");
            }
            record = failure == null ? read() : null;
            if (record == null) {
                failed = true;
                close();
                throw sneaky(failure);
            }
            cursor = cursorOfPage;
            boolean half = 2 * page.read() >= page.count();
            if (half && ahead == null && following instanceof Following.Page && !splitIsOver()) {
                toSend = askAhead();
                coming = ahead;
            }
        }
        send(toSend, coming);
        return record;
    }

    /**
     * Whether Camel's splitter is done and only gives back its exchanges. However a split ends, also when it was stopped, the
     * splitter goes through all that is left of the iterator for that, before it closes it: it would fetch every page there
     * is, and the cursor would move on beyond the record that failed. Nothing but the stack tells that apart from reading.
     */
    private static boolean splitIsOver() {
        return STACK.walk(frames -> frames.dropWhile(frame -> OF_ITERATORS.contains(frame.getMethodName())
                || frame.getClassName().equals(Records.class.getName())).findFirst()).filter(
                        frame -> frame.getMethodName().equals("doDone")
                                && frame.getClassName().equals("org.apache.camel.processor.MulticastProcessor"))
                .isPresent();
    }

    private @Nullable JsonNode read() {
        try {
            return page.next();
        } catch (UnusablePage e) {
            fail(unusable.apply(answer, "page " + number + " of the list cannot be read: " + e.getMessage()));
        } catch (IOException e) {
            fail(unusable.apply(answer, unreadable(e)));
        } catch (RuntimeException e) {
            failure = e;
        }
        return null;
    }

    private ApiRequest askAhead() {
        ahead = new CompletableFuture<>();
        return request.of(((Following.Page) following).path());
    }

    /** Not under the lock: what is called here may be the user's, such as the token source. */
    private void send(@Nullable ApiRequest toSend, @Nullable CompletableFuture<Reply> coming) {
        if (toSend == null || coming.isDone()) {
            return;
        }
        CompletionStage<Reply> sent;
        try {
            sent = client.apply(toSend);
        } catch (RuntimeException e) {
            sent = CompletableFuture.failedStage(e);
        }
        sent.whenComplete((reply, e) -> {
            if (!(e == null ? coming.complete(reply) : coming.completeExceptionally(e))) {
                discard(reply);
            }
        });
    }

    /** Waits for a page and opens it. @return whether to look on */
    private boolean take(CompletableFuture<Reply> coming) {
        Reply reply = null;
        Exception none = null;
        try {
            reply = coming.get();
        } catch (ExecutionException e) {
            none = e.getCause() instanceof Exception cause ? cause : e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            none = exception(Failure.unsent(
                    Failure.Kind.TRANSPORT, "the thread that reads the list was interrupted while it waited for a page", e));
        }
        synchronized (lock) {
            if (closed) {
                // whoever closed it has seen to the answer
                return !releasedBySplit;
            } else if (reply == null) {
                failure = none;
                return true;
            }
            ahead = null;
            page.close();
            Failure broken = reply instanceof Reply.Answer came ? open(came) : (Failure) reply;
            if (broken != null) {
                fail(broken);
            }
            return true;
        }
    }

    private @Nullable Failure open(Reply.Answer came) {
        answer = came;
        number++;
        cursorOfPage = pages.cursor();
        if (MessageBinding.isHtml(came)) {
            came.body().delete();
            return unusable.apply(came, MessageBinding.HTML);
        }
        try {
            page = page == null ? RecordPage.open(came.body(), json, call.path().literals()) : page.next(came.body());
        } catch (UnusablePage e) {
            return unusable.apply(came, "page " + number + " of the list cannot be read: " + e.getMessage());
        } catch (IOException e) {
            return unusable.apply(came, unreadable(e));
        }
        following = pages.turn(page);
        return null;
    }

    private String unreadable(IOException e) {
        return "page " + number + " of the list was received, but cannot be read back from the disk: " + e.getClass().getSimpleName();
    }

    private String cannotFollow(Following.Broken end) {
        return "page " + number + " of the list does not lead to the next one: " + end.why();
    }

    private void fail(Failure why) {
        failure = exception(why);
    }

    private Exception exception(Failure why) {
        return ZendeskOboException.of(call.text(), request.user(), why);
    }

    /**
     * The query of the page that the record returned last came from, or of the first page; without what {@code query.} options
     * fix. In the header {@code CamelZendeskOboQuery} it makes the list begin with that page again, also in another process.
     * Empty when the page has no query. May hold personal data, as the query of the message may. Any thread may ask, also
     * when this is closed.
     */
    public String getCursor() {
        synchronized (lock) {
            return cursor;
        }
    }

    /** Deletes what is left and asks for nothing more. May be called more than once, and from any thread. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            if (page != null) {
                page.close();
                page = null;
            }
            if (ahead != null) {
                // wakes who waits for it; if it is there already, nobody has taken it
                if (!ahead.completeExceptionally(new IllegalStateException("closed"))) {
                    ahead.whenComplete((reply, e) -> discard(reply));
                }
                ahead = null;
            }
            pages = null;
        }
    }

    private static void discard(@Nullable Reply reply) {
        if (reply instanceof Reply.Answer nobodys) {
            nobodys.body().delete();
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> RuntimeException sneaky(Exception e) throws E {
        throw (E) e;
    }

    /** Which list, and nothing of it. */
    @Override
    public String toString() {
        synchronized (lock) {
            return "Records[" + call.text() + ", page " + number + "]";
        }
    }
}
