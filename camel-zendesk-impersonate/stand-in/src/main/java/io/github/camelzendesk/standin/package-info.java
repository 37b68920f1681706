/**
 * A local Zendesk for tests: stateful, scriptable, with a journal of who acted. It knows nothing of the Camel component.
 *
 * <p>Comments cite where a behaviour comes from: {@code [OAS]} Zendesk's OpenAPI, {@code [DOC]} its documentation,
 * {@code [REC]} recorded traffic, {@code [PROBE]} a third party's report on a real account, {@code [COMM]} a customer's
 * report, {@code [INFER]} an inference. What none of them settles is a switch.
 */
@NullMarked
package io.github.camelzendesk.standin;

import org.jspecify.annotations.NullMarked;
