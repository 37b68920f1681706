package io.github.camelzendesk.obo.client;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The three forms of a date in HTTP, of which a recipient must read all.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7">RFC 9110, 5.6.7</a>
 */
final class HttpDate {

    private static final String MONTH = "(?<month>[A-Za-z]{3})";
    private static final String TIME = "(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})";
    /** the day of the week is not looked at: the date says it again */
    private static final List<Pattern> FORMS = List.of(
            Pattern.compile("[A-Za-z]{3}, (?<day>[0-9]{1,2}) " + MONTH + " (?<year>[0-9]{4}) " + TIME + " (?:GMT|UTC)"),
            Pattern.compile("[A-Za-z]{6,9}, (?<day>[0-9]{2})-" + MONTH + "-(?<year>[0-9]{2}) " + TIME + " (?:GMT|UTC)"),
            Pattern.compile("[A-Za-z]{3} " + MONTH + " +(?<day>[0-9]{1,2}) " + TIME + " (?<year>[0-9]{4})"));
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

    private HttpDate() {
    }

    /**
     * @param  now settles the century of a two-digit year: no more than 50 years ahead
     * @return     null if the text is none of the three forms or no date
     */
    static @Nullable Instant parse(String text, Instant now) {
        for (Pattern form : FORMS) {
            Matcher m = form.matcher(text);
            if (m.matches()) {
                return instant(m, now);
            }
        }
        return null;
    }

    private static @Nullable Instant instant(Matcher m, Instant now) {
        int month = MONTHS.indexOf(m.group("month").toLowerCase(Locale.ROOT));
        if (month % 3 != 0) {
            return null;
        }
        try {
            // a leap second is the one before it
            LocalTime time = LocalTime.of(number(m, "hour"), number(m, "minute"), Math.min(number(m, "second"), 59));
            return LocalDate.of(year(m, now), month / 3 + 1, number(m, "day")).atTime(time).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static int year(Matcher m, Instant now) {
        int year = number(m, "year");
        if (m.group("year").length() == 4) {
            return year;
        }
        int thisYear = now.atOffset(ZoneOffset.UTC).getYear();
        int ahead = thisYear - thisYear % 100 + year;
        return ahead > thisYear + 50 ? ahead - 100 : ahead;
    }

    private static int number(Matcher m, String group) {
        return Integer.parseInt(m.group(group));
    }
}
