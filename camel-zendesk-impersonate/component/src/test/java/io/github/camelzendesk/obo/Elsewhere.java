package io.github.camelzendesk.obo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A stand-in in a JVM of its own, without limits to the rate of requests. */
final class Elsewhere implements AutoCloseable {

    private final Process process;
    final String baseUri;

    private Elsewhere(Process process, String baseUri) {
        this.process = process;
        this.baseUri = baseUri;
    }

    static Elsewhere start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"), "-Xmx512m", "-cp",
                System.getProperty("java.class.path"), "io.github.camelzendesk.standin.Main"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()));
        String prefix = "stand-in listening on ";
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(prefix)) {
                // its journal must not fill the pipe
                Thread drain = new Thread(() -> out.lines().forEach(entry -> {
                }), "drain");
                drain.setDaemon(true);
                drain.start();
                Elsewhere zendesk = new Elsewhere(process, line.substring(prefix.length()).strip());
                zendesk.liftLimits();
                return zendesk;
            }
        }
        process.destroy();
        throw new AssertionError("the stand-in did not start");
    }

    private void liftLimits() throws IOException {
        control("PUT", "switches", "{\"rateLimit\":100000000,\"createRateLimit\":100000000}");
    }

    /** What the control takes, below {@code /_stand-in/}. */
    void control(String method, String path, String json) throws IOException {
        HttpURLConnection control = (HttpURLConnection) URI.create(baseUri + "/_stand-in/" + path).toURL().openConnection();
        control.setRequestMethod(method);
        control.setDoOutput(true);
        control.setRequestProperty("Content-Type", "application/json");
        try (OutputStream out = control.getOutputStream()) {
            out.write(json.getBytes(StandardCharsets.UTF_8));
        }
        if (control.getResponseCode() >= 300) {
            throw new AssertionError(method + " " + path + ": " + control.getResponseCode());
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
