package io.github.camelzendesk.obo;

import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.InvalidEndUser;

/** Where an endpoint finds the end user of a message. */
final class UserSource {

    private final UserResolver where;
    private final EndUser.Form form;
    private final @Nullable UserPolicy policy;

    private UserSource(UserResolver where, EndUser.Form form, @Nullable UserPolicy policy) {
        this.where = where;
        this.form = form;
        this.policy = policy;
    }

    static UserSource of(ZendeskOboConfiguration options) {
        EndUser.Form form = EndUser.Form.valueOf(
                ZendeskOboEndpoint.oneOf("userKind", options.getUserKind(), "any", "email", "id").toUpperCase(Locale.ROOT));
        String user = options.getUser();
        if (Stream.of(user, options.getUserFrom(), options.getUserResolver()).filter(Objects::nonNull).count() > 1) {
            throw new IllegalArgumentException("user, userFrom and userResolver exclude each other: set one of them");
        }
        UserResolver where;
        if (user != null) {
            try {
                EndUser.of(user, form);
            } catch (InvalidEndUser e) {
                throw new IllegalArgumentException(
                        "the option user is not valid. " + e.getMessage()
                                                   + (user.contains(" ") ? ". Camel turns a plus into a blank: write user=RAW(...)" : ""));
            }
            where = exchange -> user;
        } else if (options.getUserResolver() != null) {
            where = options.getUserResolver();
        } else {
            where = from(options.getUserFrom() == null ? "header:" + ZendeskOboConstants.USER : options.getUserFrom());
        }
        return new UserSource(where, form, options.getUserPolicy());
    }

    private static UserResolver from(String place) {
        int colon = place.indexOf(':');
        String name = place.substring(colon + 1);
        if (colon > 0 && !name.isBlank()) {
            switch (place.substring(0, colon)) {
                case "header":
                    return exchange -> exchange.getMessage().getHeader(name);
                case "property":
                    return exchange -> exchange.getProperty(name);
                case "variable":
                    return exchange -> exchange.getVariable(name);
                default:
            }
        }
        throw new IllegalArgumentException("the option userFrom must be header:NAME, property:NAME or variable:NAME");
    }

    /**
     * @throws InvalidEndUser when there is none, or none that could be one
     * @throws Exception      of the resolver
     */
    EndUser find(Exchange exchange) throws Exception {
        return EndUser.of(where.resolve(exchange), form);
    }

    boolean permits(EndUser user, Exchange exchange) throws Exception {
        return policy == null || policy.mayActFor(user.headerValue(), exchange);
    }
}
