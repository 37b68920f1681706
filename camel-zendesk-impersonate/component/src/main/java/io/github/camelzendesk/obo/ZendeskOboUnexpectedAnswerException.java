package io.github.camelzendesk.obo;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.Failure;

/** The answer is none that Zendesk is known to give: a redirect, a page of HTML, a body that is not JSON. See {@link #getOutcome()} before sending again. */
public final class ZendeskOboUnexpectedAnswerException extends ZendeskOboException {

    private static final long serialVersionUID = 1L;

    ZendeskOboUnexpectedAnswerException(String request, @Nullable EndUser user, Failure failure) {
        super(request, user, failure);
    }
}
