package io.github.camelzendesk.obo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes bytes on to a port of this machine: counts connections, and can swallow what those it has say from now on. */
final class Relay implements AutoCloseable {

    private final ServerSocket socket;
    private final int to;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile int swallowed;

    Relay(int to) {
        this.to = to;
        try {
            socket = new ServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        RawServer.daemon(() -> {
            while (!socket.isClosed()) {
                try {
                    pass(socket.accept());
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    void pass(Socket client) throws IOException {
        int number = connections.incrementAndGet();
        Socket server = new Socket("127.0.0.1", to);
        open.add(client);
        open.add(server);
        RawServer.daemon(() -> pump(number, client, server));
        RawServer.daemon(() -> pump(number, server, client));
    }

    private void pump(int number, Socket from, Socket into) {
        byte[] some = new byte[16 * 1024];
        try (from; into) {
            InputStream in = from.getInputStream();
            OutputStream out = into.getOutputStream();
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                if (number > swallowed) {
                    out.write(some, 0, count);
                }
            }
        } catch (IOException e) {
            // one of the two went away
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** The connections that there are stay open, and nothing comes through any more. */
    void swallow() {
        swallowed = connections.get();
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
}
