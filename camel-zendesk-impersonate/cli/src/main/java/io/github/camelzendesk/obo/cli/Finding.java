package io.github.camelzendesk.obo.cli;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * One line of a doctor's report.
 *
 * @param check  a name that stays, for machines
 * @param detail what was found
 * @param remedy what to do, or null when there is nothing to do
 */
record Finding(String check, Status status, String detail, @Nullable String remedy) {

    /** How it is. */
    enum Status {
        OK, WARNING, FAILED,
        /** not looked at: not asked for, or something before it failed */
        SKIPPED;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String check, String detail) {
        return new Finding(check, Status.OK, detail, null);
    }

    static Finding warning(String check, String detail, @Nullable String remedy) {
        return new Finding(check, Status.WARNING, detail, remedy);
    }

    static Finding failed(String check, String detail, @Nullable String remedy) {
        return new Finding(check, Status.FAILED, detail, remedy);
    }

    static Finding skipped(String check, String detail) {
        return new Finding(check, Status.SKIPPED, detail, null);
    }

    boolean troubles() {
        return status == Status.WARNING || status == Status.FAILED;
    }

    String line() {
        String word = status == Status.FAILED ? "FAILED" : status.wireName();
        return String.format("%-8s %-14s %s%s", word, check, detail, remedy == null ? "" : ". " + remedy);
    }
}
