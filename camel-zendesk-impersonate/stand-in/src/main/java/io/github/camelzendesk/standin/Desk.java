package io.github.camelzendesk.standin;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.standin.Operations.Match;
import io.github.camelzendesk.standin.Operations.Operation;

/** Turns a call into an answer, one at a time; knows nothing of sockets. */
final class Desk {

    private static final Operation ATTACHMENT_CONTENT = new Operation("GET", "/attachments/token/{key}/", List.of(),
            "yes-anonymous", "support");

    private static final String ACCOUNT = "account";

    /** How a call was, or would be, dealt with. {@code usual} is null when a fault kept it from being processed. */
    record Outcome(Doorman.Verdict verdict, @Nullable Answer usual, @Nullable Fault fault) {
    }

    private final World world;
    private final Switches switches;
    private final Faults faults;
    private final Operations operations = Operations.load();
    private final Map<String, Endpoint> endpoints = new HashMap<>();
    private final Doorman doorman;
    private final AuthorizationServer authorization;
    private final UploadEndpoints uploads;
    private final IdempotencyKeys keys = new IdempotencyKeys();
    private final RateWindows windows = new RateWindows();
    private final Buckets buckets;

    Desk(World world, Switches switches, Faults faults, OAuth oauth) {
        this.world = world;
        this.switches = switches;
        this.faults = faults;
        this.buckets = new Buckets(switches, windows);
        this.doorman = new Doorman(world, switches);
        this.authorization = new AuthorizationServer(world, switches, oauth);
        this.uploads = new UploadEndpoints(world);
        uploads.register(endpoints);
        new RequestEndpoints(world, switches, keys).register(endpoints);
        new SupportEndpoints(world, switches, keys).register(endpoints);
        new OAuthTokenEndpoints(world, switches).register(endpoints);
        new HelpCenterEndpoints(world).register(endpoints);
        new ExportEndpoints(world).register(endpoints);
    }

    /** The operations that have an endpoint, as method and template. */
    Set<String> actedOut() {
        return Set.copyOf(endpoints.keySet());
    }

    void reset() {
        synchronized (world) {
            keys.clear();
            windows.clear();
        }
    }

    List<Usage> usage() {
        synchronized (world) {
            return windows.usage(world.now());
        }
    }

    int spend(int requests) {
        synchronized (world) {
            return windows.spend(ACCOUNT, ACCOUNT, 60, switches::rateLimit, world.now(), requests);
        }
    }

    /** To be called before a switch changes: the windows that are over had the limits of before. */
    void settle() {
        synchronized (world) {
            windows.settle(world.now());
        }
    }

    /** A call of which only the headers have come; null when no fault strikes it yet. */
    @Nullable Outcome receiveHeaders(Call call) {
        synchronized (world) {
            Fault fault = faults.take(call, true);
            if (fault == null) {
                return null;
            }
            return new Outcome(AuthorizationServer.serves(call) ? authorization.judge(call) : judge(call, find(call)), null, fault);
        }
    }

    Outcome receive(Call call) {
        synchronized (world) {
            if (AuthorizationServer.serves(call)) {
                return authorize(call);
            }
            Match match = find(call);
            Doorman.Verdict verdict = judge(call, match);
            Fault fault = faults.take(call, false);
            boolean processed = fault == null || fault.processesFirst();
            return new Outcome(verdict, processed ? answer(call, match, verdict) : null, fault);
        }
    }

    private Outcome authorize(Call call) {
        Doorman.Verdict verdict = authorization.judge(call);
        authorization.presented(call);
        Fault fault = faults.take(call, false);
        boolean processed = fault == null || fault.processesFirst();
        return new Outcome(verdict, processed ? packed(call, identified(authorization.answer(call))) : null, fault);
    }

    private @Nullable Match find(Call call) {
        return call.rawPath().startsWith("/attachments/token/")
                ? attachment(call)
                : operations.match(call.method(), call.segments());
    }

    private Doorman.Verdict judge(Call call, @Nullable Match match) {
        return match == null ? stray(call) : doorman.judge(call, match.operation());
    }

    private static @Nullable Match attachment(Call call) {
        List<String> segments = call.segments();
        return call.method().equals("GET") && segments.size() >= 3
                ? new Match(ATTACHMENT_CONTENT, Map.of("key", segments.get(2)))
                : null;
    }

    /** A path that nobody knows; the router says so before anybody looks at the credentials [INFER]. */
    private Doorman.Verdict stray(Call call) {
        Operation anything = new Operation(call.method(), call.rawPath(), List.of(), "yes", "support");
        Doorman.Verdict verdict = doorman.judge(call, anything);
        return new Doorman.Verdict(verdict.user(), verdict.token(), Answer.invalidEndpoint(), verdict.reason());
    }

    private Answer answer(Call call, @Nullable Match match, Doorman.Verdict verdict) {
        boolean inHelpCenter = match != null && match.operation().helpCenter();
        // The Help Center counts apart [DOC rate-limits]; what is not found is charged too [REC node-zendesk].
        // By the time of counting, as of two calls the later one may be the first to be served.
        Instant now = world.now();
        RateWindow.Reading reading = inHelpCenter
                ? windows.count("help-center", ACCOUNT, 60, switches::helpCenterRateLimit, now)
                : windows.count(ACCOUNT, ACCOUNT, 60, switches::rateLimit, now);
        Answer answer;
        if (reading.exceeded()) {
            answer = Answer.rateLimited(reading.resetSeconds());
        } else if (verdict.refusal() != null) {
            answer = verdict.refusal();
        } else if (match == null) {
            answer = Answer.invalidEndpoint();
        } else if (inHelpCenter && switches.helpCenterNeedsJsonSuffix() && !call.rawPath().endsWith(".json")) {
            answer = Answer.of(415, new byte[0], null);
        } else {
            Buckets.Level level = buckets.count(match, verdict.user(), now);
            answer = level != null && level.reading().exceeded()
                    ? level.refusal()
                    : perform(call, match, verdict);
            if (level != null && switches.rateHeaders()) {
                answer = answer.with(level.header(), level.value());
            }
        }
        return dressed(call, answer, verdict, reading, inHelpCenter);
    }

    private Answer perform(Call call, Match match, Doorman.Verdict verdict) {
        Token token = verdict.token();
        if (token != null) {
            token.used(call.at());
        }
        if (match.operation() == ATTACHMENT_CONTENT) {
            return uploads.download(match.variables().get("key"));
        }
        Endpoint endpoint = endpoints.get(match.operation().key());
        if (endpoint == null) {
            return Answer.notImplemented(match.operation().key());
        }
        try {
            return endpoint.answer(new Visit(call, verdict.user(), token, match.variables()));
        } catch (Call.MalformedJson e) {
            return Answer.malformedJson();
        } catch (RuntimeException e) {
            // a bug of the stand-in's must be seen, and must not leave a client waiting
            return Answer.json(500, Json.object().put("error", "StandInFailed").put("description", e.toString()));
        }
    }

    /** The headers that come with every answer [REC zenpy and others]. */
    private Answer dressed(Call call, Answer answer, Doorman.Verdict verdict, RateWindow.Reading reading, boolean inHelpCenter) {
        Answer dressed = identified(answer)
                .with("x-zendesk-api-version", "v2")
                .with("x-zendesk-api-gateway", "yes");
        if (answer.header("Cache-Control") == null) {
            dressed = dressed.with("Cache-Control", "max-age=0, private, must-revalidate");
        }
        if (call.method().equals("GET") && answer.status() == 200 && answer.generated() == null) {
            byte[] md5 = Body.digest("MD5").digest(answer.body());
            dressed = dressed.with("ETag", "W/\"" + HexFormat.of().formatHex(md5) + "\"");
        }
        if (switches.sessionCookie()) {
            // Without "secure", which real ones have: over plain HTTP a cookie jar would hide its leak from the test.
            String session = UUID.nameUUIDFromBytes(String.valueOf(verdict.actedAs()).getBytes(StandardCharsets.UTF_8)).toString();
            dressed = dressed.with("Set-Cookie", "_zendesk_session=" + session + "; path=/; HttpOnly");
        }
        if (switches.rateHeaders()) {
            String remaining = String.valueOf(Math.max(0, reading.remaining()));
            dressed = dressed.with("x-rate-limit", String.valueOf(reading.limit())).with("x-rate-limit-remaining", remaining);
            if (!inHelpCenter) {
                // this triple since 2024, but not from the Help Center [REC]
                dressed = dressed.with("ratelimit-limit", String.valueOf(reading.limit()))
                        .with("ratelimit-remaining", remaining)
                        .with("ratelimit-reset", String.valueOf(reading.resetSeconds()));
            }
        }
        return packed(call, dressed);
    }

    private static Answer identified(Answer answer) {
        String requestId = UUID.randomUUID().toString();
        return answer.with("x-request-id", requestId).with("x-zendesk-request-id", requestId);
    }

    private Answer packed(Call call, Answer answer) {
        String accepted = call.header("Accept-Encoding");
        boolean gzip = switches.gzip() && accepted != null && accepted.toLowerCase(Locale.ROOT).contains("gzip");
        return gzip && answer.body().length > 0 ? answer.gzipped() : answer;
    }
}
