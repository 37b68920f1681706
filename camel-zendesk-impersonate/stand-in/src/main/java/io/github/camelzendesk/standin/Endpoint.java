package io.github.camelzendesk.standin;

/** What one operation does to the world and answers. */
@FunctionalInterface
interface Endpoint {

    Answer answer(Visit visit);
}
