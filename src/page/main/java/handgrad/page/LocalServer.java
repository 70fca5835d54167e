package handgrad.page;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers the browsers of this machine.
 *
 * <p>It listens on 127.0.0.1 only. That alone would not keep out a web page that the user has open elsewhere and whose
 * name its owner lets resolve to 127.0.0.1 (DNS rebinding): such a request bears that name in its Host header, so only
 * the names of loopback are answered. A web page elsewhere can also send a POST here under the right name: the browser
 * then says in the Origin header where it comes from, so a POST needs the server's own.
 *
 * <p>A connection is for one request, has some seconds for it and its answer, and is one of a few at a time. The JDK's
 * own server does not answer a request whose target is no path, and has no limit that a caller can set.
 */
public final class LocalServer implements Closeable {
    /** How long a connection may last. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Connections at a time: browsers open up to six to a server. */
    static final int CONNECTIONS = 32;

    /** Bytes of a request up to the end of its headers; browsers send some hundred. */
    private static final int LONGEST_REQUEST = 16_384;

    private static final long PAUSE_NANOS = 10_000_000;

    private static final Pattern REQUEST = Pattern.compile("([A-Z]+) (\\S+) HTTP/1\\.[01]");
    private static final Pattern TARGET = Pattern.compile("(?:http://[^/?#]+)?(/[^?#]*)(?:\\?([^#]*))?");
    private static final Pattern HOST = header("Host");
    private static final Pattern ORIGIN = header("Origin");

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Duration patience;
    private final List<String> methods;
    private final Handler handler;
    private final Set<String> hosts;

    /**
     * What is asked for.
     *
     * @param method one of those that the server answers
     * @param path such as {@code /data.json}
     * @param query what stands behind the question mark, as it was sent; empty without one
     */
    public record Request(String method, String path, String query) {}

    /**
     * What is sent back.
     *
     * @param status such as {@code 200 OK}
     * @param type such as {@code text/html}
     * @param content the text
     * @param sent runs when all is sent
     */
    public record Answer(String status, String type, String content, Runnable sent) {
        /** An answer to a request that can be answered. */
        public static Answer ok(String type, String content) {
            return new Answer("200 OK", type, content, () -> {});
        }

        /** A line for people who ask for what there is not. */
        public static Answer refusal(String status, String line) {
            return new Answer(status, "text/plain", line + "\n", () -> {});
        }

        /** The same answer, and what runs when it is sent. */
        public Answer then(Runnable action) {
            return new Answer(status, type, content, action);
        }
    }

    /** Gives the answers; called by threads of the server, one for each request. */
    @FunctionalInterface
    public interface Handler {
        /** The answer to a request. */
        Answer answer(Request request) throws InterruptedException;
    }

    private LocalServer(ServerSocket listener, List<String> methods, Duration patience, Handler handler) {
        this.listener = listener;
        this.methods = methods;
        this.handler = handler;
        this.patience = patience;
        int port = listener.getLocalPort();
        hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
    }

    /**
     * Starts to serve.
     *
     * @param port 0 picks a free one
     * @param methods what it answers, GET or GET and POST
     * @param handler gives the answers
     * @throws java.net.BindException if the port cannot be taken
     * @throws IOException if no server can be started
     */
    public static LocalServer start(int port, List<String> methods, Handler handler) throws IOException {
        return start(port, methods, PATIENCE, handler);
    }

    /** Starts to serve connections that may last so long. */
    static LocalServer start(int port, List<String> methods, Duration patience, Handler handler) throws IOException {
        var listener = new ServerSocket();
        try {
            listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        } catch (IOException exception) {
            listener.close();
            throw exception;
        }
        var server = new LocalServer(listener, methods, patience, handler);
        server.threads.execute(server::accept);
        return server;
    }

    private static Pattern header(String name) {
        return Pattern.compile("\r\n" + name + ":[ \t]*(\\S*)[ \t]*\r\n", Pattern.CASE_INSENSITIVE);
    }

    /** Where it is. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var socket = listener.accept();
                if (free.tryAcquire()) {
                    threads.execute(() -> serve(socket));
                } else {
                    socket.close();
                }
            } catch (IOException exception) {
                // The listener is closed, which ends the loop; or a client went before it was served, or no file can be
                // opened, which takes a while to change.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void serve(Socket socket) {
        var end = Thread.ofVirtual().start(() -> closeLater(socket));
        try (socket) {
            var head = head(socket.getInputStream());
            var answer = answer(head);
            send(socket, answer, head == null || !head.startsWith("HEAD "));
            answer.sent.run();
        } catch (IOException exception) {
            // The client went, or took longer than it may: nobody is left to tell.
        } catch (InterruptedException exception) {
            // The server ends.
            Thread.currentThread().interrupt();
        } finally {
            end.interrupt();
            free.release();
        }
    }

    private void closeLater(Socket socket) {
        try {
            Thread.sleep(patience);
            socket.close();
        } catch (InterruptedException | IOException exception) {
            // It is closed already.
        }
    }

    private Answer answer(@Nullable String head) throws InterruptedException {
        var request = REQUEST.matcher(head == null ? "" : head.substring(0, head.indexOf("\r\n")));
        var target = TARGET.matcher(request.matches() ? request.group(2) : "");
        if (head == null || !target.matches()) {
            return Answer.refusal("400 Bad Request", "This is no request for a path.");
        }
        var method = request.group(1);
        var host = HOST.matcher(head);
        var origin = ORIGIN.matcher(head);
        if (!host.find() || !hosts.contains(host.group(1))) {
            return Answer.refusal("403 Forbidden", "This page is for the browsers of its own machine.");
        }
        if (!methods.contains(method)) {
            return Answer.refusal(
                    "405 Method Not Allowed",
                    "Only %s %s answered."
                            .formatted(String.join(" and ", methods), methods.size() == 1 ? "is" : "are"));
        }
        if (method.equals("POST") && !(origin.find() && origin.group(1).equals("http://" + host.group(1)))) {
            return Answer.refusal("403 Forbidden", "Only this page itself may ask that.");
        }
        var query = target.group(2);
        return handler.answer(new Request(method, target.group(1), query == null ? "" : query));
    }

    /** The request up to the empty line behind its headers; null if it ends before or is too long. */
    private static @Nullable String head(InputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var buffer = new byte[1024];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            bytes.write(buffer, 0, length);
            var text = bytes.toString(StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                return text.substring(0, end + 2);
            }
            if (bytes.size() > LONGEST_REQUEST) {
                return null;
            }
        }
        return null;
    }

    private void send(Socket socket, Answer answer, boolean withContent) throws IOException {
        byte[] content = answer.content.getBytes(StandardCharsets.UTF_8);
        var head = String.format(
                        Locale.ROOT, """
                        HTTP/1.1 %s
                        Content-Type: %s; charset=utf-8
                        Content-Length: %d
                        Cache-Control: no-store
                        X-Content-Type-Options: nosniff
                        Allow: %s
                        Connection: close

                        """, answer.status, answer.type, content.length, String.join(", ", methods))
                .replace("\n", "\r\n");
        var out = socket.getOutputStream();
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        if (withContent) {
            out.write(content);
        }
        out.flush();
    }

    /** Stops; what is being answered is cut off. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
        threads.shutdownNow();
        threads.close();
    }
}
