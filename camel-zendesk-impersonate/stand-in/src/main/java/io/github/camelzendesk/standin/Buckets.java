package io.github.camelzendesk.standin;

import java.time.Instant;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.standin.Operations.Match;

/**
 * Limits of single endpoints, beside the account's. Names, totals and the header's form are recorded [REC zenpy]; that a
 * bucket goes by the acting user, and that creating a request fills the same one as creating a ticket, are inferred from
 * the names.
 */
final class Buckets {

    private static final String EXPORTS = "incremental-exports";

    record Level(String name, RateWindow.Reading reading) {

        String header() {
            return "zendesk-ratelimit-" + name;
        }

        Answer refusal() {
            return name.equals(EXPORTS)
                    ? Answer.exportsLimited(reading.resetSeconds())
                    : Answer.rateLimited(reading.resetSeconds());
        }

        String value() {
            return "total=" + reading.limit() + "; remaining=" + Math.max(0, reading.remaining()) + "; resets="
                    + reading.resetSeconds();
        }
    }

    private final Switches switches;
    private final RateWindows windows;

    Buckets(Switches switches, RateWindows windows) {
        this.switches = switches;
        this.windows = windows;
    }

    @Nullable Level count(Match match, @Nullable User user, Instant now) {
        if (match.operation().template().startsWith("/api/v2/incremental/")) {
            // all exports together [DOC incremental_exports]; the bucket's name is reported only
            return level(now, EXPORTS, "account", 60, switches::incrementalRateLimit);
        }
        String who = user == null ? "nobody" : String.valueOf(user.id());
        return switch (match.operation().key()) {
            case "POST /api/v2/tickets", "POST /api/v2/requests" -> level(now,
                    "ticket-request-create-by-user-and-ip", who, 60, switches::createRateLimit);
            case "GET /api/v2/tickets" -> level(now, "tickets-index", "account", 60, switches::ticketsIndexRateLimit);
            // 30 in 10 minutes for each user and ticket [DOC rate-limits]
            case "PUT /api/v2/tickets/{ticket_id}" -> level(now, "per-ticket-updates",
                    who + "/" + match.variables().get("ticket_id"), 600, switches::ticketUpdateRateLimit);
            default -> null;
        };
    }

    private Level level(Instant now, String name, String whose, int seconds, IntSupplier limit) {
        return new Level(name, windows.count(name, whose, seconds, limit, now));
    }
}
