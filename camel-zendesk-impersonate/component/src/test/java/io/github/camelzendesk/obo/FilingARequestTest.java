package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

class FilingARequestTest {

    @Test
    void theRecordIsTheCustomers() {
        try (Rig rig = new Rig().route("post:requests")) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"), Map.of("orderId", 5));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.HTTP_RESPONSE_CODE)).isEqualTo(201);
            assertThat(out.getMessage().getHeader("orderId")).isEqualTo(5);
            assertThat(out.getMessage().getBody(String.class)).contains("\"subject\":\"Help\"");
            assertThat(rig.onlyRequest().line()).isEqualTo("as jane@example.com POST /api/v2/requests -> 201");
        }
    }

    @Test
    void withoutAUserNothingIsSent() {
        try (Rig rig = new Rig().route("post:requests")) {
            Exchange out = rig.send(null, Rig.aRequest("Help"), Map.of("orderId", 5));

            assertThat(out.getException()).isInstanceOf(ZendeskOboInvalidUserException.class);
            assertThat(out.getMessage().getHeader("orderId")).isEqualTo(5);
            assertThat(rig.zendesk.journal().entries()).isEmpty();
        }
    }
}
