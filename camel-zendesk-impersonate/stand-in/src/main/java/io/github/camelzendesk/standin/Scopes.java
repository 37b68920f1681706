package io.github.camelzendesk.standin;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** The grammar of scopes: an access, an access to a resource, or {@code impersonate} [OAS]. */
final class Scopes {

    /** What leaving them out means [OAS: "read and write access are assumed"]. */
    static final List<String> ASSUMED = List.of("read", "write");

    private static final Set<String> RESOURCES = Set.of("tickets", "users", "auditlogs", "organizations", "hc", "apps",
            "triggers", "automations", "targets", "webhooks", "macros", "requests", "satisfaction_ratings",
            "dynamic_content", "any_channel", "web_widget", "security", "unrestricted", "zis", "themes",
            "account_settings", "brands", "custom_objects", "deletion_schedules", "groups", "sla_policies",
            "ticket_attachments", "ticket_views");

    private Scopes() {
    }

    static List<String> of(@Nullable String text) {
        return text == null || text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    /**
     * Whether the ceiling lets them all pass. An unknown one passes: the token is given, and is then refused everywhere
     * [OAS, DOC]. That a plain access in the ceiling covers the resources' is an inference.
     */
    static boolean within(@Nullable List<String> ceiling, List<String> scopes) {
        return ceiling == null || scopes.stream().allMatch(scope -> !known(scope)
                || ceiling.contains(scope)
                || ceiling.contains(scope.substring(scope.indexOf(':') + 1)));
    }

    private static boolean known(String scope) {
        int colon = scope.indexOf(':');
        String access = scope.substring(colon + 1);
        if (colon < 0 && scope.equals("impersonate")) {
            return true;
        }
        return (access.equals("read") || access.equals("write"))
                && (colon < 0 || RESOURCES.contains(scope.substring(0, colon)));
    }
}
