package io.github.camelzendesk.standin;

import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * One user's requests, as many as one likes, which exist only as a rule: each is made anew when it is asked for, and always
 * the same. They are a minute apart, the oldest first, also by the time of their last update.
 */
final class GeneratedRequests extends AbstractList<Ticket> implements RandomAccess {

    private static final Duration APART = Duration.ofMinutes(1);

    private static final Ticket.Status[] STATUSES = {Ticket.Status.CLOSED, Ticket.Status.SOLVED, Ticket.Status.OPEN,
            Ticket.Status.CLOSED, Ticket.Status.PENDING, Ticket.Status.SOLVED, Ticket.Status.NEW, Ticket.Status.HOLD};

    private static final String[] SUBJECTS = {"Parcel has not arrived", "Invoice shows the wrong address",
            "Cannot sign in any more", "The printer is on fire", "Refund for a cancelled order", "Question about my contract",
            "Error 500 when saving", "Größe des Pakets falsch angegeben"};

    private static final String[] SENTENCES = {"Hello, I have a question about my order.",
            "The tracking page has shown the same place for a week now.", "I tried it twice and got the same message.",
            "Could you please look into this and tell me what to do?", "It worked until last Tuesday.",
            "The invoice names a street where I have not lived for years.", "My colleague sees the very same thing.",
            "I have attached what I could find about it.", "Restarting did not help, and neither did waiting.",
            "Your article about it describes another version of the dialog.", "Bitte antworten Sie auf Deutsch, falls möglich.",
            "The number on the box is 4711-0815/\"B\".", "We need this before the end of the month.",
            "Nobody answered when I called.", "That is all I know so far.", "Thank you very much for your help!"};

    private final User requester;
    private final @Nullable User assignee;
    private final long firstId;
    private final int size;
    private final Instant first;

    /** @param now all were created, and last changed, more than a minute before */
    GeneratedRequests(User requester, @Nullable User assignee, long firstId, int size, Instant now) {
        this.requester = requester;
        this.assignee = assignee;
        this.firstId = firstId;
        this.size = size;
        this.first = now.minus(APART.multipliedBy(size + 2L));
    }

    User requester() {
        return requester;
    }

    boolean covers(long id) {
        return id >= firstId && id < firstId + size;
    }

    Ticket byId(long id) {
        return get(Math.toIntExact(id - firstId));
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Ticket get(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException(index);
        }
        long dice = SplitMix64.at(0, index);
        Instant created = first.plus(APART.multipliedBy(index));
        Ticket ticket = new Ticket(firstId + index, requester, STATUSES[index % STATUSES.length], created)
                .subject(SUBJECTS[pick(dice, 0, SUBJECTS.length)] + " (" + index + ")")
                .priority(pick(dice, 4, 4) == 0 ? "urgent" : "normal")
                .type(pick(dice, 8, 4) == 0 ? "problem" : "question")
                .assignee(assignee);
        StringBuilder body = new StringBuilder();
        int sentences = 5 + pick(dice, 12, 7);
        for (int i = 0; i < sentences; i++) {
            body.append(i == 0 ? "" : " ").append(SENTENCES[pick(dice, 16 + 4 * i, SENTENCES.length)]);
        }
        ticket.comment(new Comment(ticket.id(), requester, body.toString(), true, List.of(), created));
        ticket.touched(created.plusSeconds(pick(dice, 20, 16)));
        return ticket;
    }

    private static int pick(long dice, int shift, int of) {
        return (int) Long.remainderUnsigned(dice >>> shift, of);
    }

    /** Those in some states only, forwards or backwards; nothing is copied. */
    List<Ticket> view(Predicate<Ticket.Status> wanted, boolean descending) {
        int[] among = IntStream.range(0, STATUSES.length).filter(i -> wanted.test(STATUSES[i])).toArray();
        int count = size / STATUSES.length * among.length
                + (int) Arrays.stream(among).filter(i -> i < size % STATUSES.length).count();
        return new AbstractList<>() {
            @Override
            public int size() {
                return count;
            }

            @Override
            public Ticket get(int index) {
                int at = descending ? count - 1 - index : index;
                return GeneratedRequests.this.get(at / among.length * STATUSES.length + among[at % among.length]);
            }
        };
    }
}
