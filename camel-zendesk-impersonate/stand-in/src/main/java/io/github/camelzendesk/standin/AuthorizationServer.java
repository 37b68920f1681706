package io.github.camelzendesk.standin;

/** What lies below {@code /oauth/}: not part of the API, without bearer tokens, without rate headers. */
final class AuthorizationServer {

    private final TokenEndpoint grants;

    AuthorizationServer(World world, Switches switches, OAuth oauth) {
        this.grants = new TokenEndpoint(world, switches, oauth);
    }

    static boolean serves(Call call) {
        return call.rawPath().startsWith("/oauth/");
    }

    private static boolean grants(Call call) {
        return call.method().equals("POST") && call.rawPath().equals("/oauth/tokens");
    }

    /** For the journal. */
    Doorman.Verdict judge(Call call) {
        if (!grants(call)) {
            return new Doorman.Verdict(null, null, null, "anonymous");
        }
        Client client = grants.named(call);
        return new Doorman.Verdict(null, null, null, "unknown client", client == null ? null : client.identifier(),
                grants.step(call));
    }

    /** Called for every request that was read, whatever becomes of it. */
    void presented(Call call) {
        if (grants(call)) {
            grants.presented(call);
        }
    }

    Answer answer(Call call) {
        return grants(call) ? grants.answer(call) : Answer.invalidEndpoint();
    }
}
