package io.github.camelzendesk.obo;

import org.apache.camel.Exchange;
import org.apache.camel.spi.Metadata;

/** The message headers that the component reads and sets. */
public final class ZendeskOboConstants {

    @Metadata(label = "producer", javaType = "String or Long",
              description = "The end user to act for: an email address, or a Zendesk user id as text or as an integer of any type."
                            + " Read unless userFrom, userResolver or user says otherwise.")
    public static final String USER = "CamelZendeskOboUser";

    @Metadata(label = "producer", javaType = "java.util.Map or String",
              description = "Parameters to add to the query: a map of names and values, or a raw query string."
                            + " Cannot override a parameter that the endpoint fixes with a query. option.")
    public static final String QUERY = "CamelZendeskOboQuery";

    @Metadata(label = "producer", javaType = "String",
              description = "A key by which Zendesk recognizes a request that was sent before; honoured by Zendesk for creating"
                            + " tickets only, which get one without it as well. What goes out, with POST only, is a hash of it together with the account, user, method and path. Text of"
                            + " at most 255 characters, a number or a UUID.")
    public static final String IDEMPOTENCY_KEY = "CamelZendeskOboIdempotencyKey";

    @Metadata(label = "producer", javaType = "Integer", description = "The status of Zendesk's answer.")
    public static final String HTTP_RESPONSE_CODE = Exchange.HTTP_RESPONSE_CODE;

    @Metadata(label = "producer", javaType = "String",
              description = "The id that Zendesk gave the request; its support asks for it.")
    public static final String REQUEST_ID = "CamelZendeskOboRequestId";

    @Metadata(label = "producer", javaType = "Long", description = "How many requests the account may send in a minute.")
    public static final String RATE_LIMIT = "CamelZendeskOboRateLimit";

    @Metadata(label = "producer", javaType = "Long", description = "How many of them are left in this minute.")
    public static final String RATE_LIMIT_REMAINING = "CamelZendeskOboRateLimitRemaining";

    @Metadata(label = "producer", javaType = "Long", description = "In how many seconds the count starts anew.")
    public static final String RATE_LIMIT_RESET = "CamelZendeskOboRateLimitReset";

    @Metadata(label = "producer", javaType = "Long", description = "How many seconds Zendesk asks to wait before another try.")
    public static final String RETRY_AFTER = "CamelZendeskOboRetryAfter";

    @Metadata(label = "producer", javaType = "Integer",
              description = "How often the request was sent: more than once when it was repeated or a dead token was replaced on the"
                            + " way, 0 when it was not sent.")
    public static final String ATTEMPTS = "CamelZendeskOboAttempts";

    @Metadata(label = "producer", javaType = "Long",
              description = "How many milliseconds the message waited, for the rate limit and between tries.")
    public static final String WAITED = "CamelZendeskOboWaited";

    @Metadata(label = "producer", javaType = "String", enums = "hit,miss",
              description = "Whether Zendesk had seen the idempotency key before.")
    public static final String IDEMPOTENCY_LOOKUP = "CamelZendeskOboIdempotencyLookup";

    @Metadata(label = "producer", javaType = "String",
              description = "Where what was created can be found, as Zendesk tells it. Never followed by the component.")
    public static final String LOCATION = "CamelZendeskOboLocation";

    @Metadata(label = "producer", javaType = "String",
              description = "What Zendesk ignored in the body although it answered with success, such as unknown keys.")
    public static final String WARNING = "CamelZendeskOboWarning";

    private ZendeskOboConstants() {
    }
}
