/** Tokens and the proof of what they can do: the only requests that go to Zendesk without a user live here, bound to one {@code Origin}. */
@NullMarked
package io.github.camelzendesk.obo.token;

import org.jspecify.annotations.NullMarked;
