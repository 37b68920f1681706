package io.github.camelzendesk.obo.client;

import java.time.Duration;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * How the HTTP engine of a component is set up.
 *
 * @param sslContext     null for the JVM's own
 * @param proxy          null for none
 * @param connectTimeout for each of: opening the connection, the TLS handshake
 * @param maxConnections how many connections may be open at the same time
 */
public record EngineSettings(
        @Nullable SSLContext sslContext, @Nullable Proxy proxy, Duration connectTimeout, int maxConnections,
        String userAgent) {

    /**
     * @param user     null when the proxy asks for none
     * @param password null when {@code user} is
     */
    public record Proxy(String host, int port, @Nullable String user, char @Nullable [] password) {
        @Override
        public String toString() {
            return "Proxy[" + host + ":" + port + "]";
        }
    }
}
