package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.token.RenewalState.Decision;

class RenewalStateTest {

    private static final Instant START = Instant.parse("2026-11-25T10:00:00Z");
    private static final AccessToken OF_HALF_AN_HOUR = AccessToken.of("tok-1", START.plusSeconds(1800));

    @Test
    void withoutATokenOneIsFetched() {
        assertThat(RenewalState.NOTHING.decide(START)).isEqualTo(new Decision.Renew(null));
    }

    @Test
    void aTokenIsServedUntilAMinuteBeforeItExpires() {
        RenewalState state = RenewalState.NOTHING.renewed(OF_HALF_AN_HOUR, START);

        assertThat(state.decide(START)).isEqualTo(new Decision.Serve(OF_HALF_AN_HOUR));
        assertThat(state.decide(START.plusSeconds(1739))).isEqualTo(new Decision.Serve(OF_HALF_AN_HOUR));
        assertThat(state.decide(START.plusSeconds(1740))).isEqualTo(new Decision.Renew(OF_HALF_AN_HOUR));
        assertThat(state.decide(START.plusSeconds(1800))).isEqualTo(new Decision.Renew(null));
    }

    @Test
    void aShortLivedTokenIsDueInTheLastTenthOfItsLife() {
        AccessToken token = AccessToken.of("tok-1", START.plusSeconds(300));
        RenewalState state = RenewalState.NOTHING.renewed(token, START);

        assertThat(state.decide(START.plusSeconds(269))).isEqualTo(new Decision.Serve(token));
        assertThat(state.decide(START.plusSeconds(270))).isEqualTo(new Decision.Renew(token));
    }

    @Test
    void aTokenOfUnknownLifetimeIsServedUntilItIsRefused() {
        AccessToken token = AccessToken.of("tok-1");
        RenewalState state = RenewalState.NOTHING.renewed(token, START);

        assertThat(state.decide(START.plus(Duration.ofDays(365)))).isEqualTo(new Decision.Serve(token));
        assertThat(state.refused(token).decide(START.plus(Duration.ofDays(365)))).isEqualTo(new Decision.Renew(null));
    }

    @Test
    void theRefusalOfAnOlderTokenSaysNothingAboutTheNewest() {
        AccessToken newer = AccessToken.of("tok-2");
        RenewalState state = RenewalState.NOTHING.renewed(newer, START);

        assertThat(state.refused(OF_HALF_AN_HOUR).decide(START.plusSeconds(60))).isEqualTo(new Decision.Serve(newer));
    }

    @Test
    void aServerThatGivesDeadTokensIsNotAskedInALoop() {
        RenewalState refusedOnce = RenewalState.NOTHING.renewed(OF_HALF_AN_HOUR, START).refused(OF_HALF_AN_HOUR);
        assertThat(refusedOnce.decide(START)).isEqualTo(new Decision.Renew(null));

        AccessToken next = AccessToken.of("tok-2", START.plusSeconds(1800));
        RenewalState refusedTwice = refusedOnce.renewed(next, START).refused(next);
        assertThat(refusedTwice.decide(START.plusSeconds(1))).isInstanceOf(Decision.Refuse.class);
        assertThat(refusedTwice.decide(START.plusSeconds(5))).isEqualTo(new Decision.Renew(null));
    }

    @Test
    void aTokenWhoseExpiryDidNotMoveIsNotRenewedAtOnce() {
        Instant justBefore = START.plusSeconds(1799);
        AccessToken same = AccessToken.of("tok-2", START.plusSeconds(1800));
        RenewalState state = RenewalState.NOTHING.renewed(OF_HALF_AN_HOUR, START).renewed(same, justBefore);

        assertThat(state.decide(justBefore)).isEqualTo(new Decision.Serve(same));
        assertThat(state.decide(justBefore.plusSeconds(5))).isEqualTo(new Decision.Renew(null));
    }

    @Test
    void afterAFailureTheTokenIsServedWhileItLives() {
        Instant due = START.plusSeconds(1745);
        RenewalState state = RenewalState.NOTHING.renewed(OF_HALF_AN_HOUR, START)
                .failed(new TokenUnavailable("not now", Duration.ofSeconds(20)), due, 0);

        assertThat(state.decide(due.plusSeconds(19))).isEqualTo(new Decision.Serve(OF_HALF_AN_HOUR));
        assertThat(state.decide(due.plusSeconds(20))).isEqualTo(new Decision.Renew(OF_HALF_AN_HOUR));
    }

    @Test
    void afterAFailureWithoutATokenTheReasonIsGivenUntilTheNextTry() {
        RenewalState state = RenewalState.NOTHING.failed(new TokenUnavailable("not now", Duration.ofSeconds(20)), START, 0);

        assertThat(state.decide(START.plusSeconds(5))).isInstanceOfSatisfying(Decision.Refuse.class, refuse -> {
            assertThat(refuse.problem()).hasMessage("not now");
            assertThat(refuse.problem().retryAfter()).isEqualTo(Duration.ofSeconds(15));
        });
        assertThat(state.decide(START.plusSeconds(20))).isEqualTo(new Decision.Renew(null));
    }

    @Test
    void whatSomebodyHasToMendIsLookedAtOnceAMinute() {
        RenewalState state = RenewalState.NOTHING.failed(new TokenUnavailable("wrong secret", null), START, 0);

        assertThat(state.decide(START.plusSeconds(59))).isInstanceOf(Decision.Refuse.class);
        assertThat(state.decide(START.plusSeconds(60))).isEqualTo(new Decision.Renew(null));
    }

    @Test
    void failuresInARowAreFurtherAndFurtherApartUpToAMinute() {
        RenewalState state = RenewalState.NOTHING;
        TokenUnavailable passing = new TokenUnavailable("not now", Duration.ZERO);
        long[] seconds = { 1, 2, 4, 8, 16, 32, 60, 60 };
        for (long delay : seconds) {
            state = state.failed(passing, START, 1);
            assertThat(state.notBefore()).isEqualTo(START.plusSeconds(delay));
        }
    }
}
