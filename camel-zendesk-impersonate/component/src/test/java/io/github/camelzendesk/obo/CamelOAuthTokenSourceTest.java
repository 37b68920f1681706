package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** On a Camel that has no OAuth profiles; on one that has them it is tested in the module runtime-tests. */
class CamelOAuthTokenSourceTest {

    @Test
    void aCamelWithoutProfilesFailsAtStartAndSaysWhatToUse() {
        CamelOAuthTokenSource source = new CamelOAuthTokenSource();
        source.setProfile("zendesk");
        try (Rig rig = new Rig().bind("byProfile", source).route("get:requests?tokenSource=#byProfile")) {
            assertThatThrownBy(rig::start).hasStackTraceContaining("use Camel 4.19 or newer, or a ClientCredentialsTokenSource");
        }
        assertThat(source).hasToString("CamelOAuthTokenSource[zendesk]");
    }
}
