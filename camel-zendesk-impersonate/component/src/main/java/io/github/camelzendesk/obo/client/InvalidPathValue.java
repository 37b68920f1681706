package io.github.camelzendesk.obo.client;

/** A placeholder of a path that cannot be filled. The message names it and the rule, and never repeats the value. */
public final class InvalidPathValue extends IllegalArgumentException {

    private final String name;

    InvalidPathValue(String name, String rule) {
        super("The path's {" + name + "} " + rule);
        this.name = name;
    }

    /** The placeholder's name, as written in the template. */
    public String name() {
        return name;
    }
}
