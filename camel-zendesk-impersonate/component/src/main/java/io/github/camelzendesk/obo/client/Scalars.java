package io.github.camelzendesk.obo.client;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.temporal.Temporal;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * Which values of a message have exactly one text form. A collection, an array or an object has none: its
 * {@code toString} would reach Zendesk as if it had been meant.
 */
final class Scalars {

    /** beyond it, neighbouring integers are the same double */
    private static final double LAST_EXACT_DOUBLE = 9007199254740991d;
    private static final float LAST_EXACT_FLOAT = 16777215f;
    private static final int LONGEST_INTEGER_BITS = 64;
    private static final int LONGEST_DECIMAL = 100;

    private Scalars() {
    }

    /** The value as plain decimal digits, or null if it is no number, no integer or not known to be exact. */
    static @Nullable String integer(Object value) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte
                || value instanceof AtomicInteger || value instanceof AtomicLong) {
            return Long.toString(((Number) value).longValue());
        }
        if (value instanceof BigInteger i) {
            return i.bitLength() <= LONGEST_INTEGER_BITS ? i.toString() : null;
        }
        if (value instanceof Double d) {
            return Math.abs(d) <= LAST_EXACT_DOUBLE && d == Math.rint(d) ? Long.toString(d.longValue()) : null;
        }
        if (value instanceof Float f) {
            return Math.abs(f) <= LAST_EXACT_FLOAT && f == Math.rint(f) ? Long.toString(f.longValue()) : null;
        }
        if (value instanceof BigDecimal d && (long) d.precision() - d.scale() <= LONGEST_INTEGER_BITS) {
            BigDecimal plain = d.stripTrailingZeros();
            return plain.scale() <= 0 ? integer(plain.toBigInteger()) : null;
        }
        return null;
    }

    /** The text of a name or an id: text, integer, boolean, enum constant or UUID; null if the value is none of them. */
    static @Nullable String identifier(Object value) {
        if (value instanceof CharSequence || value instanceof Boolean || value instanceof UUID) {
            return value.toString();
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        return integer(value);
    }

    /** The text of an {@link #identifier}, a decimal number or a java.time value; null if the value is none of them. */
    static @Nullable String text(Object value) {
        String identifier = identifier(value);
        if (identifier != null) {
            return identifier;
        }
        if (value instanceof Temporal) {
            return value.toString();
        }
        if (value instanceof Double d && Double.isFinite(d) || value instanceof Float f && Float.isFinite(f)) {
            return decimal(new BigDecimal(value.toString()));
        }
        return value instanceof BigDecimal d ? decimal(d) : null;
    }

    private static @Nullable String decimal(BigDecimal d) {
        return Math.abs((long) d.scale()) <= LONGEST_DECIMAL && d.precision() <= LONGEST_DECIMAL ? d.toPlainString() : null;
    }
}
