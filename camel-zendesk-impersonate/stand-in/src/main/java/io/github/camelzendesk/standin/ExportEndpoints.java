package io.github.camelzendesk.standin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The incremental export of tickets, by cursor: all that changed since a time, the oldest change first. */
final class ExportEndpoints {

    static final String TICKETS = "GET /api/v2/incremental/tickets/cursor";

    /** [DOC using-the-incremental-export-api]; also what it gives unasked. */
    private static final int LARGEST_PAGE = 1_000;

    /** The time to start from must be as far back, and what changed since is not given yet [OAS]. */
    private static final Duration WITHHELD = Duration.ofMinutes(1);

    private final World world;

    ExportEndpoints(World world) {
        this.world = world;
    }

    void register(Map<String, Endpoint> endpoints) {
        endpoints.put(TICKETS, this::tickets);
    }

    private Answer tickets(Visit visit) {
        User user = visit.user();
        // admins only [OAS]; an end user comes here only where a switch allows it
        if (user.role() == User.Role.AGENT) {
            return Answer.forbidden();
        }
        Call call = visit.call();
        String cursor = call.parameter("cursor");
        Place after;
        Instant until = world.now().minus(WITHHELD);
        if (cursor != null) {
            after = Place.fromCursor(cursor);
            if (after == null) {
                return Answer.errors(400, "InvalidPaginationParameter", "cursor is not valid"); // [INFER]
            }
        } else {
            Instant start = start(call.parameter("start_time"));
            if (start == null) {
                return Answer.invalidValue("start_time is required"); // that it is required [OAS], the rest [INFER]
            }
            if (start.isAfter(until)) {
                // status and form [PROBE treasure-data/embulk-input-zendesk]; older texts speak of five minutes
                return Answer.invalidValue("Too recent start_time. Use a start_time older than 60 seconds");
            }
            after = new Place(start, 0); // ids begin at 1
        }
        int size = Math.min(LARGEST_PAGE, Math.max(1, Pages.number(call.parameter("per_page"), LARGEST_PAGE)));
        Listing<Ticket> all = all(user, until);
        List<Ticket> part = all.next(after, 0, size);
        Place last = part.isEmpty() ? after : all.place(part.get(part.size() - 1));
        Place previous = cursor == null ? null : startOfPrevious(all, after, size);
        ObjectNode node = Json.object();
        ArrayNode tickets = node.putArray("tickets");
        part.forEach(ticket -> tickets.add(Json.ticket(call, ticket)
                .put("generated_timestamp", ticket.updatedAt().getEpochSecond())));
        node.put("after_url", url(call, last));
        node.put("after_cursor", last.cursor());
        node.put("before_url", previous == null ? null : url(call, previous));
        node.put("before_cursor", previous == null ? null : previous.cursor());
        node.put("end_of_stream", all.upTo(last) == all.size());
        return Answer.ok(node);
    }

    /** All of the account's for an admin, archived ones too; an end user's own. */
    private Listing<Ticket> all(User user, Instant until) {
        Order<Ticket> order = Order.by(Ticket::updatedAt, Ticket::id);
        List<List<Ticket>> parts = new ArrayList<>();
        parts.add(world.tickets().stream()
                .filter(ticket -> !user.isEndUser() || ticket.requester() == user)
                .filter(ticket -> !ticket.updatedAt().isAfter(until))
                .sorted(order)
                .toList());
        world.generated().stream()
                .filter(requests -> !user.isEndUser() || requests.requester() == user)
                .forEach(parts::add);
        return new Listing<>(order, parts);
    }

    /** The place after which the page before this one begins. */
    private static Place startOfPrevious(Listing<Ticket> all, Place after, int size) {
        List<Ticket> earlier = all.previous(after, size);
        return earlier.size() < size ? new Place(Instant.EPOCH, 0) : all.place(earlier.get(0));
    }

    private static @Nullable Instant start(@Nullable String seconds) {
        return seconds == null || !seconds.matches("\\d{1,11}") ? null : Instant.ofEpochSecond(Long.parseLong(seconds));
    }

    private static String url(Call call, Place after) {
        Map<String, String> parameters = call.parameters();
        parameters.remove("start_time");
        parameters.put("cursor", after.cursor());
        return Pages.address(call, parameters);
    }
}
