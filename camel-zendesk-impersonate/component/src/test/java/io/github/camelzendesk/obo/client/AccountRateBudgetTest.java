package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountRateBudgetTest {

    @ParameterizedTest
    @CsvSource({"200,100,0", "400,100,-3700", "700,100,250", "700,1000,20000", "2500,100,-400", "2500,800,900", "10,100,0"})
    void oneThatOwnsTheAccountUsesItToTheFullAndIsNeverRefused(int limit, int latency, int skew) {
        RateSimulation zendesk = new RateSimulation(1, limit, Duration.ofMillis(latency), Duration.ofMillis(skew));
        zendesk.budget.setMaxWaiting(1_000_000);
        zendesk.messages(limit * 12);
        zendesk.run(10);
        assertThat(zendesk.full()).hasSizeGreaterThanOrEqualTo(8).allSatisfy(minute -> {
            assertThat(minute.utilisation()).as(minute.toString()).isGreaterThanOrEqualTo(0.99);
            assertThat(minute.refused).isZero();
        });
        assertThat(zendesk.launched).isSorted();
    }

    @ParameterizedTest
    @CsvSource({"200,0.25", "400,0.5", "700,0.1", "700,0.4", "2500,0.5"})
    void besideAnotherProgramTheRestIsUsed(int limit, double others) {
        RateSimulation zendesk = new RateSimulation(2, limit, Duration.ofMillis(100), Duration.ofMillis(300));
        zendesk.budget.setMaxWaiting(1_000_000);
        zendesk.messages(limit * 12);
        zendesk.others(others);
        zendesk.run(10);
        int refused = zendesk.full().stream().mapToInt(minute -> minute.refused).sum();
        int ours = zendesk.full().stream().mapToInt(minute -> minute.ours).sum();
        assertThat(zendesk.full()).allSatisfy(minute -> assertThat(minute.utilisation()).as(minute.toString()).isGreaterThanOrEqualTo(0.98));
        assertThat((double) refused / (ours + refused)).isLessThanOrEqualTo(0.015);
    }

    @Test
    void aLimitThatIsLoweredCostsOneRefusalAtMost() {
        RateSimulation zendesk = new RateSimulation(3, 700, Duration.ofMillis(60), Duration.ofMillis(300));
        zendesk.budget.setMaxWaiting(1_000_000);
        zendesk.messages(10_000);
        zendesk.run(3);
        zendesk.time.until(zendesk.time.now().plus(Duration.ofSeconds(35)));
        zendesk.limit = 200;
        zendesk.run(3);
        assertThat(zendesk.minutes.values().stream().mapToInt(minute -> minute.refused).sum()).isLessThanOrEqualTo(1);
    }
}
