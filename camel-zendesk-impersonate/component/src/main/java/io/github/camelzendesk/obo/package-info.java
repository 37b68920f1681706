/** What a Camel route sees: the {@code zendesk-obo} component, its options, headers and errors. */
@NullMarked
package io.github.camelzendesk.obo;

import org.jspecify.annotations.NullMarked;
