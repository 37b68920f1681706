/** One request on behalf of one user, from the checked parts it is built of to what Zendesk's answer means; knows nothing of Camel. */
@NullMarked
package io.github.camelzendesk.obo.client;

import org.jspecify.annotations.NullMarked;
