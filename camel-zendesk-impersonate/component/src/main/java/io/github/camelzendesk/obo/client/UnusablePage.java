package io.github.camelzendesk.obo.client;

/** A page of a list that cannot be read. The message says what is wrong with it and holds nothing of it. */
public final class UnusablePage extends Exception {

    private static final long serialVersionUID = 1L;

    UnusablePage(String what) {
        super(what, null, false, false);
    }
}
