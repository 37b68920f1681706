package io.github.camelzendesk.standin;

import org.jspecify.annotations.Nullable;

/** What lies below {@code /oauth/}: not part of the API, without bearer tokens, without rate headers. */
final class AuthorizationServer {

    private final TokenEndpoint grants;
    private final ConsentPage consent;

    AuthorizationServer(World world, Switches switches, OAuth oauth) {
        this.grants = new TokenEndpoint(world, switches, oauth);
        this.consent = new ConsentPage(world, switches);
    }

    static boolean serves(Call call) {
        return call.rawPath().startsWith("/oauth/");
    }

    private static boolean grants(Call call) {
        return call.method().equals("POST") && call.rawPath().equals("/oauth/tokens");
    }

    private static boolean asksConsent(Call call) {
        return (call.method().equals("GET") || call.method().equals("POST"))
                && call.rawPath().equals("/oauth/authorizations/new");
    }

    /** For the journal. */
    Doorman.Verdict judge(Call call) {
        if (grants(call)) {
            return verdict(grants.named(call), grants.step(call));
        }
        return asksConsent(call)
                ? verdict(consent.named(call), consent.step(call))
                : new Doorman.Verdict(null, null, null, "anonymous");
    }

    private static Doorman.Verdict verdict(@Nullable Client client, @Nullable String step) {
        return new Doorman.Verdict(null, null, null, "unknown client", client == null ? null : client.identifier(), step);
    }

    /** Called for every request that was read, whatever becomes of it. */
    void presented(Call call) {
        if (grants(call)) {
            grants.presented(call);
        }
    }

    Answer answer(Call call) {
        if (grants(call)) {
            return grants.answer(call);
        }
        return asksConsent(call) ? consent.answer(call) : Answer.invalidEndpoint();
    }
}
