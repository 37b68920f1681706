package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Step by step: what happens, whether it is granted, and what is left. */
class RetryBudgetTest {

    private static final Instant T0 = Instant.parse("2026-11-25T10:00:00Z");

    /**
     * @param steps take, took-not, ok (a success), or +seconds; N* before one repeats it
     * @param left  as its text form tells it, in whole repetitions
     */
    @ParameterizedTest(name = "{0} -> {1} left")
    @CsvSource({
        "'',100",
        "take,99",
        "100*take,0",
        "100*take took-not,0",
        "100*take took-not took-not +5 took-not,0",
        "100*take +6 take took-not,0",
        "100*take +12 take take took-not,0",
        "100*take 9*ok took-not,0",
        "100*take 10*ok take took-not,0",
        "100*take 1000*ok 100*take took-not,0",
        "100*take 5000*ok 100*take took-not,0",
        "40*take,60",
        "40*take +60 take,69",
        "40*take +6000 take,99",
        "50*take 100*ok,60",
        "50*take 10000*ok,100",
        "take +-30 take,98",
        "100*take +-30 took-not,0"})
    void eachStepCostsOrBringsWhatItShould(String steps, int left) {
        RetryBudget budget = new RetryBudget(T0);
        Instant now = T0;
        for (String step : steps.isEmpty() ? new String[0] : steps.split(" ")) {
            String[] parts = step.split("\\*");
            String what = parts[parts.length - 1];
            for (int i = 0; i < (parts.length > 1 ? Integer.parseInt(parts[0]) : 1); i++) {
                switch (what) {
                    case "take" -> assertThat(budget.take(now)).as(step + " " + i).isTrue();
                    case "took-not" -> assertThat(budget.take(now)).as(step + " " + i).isFalse();
                    case "ok" -> budget.succeeded();
                    default -> now = now.plusSeconds(Integer.parseInt(what.substring(1)));
                }
            }
        }
        assertThat(budget).hasToString("RetryBudget[" + left + "]");
    }
}
