package io.github.camelzendesk.obo.token;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Where one Zendesk account answers: scheme, host and port, and nothing else.
 * Credentials are meant for exactly one origin, so everything that carries them compares origins.
 * <p>
 * Two origins are equal when scheme, host and effective port are; letter case and a written default port make no
 * difference. Plain http exists only for a literal loopback host.
 */
public final class Origin {

    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final Pattern SUBDOMAIN = Pattern.compile(
            "(?:(" + LABEL + ")|(" + LABEL + ")\\.zendesk\\.com|https://(" + LABEL + ")\\.zendesk\\.com/?)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern BASE_URI = Pattern.compile(
            "(https?)://(" + LABEL + "(?:\\." + LABEL + ")*|\\[[0-9A-Fa-f:.]{2,45}])(?::([1-9][0-9]{0,4}))?/?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");
    private static final String OCTET = "(?:0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
    private static final Pattern IPV4 = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);
    private static final int LONGEST_HOST = 253;

    private final URI uri;

    private Origin(String scheme, String host, int port) {
        boolean written = port != -1 && port != defaultPort(scheme);
        try {
            this.uri = new URI(scheme + "://" + host + (written ? ":" + port : ""));
        } catch (URISyntaxException e) {
            // its message repeats the input
            throw new IllegalArgumentException("baseUri has no valid host");
        }
        if (!host.equals(uri.getHost())) {
            throw new IllegalArgumentException("baseUri has no valid host");
        }
    }

    /**
     * The origin of an account on zendesk.com.
     *
     * @param  subdomain                {@code acme}, or what people paste instead: {@code acme.zendesk.com},
     *                                  {@code https://acme.zendesk.com/}
     * @throws IllegalArgumentException if it is anything else, blanks included; the message has the remedy, not the value
     */
    public static Origin ofSubdomain(String subdomain) {
        refuseUnresolved("subdomain", subdomain);
        Matcher m = SUBDOMAIN.matcher(subdomain);
        if (!m.matches()) {
            throw new IllegalArgumentException("subdomain is not valid: write the first part of the account's address, such as"
                                               + " acme for https://acme.zendesk.com (letters, digits and inner hyphens, at most 63);"
                                               + " for a host of your own use baseUri");
        }
        String label = m.group(1) != null ? m.group(1) : m.group(2) != null ? m.group(2) : m.group(3);
        return new Origin("https", label.toLowerCase(Locale.ROOT) + ".zendesk.com", -1);
    }

    /**
     * The origin of an account with a host of its own, or of a stand-in on this machine.
     *
     * @param  baseUri                  {@code https://host[:port][/]}; {@code http} only for {@code localhost},
     *                                  {@code 127.x.x.x} and {@code [::1]}
     * @throws IllegalArgumentException if it has more (user, path, query, fragment) or less; the message has the remedy, not the
     *                                  value
     */
    public static Origin ofBaseUri(String baseUri) {
        refuseUnresolved("baseUri", baseUri);
        Matcher m = BASE_URI.matcher(baseUri);
        if (!m.matches()) {
            throw new IllegalArgumentException("baseUri is not valid: write https://host or https://host:port,"
                                               + " without user, path, query or fragment");
        }
        String scheme = m.group(1).toLowerCase(Locale.ROOT);
        String host = m.group(2).toLowerCase(Locale.ROOT);
        int port = m.group(3) == null ? -1 : Integer.parseInt(m.group(3));
        if (port > 65535) {
            throw new IllegalArgumentException("baseUri is not valid: a port is at most 65535");
        }
        if (host.length() > LONGEST_HOST) {
            throw new IllegalArgumentException("baseUri is not valid: a host name has at most 253 characters");
        }
        // 127.1, 0x7f.1 and 2130706433 mean an address to one library and a name to the next
        if (ENDS_IN_A_NUMBER.matcher(host).matches() && !IPV4.matcher(host).matches()) {
            throw new IllegalArgumentException("baseUri is not valid: write an IPv4 address as four decimal numbers");
        }
        if (scheme.equals("http") && !loopback(host)) {
            throw new IllegalArgumentException("baseUri is not valid: http would send the token in clear, so it is only for"
                                               + " localhost, 127.0.0.1 and [::1]; use https");
        }
        return new Origin(scheme, host, port);
    }

    private static void refuseUnresolved(String option, String value) {
        if (value.contains("{{") || value.contains("${")) {
            throw new IllegalArgumentException(option + " holds a placeholder that was not resolved:"
                                               + " define the property, or write the value itself");
        }
    }

    private static boolean loopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.") && IPV4.matcher(host).matches();
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    /** Whether requests are encrypted; if not, the host is a literal loopback one. */
    public boolean secure() {
        return uri.getScheme().equals("https");
    }

    /** The host in lower case; an IPv6 address in its brackets. */
    public String host() {
        return uri.getHost();
    }

    /** The port that is connected to, the scheme's default if none was given. */
    public int port() {
        return uri.getPort() == -1 ? defaultPort(uri.getScheme()) : uri.getPort();
    }

    /** The origin as URI, without a path; the port only when it is not the scheme's default. */
    public URI uri() {
        return uri;
    }

    /**
     * The URI of a resource at this origin.
     *
     * @param  encodedPathAndQuery      already percent-encoded; begins with one slash
     * @throws IllegalArgumentException if the result would not be a resource at this origin; the message does not repeat it
     */
    public URI resolve(String encodedPathAndQuery) {
        if (!encodedPathAndQuery.startsWith("/") || encodedPathAndQuery.startsWith("//")) {
            throw new IllegalArgumentException("The path at an origin must begin with one slash");
        }
        URI resolved;
        try {
            resolved = new URI(uri + encodedPathAndQuery);
        } catch (URISyntaxException e) {
            // its message repeats the input
            throw new IllegalArgumentException("The path at an origin is not percent-encoded, at position " + e.getIndex());
        }
        if (resolved.getRawFragment() != null || !uri.getRawAuthority().equals(resolved.getRawAuthority())) {
            throw new IllegalArgumentException("The path at an origin must have no fragment");
        }
        return resolved;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Origin o && uri.toString().equals(o.uri.toString());
    }

    @Override
    public int hashCode() {
        return uri.toString().hashCode();
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
