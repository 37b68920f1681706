package io.github.camelzendesk.standin;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Sends what a test says, over a real socket. */
final class Caller {

    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5)).build();

    record Reply(int status, java.net.http.HttpHeaders headers, byte[] body) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        JsonNode json() {
            try {
                return Json.MAPPER.readTree(body);
            } catch (IOException e) {
                throw new AssertionError(text(), e);
            }
        }

        @Nullable String header(String name) {
            return headers.firstValue(name).orElse(null);
        }
    }

    private final URI base;
    private final List<String> headers;

    private Caller(URI base, List<String> headers) {
        this.base = base;
        this.headers = headers;
    }

    static Caller of(StandIn standIn) {
        return new Caller(standIn.baseUri(), List.of());
    }

    Caller with(String name, String value) {
        List<String> more = new ArrayList<>(headers);
        more.add(name);
        more.add(value);
        return new Caller(base, more);
    }

    Caller token(String token) {
        return with("Authorization", "Bearer " + token);
    }

    Caller as(String user) {
        return with("X-On-Behalf-Of", user);
    }

    Reply get(String path) throws IOException {
        return send("GET", path, null, null);
    }

    Reply delete(String path) throws IOException {
        return send("DELETE", path, null, null);
    }

    Reply post(String path, String json) throws IOException {
        return send("POST", path, json.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    Reply put(String path, String json) throws IOException {
        return send("PUT", path, json.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    Reply send(String method, String path, byte @Nullable [] body, @Nullable String contentType) throws IOException {
        HttpRequest request = request(method, path, body, contentType);
        try {
            HttpResponse<byte[]> response = HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Reply(response.statusCode(), response.headers(), response.body());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    HttpRequest request(String method, String path, byte @Nullable [] body, @Nullable String contentType) {
        URI uri = path.startsWith("http") ? URI.create(path) : URI.create(base + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10));
        for (int i = 0; i < headers.size(); i += 2) {
            request.header(headers.get(i), headers.get(i + 1));
        }
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        return request.method(method, body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(body)).build();
    }
}
