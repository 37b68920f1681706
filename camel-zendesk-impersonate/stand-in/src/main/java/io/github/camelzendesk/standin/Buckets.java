package io.github.camelzendesk.standin;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.standin.Operations.Match;

/**
 * Limits of single endpoints, beside the account's. Names, totals and the header's form are recorded [REC zenpy]; that a
 * bucket goes by the acting user, and that creating a request fills the same one as creating a ticket, are inferred from
 * the names.
 */
final class Buckets {

    record Level(String name, RateWindow.Reading reading) {

        String header() {
            return "zendesk-ratelimit-" + name;
        }

        String value() {
            return "total=" + reading.limit() + "; remaining=" + Math.max(0, reading.remaining()) + "; resets="
                    + reading.resetSeconds();
        }
    }

    private final Switches switches;
    private final Map<String, RateWindow> windows = new HashMap<>();

    Buckets(Switches switches) {
        this.switches = switches;
    }

    @Nullable Level count(Call call, Match match, @Nullable User user) {
        String who = user == null ? "nobody" : String.valueOf(user.id());
        return switch (match.operation().key()) {
            case "POST /api/v2/tickets", "POST /api/v2/requests" -> level(call,
                    "ticket-request-create-by-user-and-ip", who, 60, switches.createRateLimit());
            case "GET /api/v2/tickets" -> level(call, "tickets-index", "account", 60, switches.ticketsIndexRateLimit());
            // 30 in 10 minutes for each user and ticket [DOC rate-limits]
            case "PUT /api/v2/tickets/{ticket_id}" -> level(call, "per-ticket-updates",
                    who + "/" + match.variables().get("ticket_id"), 600, switches.ticketUpdateRateLimit());
            default -> null;
        };
    }

    private Level level(Call call, String name, String whose, int seconds, int limit) {
        RateWindow window = windows.computeIfAbsent(name + " " + whose, key -> new RateWindow(seconds));
        return new Level(name, window.count(call.at(), limit));
    }

    void clear() {
        windows.clear();
    }
}
