package io.github.camelzendesk.obo;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLContext;

/** A server that says whatever a test wants said, byte for byte. One thread for each connection. */
final class RawServer implements AutoCloseable {

    /** What a server does with a connection; it is closed in good order when this returns or throws. */
    @FunctionalInterface
    interface Conversation {
        void hold(Line line) throws Exception;
    }

    /** A request as it came: the lines of its head, and its body. */
    record Request(List<String> head, byte[] body) {

        String line() {
            return head.get(0);
        }

        List<String> values(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return head.stream().skip(1).filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip()).toList();
        }

        List<String> names() {
            return head.stream().skip(1).map(line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT)).toList();
        }
    }

    private final ServerSocket socket;
    private final Conversation conversation;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final boolean tls;

    RawServer(Conversation conversation) {
        this(null, conversation);
    }

    RawServer(SSLContext tls, Conversation conversation) {
        this.conversation = conversation;
        this.tls = tls != null;
        try {
            InetAddress loopback = InetAddress.getByName("127.0.0.1");
            socket = tls == null ? new ServerSocket(0, 50, loopback)
                    : tls.getServerSocketFactory().createServerSocket(0, 50, loopback);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        daemon(this::accept);
    }

    static void daemon(Runnable task) {
        Thread thread = new Thread(task, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                connections.incrementAndGet();
                open.add(accepted);
                daemon(() -> {
                    try (accepted) {
                        conversation.hold(new Line(accepted));
                    } catch (Exception e) {
                        // the client went away, or the test is over
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    String uri() {
        return (tls ? "https" : "http") + "://127.0.0.1:" + port();
    }

    /** Those that were read to their end. */
    List<Request> requests() {
        return requests;
    }

    int connections() {
        return connections.get();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket one : open) {
                one.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A port on which nobody listens. */
    static int deadPort() {
        try (ServerSocket once = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return once.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One connection, as the server sees it. */
    final class Line {

        final Socket socket;
        final InputStream in;

        Line(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        /** Reads one request to its end. */
        Request read() throws IOException {
            List<String> head = head();
            Request bodyless = new Request(head, new byte[0]);
            byte[] body = new byte[0];
            if (!bodyless.values("Content-Length").isEmpty()) {
                body = in.readNBytes(Integer.parseInt(bodyless.values("Content-Length").get(0)));
            } else if (!bodyless.values("Transfer-Encoding").isEmpty()) {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                for (int size = chunk(); size > 0; size = chunk()) {
                    all.write(in.readNBytes(size));
                    line();
                }
                line();
                body = all.toByteArray();
            }
            Request request = new Request(head, body);
            requests.add(request);
            return request;
        }

        private int chunk() throws IOException {
            return Integer.parseInt(line().split(";")[0].strip(), 16);
        }

        List<String> head() throws IOException {
            List<String> head = new ArrayList<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                head.add(line);
            }
            return head;
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new EOFException();
                }
                if (b != '\r') {
                    line.write(b);
                }
            }
            return line.toString(StandardCharsets.ISO_8859_1);
        }

        Line write(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return this;
        }

        Line answer(int status, String body, String... headers) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Whatever\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            return write(head + "Content-Length: " + body.length() + "\r\n\r\n" + body);
        }

        /** Until the client goes away. */
        void waitForTheEnd() throws IOException {
            while (in.read() >= 0) {
                // whatever comes is of no interest
            }
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
