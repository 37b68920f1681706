package io.github.camelzendesk.obo.token;

import java.util.Locale;

/**
 * Which of Zendesk's back ends answers. They count requests apart, and whether one honours {@code X-On-Behalf-Of} says nothing
 * about the other, so what was proven for one does not hold for the next.
 */
public enum ZendeskService {

    /** Tickets, requests, users, uploads: what Zendesk documents acting on behalf of end users for. */
    SUPPORT,
    /** Help Center, community and guide. */
    HELP_CENTER,
    /** Anything below {@code /api/} that is not version 2 of the above. */
    OTHER;

    /**
     * The service that answers a path. Letter case is ignored, and so are the suffix ({@code .json}) and the parameters
     * ({@code ;x=y}, percent-encoded too) that some servers strip, so that no spelling of a path passes for another service.
     *
     * @param path an expanded path; in a template a placeholder may yet become the segment that decides
     */
    public static ZendeskService of(String path) {
        String[] segments = path.toLowerCase(Locale.ROOT).split("/", 5);
        if (segments.length < 4 || !segments[1].equals("api") || !segments[2].equals("v2")) {
            return OTHER;
        }
        return switch (segments[3].split("[.;%]", 2)[0]) {
            case "help_center", "community", "guide" -> HELP_CENTER;
            default -> SUPPORT;
        };
    }
}
