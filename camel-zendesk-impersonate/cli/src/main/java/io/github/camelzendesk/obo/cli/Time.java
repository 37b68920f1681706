package io.github.camelzendesk.obo.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them, and as they read them. */
final class Time implements ITypeConverter<Duration> {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    @Override
    public Duration convert(String value) {
        Matcher m = FORM.matcher(value);
        if (!m.matches()) {
            throw new TypeConversionException("write a number and a unit, such as 30m, 12h or 30d (ms, s, m, h, d)");
        }
        long number = Long.parseLong(m.group(1));
        return switch (m.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** In the largest unit that says enough, rounded: 30 minutes, 30 days. */
    static String words(Duration duration) {
        Duration abs = duration.abs();
        if (abs.compareTo(Duration.ofDays(2)) >= 0) {
            return abs.plusHours(12).toDays() + " days";
        } else if (abs.compareTo(Duration.ofHours(2)) >= 0) {
            return abs.plusMinutes(30).toHours() + " hours";
        } else if (abs.compareTo(Duration.ofMinutes(2)) >= 0) {
            return abs.plusSeconds(30).toMinutes() + " minutes";
        }
        return abs.plusMillis(500).toSeconds() + " seconds";
    }
}
