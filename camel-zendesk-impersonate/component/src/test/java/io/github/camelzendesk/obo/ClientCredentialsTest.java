package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

import io.github.camelzendesk.obo.token.ClientCredentialsTokenSource;
import io.github.camelzendesk.standin.JournalEntry;
import io.github.camelzendesk.standin.Sample;
import io.github.camelzendesk.standin.Token;

class ClientCredentialsTest {

    private static ClientCredentialsTokenSource source() {
        ClientCredentialsTokenSource source = new ClientCredentialsTokenSource();
        source.setClientId(Sample.CLIENT);
        source.setClientSecret(Sample.CLIENT_SECRET);
        return source;
    }

    private static Rig rig(ClientCredentialsTokenSource source) {
        return new Rig().bind("byGrant", source).route("post:requests?tokenSource=#byGrant");
    }

    private static long tokenRequests(Rig rig) {
        return rig.zendesk.journal().entries().stream().filter(entry -> entry.path().equals("/oauth/tokens")).count();
    }

    @Test
    void aTokenIsFetchedWhenTheFirstMessageNeedsIt() {
        try (Rig rig = rig(source())) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

            assertThat(out.getException()).isNull();
            assertThat(rig.onlyRequest().line()).isEqualTo("as jane@example.com POST /api/v2/requests -> 201");
            assertThat(tokenRequests(rig)).isEqualTo(1);
        }
    }

    @Test
    void twoHundredMessagesAtOnceFetchOneToken() {
        try (Rig rig = rig(source())) {
            rig.start();
            List<Future<Exchange>> sent = IntStream.range(0, 200).mapToObj(i -> rig.camel.createFluentProducerTemplate()
                    .to("direct:in").withHeader(ZendeskOboConstants.USER, Rig.JANE).withBody(Rig.aRequest("Help " + i)).asyncSend())
                    .toList();

            assertThat(sent).allSatisfy(out -> assertThat(out.get().getException()).isNull());
            assertThat(tokenRequests(rig)).isEqualTo(1);
            assertThat(rig.requests()).hasSize(200);
        }
    }

    @Test
    void aTokenThatWasRevokedIsReplacedOnceAndTheMessageSentAgain() {
        try (Rig rig = rig(source())) {
            rig.send(Rig.JANE, Rig.aRequest("first"));
            rig.zendesk.world().tokens().forEach(Token::revoke);

            Exchange out = rig.send(Rig.JANE, Rig.aRequest("second"));

            assertThat(out.getException()).isNull();
            assertThat(out.getMessage().getHeader(ZendeskOboConstants.ATTEMPTS)).isEqualTo(2);
            assertThat(tokenRequests(rig)).isEqualTo(2);
            assertThat(rig.requests()).extracting(JournalEntry::status).containsExactly(201, 401, 201);
        }
    }

    @Test
    void aWrongSecretIsSaidPlainly() {
        ClientCredentialsTokenSource source = source();
        source.setClientSecret("wrong-secret");
        try (Rig rig = rig(source)) {
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("its secret is wrong or was replaced").hasMessageNotContaining("wrong-secret");
            assertThat(rig.requests()).isEmpty();
        }
    }

    @Test
    void aScopeOutsideTheClientsCeilingIsSaidPlainly() {
        ClientCredentialsTokenSource source = source();
        source.setScopes("impersonate tickets:read");
        try (Rig rig = rig(source)) {
            rig.zendesk.world().client(Sample.CLIENT).allowedScopes("impersonate", "write");
            Exchange out = rig.send(Rig.JANE, Rig.aRequest("Help"));

            assertThat(out.getException()).isInstanceOf(ZendeskOboNoTokenException.class)
                    .hasMessageContaining("allowed scopes");
        }
    }

    @Test
    void aMissingSettingFailsAtStartByName() {
        ClientCredentialsTokenSource source = new ClientCredentialsTokenSource();
        source.setClientId(Sample.CLIENT);
        try (Rig rig = rig(source)) {
            org.assertj.core.api.Assertions.assertThatThrownBy(rig::start).hasStackTraceContaining("client secret");
        }
    }

}
