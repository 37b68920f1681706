package io.github.camelzendesk.standin;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Objects;

import javax.net.ssl.SSLContext;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import org.jspecify.annotations.Nullable;
import org.xnio.Options;
import org.xnio.SslClientAuthMode;

/**
 * A Zendesk of one's own on a loopback port.
 *
 * <pre>{@code
 * try (StandIn zendesk = StandIn.start()) {
 *     zendesk.world().endUser("ann@example.com");
 *     zendesk.faults().next(1).method("POST").respond(Fault.status(503));
 *     // ... send requests to zendesk.baseUri() ...
 *     assert zendesk.journal().lines().contains("as ann@example.com POST /api/v2/requests -> 503");
 * }
 * }</pre>
 */
public final class StandIn implements AutoCloseable {

    private final World world;
    private final Journal journal = new Journal();
    private final Switches switches;
    private final Faults faults = new Faults();
    private final OAuth oauth;
    private final Desk desk;
    private final boolean empty;
    private final Undertow server;
    private final URI baseUri;

    private StandIn(Builder builder) {
        this.world = new World(builder.clock);
        this.oauth = new OAuth(world);
        this.empty = builder.empty;
        this.switches = new Switches(this::settle);
        this.desk = new Desk(world, switches, faults, oauth);
        reset();
        FrontDoor door = new FrontDoor(desk, new Control(this), journal, faults, builder.clock);
        Undertow.Builder undertow = Undertow.builder()
                .setIoThreads(2)
                .setWorkerThreads(1) // none is used; Undertow wants one
                .setServerOption(UndertowOptions.DECODE_URL, false) // the journal shows the path as it was on the wire
                .setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
                .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L) // Undertow would cut the connection at 2 MiB
                .setServerOption(UndertowOptions.ENABLE_HTTP2, builder.http2 == null ? builder.tls != null : builder.http2)
                .setHandler(Handlers.httpContinueRead(door));
        if (builder.tls == null) {
            undertow.addHttpListener(builder.port, "127.0.0.1");
        } else {
            undertow.addHttpsListener(builder.port, "127.0.0.1", builder.tls);
            if (builder.requireClientCertificate) {
                undertow.setSocketOption(Options.SSL_CLIENT_AUTH_MODE, SslClientAuthMode.REQUIRED);
            }
        }
        this.server = undertow.build();
        server.start();
        InetSocketAddress address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
        this.baseUri = URI.create((builder.tls == null ? "http" : "https") + "://127.0.0.1:" + address.getPort());
    }

    /** On a free loopback port, with the {@link Sample} data. */
    public static StandIn start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Scheme, host and port, without a slash at the end. */
    public URI baseUri() {
        return baseUri;
    }

    public int port() {
        return baseUri.getPort();
    }

    public Journal journal() {
        return journal;
    }

    public World world() {
        return world;
    }

    public OAuth oauth() {
        return oauth;
    }

    public Switches switches() {
        return switches;
    }

    public Faults faults() {
        return faults;
    }

    /** What was made of each rate window, the oldest first; of each name the newest 10,000 and those that still run. */
    public List<Usage> usage() {
        return desk.usage();
    }

    /**
     * Does as if another application had sent so many requests in the account's running minute.
     *
     * @return how many of them were within the limit
     * @throws IllegalArgumentException when the number is negative
     */
    public int spend(int requests) {
        if (requests < 0) {
            throw new IllegalArgumentException("requests cannot be taken back");
        }
        return desk.spend(requests);
    }

    private void settle() {
        desk.settle();
    }

    /** Back to the beginning: the data, an empty journal, no faults, switches as they were. */
    public void reset() {
        synchronized (world) {
            world.clear();
            if (!empty) {
                Sample.load(world);
            }
            desk.reset();
            oauth.reset();
        }
        switches.reset();
        faults.clear();
        journal.clear();
    }

    @Override
    public void close() {
        server.stop();
    }

    public static final class Builder {

        private int port;
        private @Nullable SSLContext tls;
        private boolean requireClientCertificate;
        private @Nullable Boolean http2;
        private Clock clock = Clock.systemUTC();
        private boolean empty;

        private Builder() {
        }

        /** 0, the default, takes a free one. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        public Builder tls(SSLContext tls) {
            this.tls = Objects.requireNonNull(tls);
            return this;
        }

        /** The client must show a certificate that the TLS context trusts. */
        public Builder requireClientCertificate(boolean required) {
            this.requireClientCertificate = required;
            return this;
        }

        /** Whether HTTP/2 is offered; with TLS it is unless switched off. */
        public Builder http2(boolean offered) {
            this.http2 = offered;
            return this;
        }

        /** What the stand-in takes for the time: expiries, rate windows, the Date header. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** Without the sample data. */
        public Builder empty() {
            this.empty = true;
            return this;
        }

        public StandIn start() {
            return new StandIn(this);
        }
    }
}
