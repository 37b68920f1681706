package io.github.camelzendesk.obo.client;

import java.util.Optional;

/**
 * One operation of Zendesk's reference.
 *
 * @param method in upper case
 * @param path   with {@code {placeholders}}, without {@code .json}
 * @param id     the reference's operation id, such as {@code CreateRequest}
 * @param access whether end users may call it
 * @param api    {@code support} or {@code helpcenter}
 */
public record Operation(String method, String path, String id, EndUserAccess access, String api) {

    /**
     * What an end user may call instead of this: the operation of the same method and shape on requests instead of tickets, on
     * end_users instead of users, or on themselves.
     *
     * @return empty if end users may call this one, or the reference has none for them
     */
    public Optional<Operation> alternative() {
        return Operations.zendesk().alternativeTo(this);
    }
}
