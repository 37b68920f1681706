package io.github.camelzendesk.standin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** The script: which requests meet which fault. The first rule that fits and is not used up serves. */
public final class Faults {

    private final List<Rule> rules = new ArrayList<>();
    private Duration latency = Duration.ZERO;

    Faults() {
    }

    /** Begins a rule for the next {@code times} requests that fit. */
    public Rule next(int times) {
        return new Rule(times);
    }

    public Rule next() {
        return next(1);
    }

    /** Begins a rule that is never used up. */
    public Rule always() {
        return next(Integer.MAX_VALUE);
    }

    /** Delays every answer, on top of what a fault says. */
    public synchronized Faults latency(Duration latency) {
        this.latency = latency;
        return this;
    }

    public synchronized void clear() {
        rules.clear();
        latency = Duration.ZERO;
    }

    synchronized Duration latency() {
        return latency;
    }

    /** The fault that this call meets now, when only its headers have come or when all of it has. */
    synchronized @Nullable Fault take(Call call, boolean early) {
        for (Rule rule : rules) {
            Fault fault = rule.fault;
            if (fault != null && fault.strikesEarly() == early && rule.left > 0 && rule.fits(call)) {
                rule.left--;
                return fault;
            }
        }
        return null;
    }

    private synchronized void add(Rule rule) {
        rules.add(rule);
    }

    /** The conditions of a fault; those that are not named always hold. */
    public final class Rule {

        private int left;
        private @Nullable String method;
        private @Nullable Pattern path;
        private @Nullable String onBehalfOf;
        private boolean bare;
        private @Nullable Fault fault;

        private Rule(int times) {
            this.left = times;
        }

        public Rule method(String method) {
            this.method = method;
            return this;
        }

        /** The path as on the wire, with or without {@code .json}; {@code {name}} stands for one segment, {@code *} for anything. */
        public Rule path(String path) {
            StringBuilder regex = new StringBuilder();
            for (String part : path.split("(?=\\*)|(?<=\\*)|(?=\\{)|(?<=})")) {
                if (part.equals("*")) {
                    regex.append(".*");
                } else if (part.startsWith("{") && part.endsWith("}")) {
                    regex.append("[^/]+?");
                } else {
                    regex.append(Pattern.quote(part));
                }
            }
            this.path = Pattern.compile(regex + "(\\.json)?");
            return this;
        }

        public Rule onBehalfOf(String user) {
            this.onBehalfOf = user;
            return this;
        }

        /** Only requests without X-On-Behalf-Of. */
        public Rule bare() {
            this.bare = true;
            return this;
        }

        /** Ends the rule and puts it in force. */
        public void respond(Fault fault) {
            this.fault = fault;
            add(this);
        }

        private boolean fits(Call call) {
            return (method == null || method.equals(call.method()))
                    && (path == null || path.matcher(call.rawPath()).matches())
                    && (onBehalfOf == null || Objects.equals(onBehalfOf, call.header("X-On-Behalf-Of")))
                    && (!bare || call.header("X-On-Behalf-Of") == null);
        }
    }
}
