package io.github.camelzendesk.obo.client;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with one field, as Zendesk tells it.
 *
 * @param description for people; may repeat what the user wrote, so it belongs in no message and no log
 * @param error       Zendesk's code, such as {@code BlankValue}, as it came
 * @param fieldKey    the field's key where the details are listed under {@code base}
 */
public record Problem(@Nullable String description, @Nullable String error, @Nullable String fieldKey) implements java.io.Serializable {

    private static final long serialVersionUID = 1L;


    /** Hides the texts, which may hold personal data. */
    @Override
    public String toString() {
        return "Problem[" + (error != null && ErrorBody.isCode(error) ? error : "") + "]";
    }
}
