/** The commands of {@code zendesk-obo}: what an administrator does once or now and then, beside the routes that act every day. */
@NullMarked
package io.github.camelzendesk.obo.cli;

import org.jspecify.annotations.NullMarked;
