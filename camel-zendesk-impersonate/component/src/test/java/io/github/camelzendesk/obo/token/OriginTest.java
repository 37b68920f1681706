package io.github.camelzendesk.obo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {

    @ParameterizedTest
    @ValueSource(strings = { "acme", "ACME", "acme.zendesk.com", "Acme.Zendesk.Com", "https://acme.zendesk.com/",
            "https://acme.zendesk.com" })
    void whatPeopleTypeForASubdomainIsTheSameOrigin(String subdomain) {
        Origin origin = Origin.ofSubdomain(subdomain);

        assertThat(origin).hasToString("https://acme.zendesk.com").isEqualTo(Origin.ofSubdomain("acme"));
        assertThat(origin.host()).isEqualTo("acme.zendesk.com");
        assertThat(origin.port()).isEqualTo(443);
        assertThat(origin.secure()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "4u", "a", "my-company", "a23456789-123456789-123456789-123456789-123456789-123456789-123" })
    void aDnsLabelIsASubdomain(String subdomain) {
        assertThat(Origin.ofSubdomain(subdomain).host()).isEqualTo(subdomain + ".zendesk.com");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", " acme", "acme ", "acme\n", "evil.example.net/#", "evil.example.net", "a.b@evil", "a@evil", "-x",
            "x-", "a.b", "acme_x", "acme.zendesk.com.zendesk.com", "acme.zendesk.com/", "acme.zendesk.com.", ".zendesk.com",
            "http://acme.zendesk.com/", "https://acme.zendesk.com//", "https://acme.zendesk.com/x", "https://acme.zendesk.com:443",
            "https://u@acme.zendesk.com", "https://acme.zendesk.com?x", "//acme.zendesk.com", "ac\u00e9me", "acme%2e", "acme\u0000",
            "a234567890123456789012345678901234567890123456789012345678901234" })
    void anythingElseIsNoSubdomain(String subdomain) {
        assertThatIllegalArgumentException().isThrownBy(() -> Origin.ofSubdomain(subdomain))
                .withMessageContaining("acme for https://acme.zendesk.com").withMessageNotContaining("evil");
    }

    @ParameterizedTest
    @ValueSource(strings = { "{{zendesk.subdomain}}", "${env:X}", "https://{{host}}/", "https://${x}.zendesk.com" })
    void anUnresolvedPlaceholderIsNamedAsSuch(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> Origin.ofSubdomain(value))
                .withMessageContaining("subdomain holds a placeholder that was not resolved");
        assertThatIllegalArgumentException().isThrownBy(() -> Origin.ofBaseUri(value))
                .withMessageContaining("baseUri holds a placeholder that was not resolved");
    }

    @ParameterizedTest
    @CsvSource({
            "https://help.example.com,        https://help.example.com,      help.example.com, 443,  true",
            "https://help.example.com/,       https://help.example.com,      help.example.com, 443,  true",
            "HTTPS://Help.Example.COM:443/,   https://help.example.com,      help.example.com, 443,  true",
            "https://help.example.com:8443,   https://help.example.com:8443, help.example.com, 8443, true",
            "https://help.example.com:80,     https://help.example.com:80,   help.example.com, 80,   true",
            "https://10.0.0.7,                https://10.0.0.7,              10.0.0.7,         443,  true",
            "https://[2001:db8::7]:8443,      https://[2001:db8::7]:8443,    [2001:db8::7],    8443, true",
            "http://localhost:8080,           http://localhost:8080,         localhost,        8080, false",
            "http://LOCALHOST:80/,            http://localhost,              localhost,        80,   false",
            "http://127.0.0.1:1,              http://127.0.0.1:1,            127.0.0.1,        1,    false",
            "http://127.255.3.4,              http://127.255.3.4,            127.255.3.4,      80,   false",
            "http://[::1]:8080/,              http://[::1]:8080,             [::1],            8080, false" })
    void aBaseUriIsSchemeHostAndPort(String baseUri, String text, String host, int port, boolean secure) {
        Origin origin = Origin.ofBaseUri(baseUri);

        assertThat(origin).hasToString(text);
        assertThat(origin.uri()).isEqualTo(URI.create(text));
        assertThat(origin.host()).isEqualTo(host);
        assertThat(origin.port()).isEqualTo(port);
        assertThat(origin.secure()).isEqualTo(secure);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "help.example.com", "//help.example.com", "https:help.example.com", "https:///", "https://",
            "ftp://help.example.com", " https://help.example.com", "https://help.example.com ", "https://help.example.com/x",
            "https://help.example.com//", "https://help.example.com?x=1", "https://help.example.com/?", "https://help.example.com#",
            "https://u@help.example.com", "https://u:secret@help.example.com", "https://help.example.com@evil.example",
            "https://help.example.com\\@evil.example", "https://help.example.com:", "https://help.example.com:0",
            "https://help.example.com:65536", "https://help.example.com:99999", "https://help.example.com:x", "https://.example.com",
            "https://a..b", "https://-a.example", "https://a_b.example", "https://help.example.com.", "https://h\u00e9lp.example",
            "https://a.example%2f", "https://127.1", "https://2130706433", "https://0x7f.1", "https://0x7f000001",
            "https://127.0.0.256", "https://127.0.0.01", "https://[::1", "https://[::1%25lo]", "https://[1.2.3.4]",
            "https://[:::]", "https://a.example\n" })
    void anythingElseIsNoBaseUri(String baseUri) {
        assertThatIllegalArgumentException().isThrownBy(() -> Origin.ofBaseUri(baseUri))
                .withMessageStartingWith("baseUri").withMessageNotContaining("secret").withMessageNotContaining("evil");
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://help.example.com", "http://10.0.0.1", "http://128.0.0.1", "http://127.0.0.1.evil.example",
            "http://localhost.evil.example", "http://foo.localhost", "http://[::2]", "http://[::ffff:127.0.0.1]", "http://127.evil",
            "http://0.0.0.0" })
    void plainHttpIsOnlyForALiteralLoopbackHost(String baseUri) {
        assertThatIllegalArgumentException().isThrownBy(() -> Origin.ofBaseUri(baseUri)).withMessageContaining("use https");
    }

    @Test
    void originsAreEqualWhateverTheirSpelling() {
        assertThat(Origin.ofBaseUri("https://ACME.zendesk.com:443/")).isEqualTo(Origin.ofSubdomain("acme"))
                .hasSameHashCodeAs(Origin.ofSubdomain("acme"));
        assertThat(Origin.ofBaseUri("https://acme.zendesk.com:444")).isNotEqualTo(Origin.ofSubdomain("acme"));
        assertThat(Origin.ofBaseUri("https://localhost")).isNotEqualTo(Origin.ofBaseUri("http://localhost"));
        assertThat(Origin.ofSubdomain("acme")).isNotEqualTo(Origin.ofSubdomain("acne")).isNotEqualTo(null);
    }

    @Test
    void aPathIsResolvedWithoutChange() {
        assertThat(Origin.ofBaseUri("https://help.example.com:8443").resolve("/api/v2/requests/a%2Fb?page%5Bsize%5D=1&q=a%2Bb"))
                .hasToString("https://help.example.com:8443/api/v2/requests/a%2Fb?page%5Bsize%5D=1&q=a%2Bb");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "api/v2", "@evil.example/", ":1/x", ".evil.example/", "//evil.example/", "https://evil.example/",
            "/api#evil", "/evil x", "/evil\\", "/evil\r\n", "/evil%zz", "/evil{id}" })
    void nothingButAnEncodedPathIsResolved(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> Origin.ofSubdomain("acme").resolve(path))
                .withMessageNotContaining("evil").withNoCause();
    }
}
