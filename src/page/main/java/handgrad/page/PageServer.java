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
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves a page that changes to the browsers of this machine: {@code /} is the page, {@code /data.json} its data, for
 * which an open page asks each second.
 *
 * <p>It listens on 127.0.0.1 only. That alone would not keep out a web page that the user has open elsewhere and whose
 * name its owner lets resolve to 127.0.0.1 (DNS rebinding): such a request bears that name in its Host header, so only
 * the names of loopback are answered.
 *
 * <p>A connection is for one request, has some seconds for it and its answer, and is one of a few at a time. The JDK's
 * own server does not answer a request whose target is no path, and has no limit that a caller can set.
 */
public final class PageServer implements Closeable {
    /** How long the end waits for an open page to fetch its last state. A page asks each second. */
    private static final Duration FAREWELL = Duration.ofSeconds(3);

    /** How long a connection may last. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Connections at a time: browsers open up to six to a server. */
    static final int CONNECTIONS = 32;

    /** Bytes of a request up to the end of its headers; browsers send some hundred. */
    private static final int LONGEST_REQUEST = 16_384;

    private static final long PAUSE_NANOS = 10_000_000;

    private static final Pattern REQUEST = Pattern.compile("([A-Z]+) (\\S+) HTTP/1\\.[01]");
    private static final Pattern TARGET = Pattern.compile("(?:http://[^/?#]+)?(/[^?#]*)(?:\\?[^#]*)?");
    private static final Pattern HOST = Pattern.compile("\r\nHost:[ \t]*(\\S*)[ \t]*\r\n", Pattern.CASE_INSENSITIVE);

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Duration patience;
    private final Supplier<Page> page;
    private final Set<String> hosts;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean watched;

    /** What is sent back. */
    private record Answer(String status, String type, String content) {
        static Answer text(String status, String content) {
            return new Answer(status, "text/plain", content);
        }
    }

    private PageServer(ServerSocket listener, Supplier<Page> page, Duration patience) {
        this.listener = listener;
        this.page = page;
        this.patience = patience;
        int port = listener.getLocalPort();
        hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
    }

    /**
     * Starts to serve.
     *
     * @param port 0 picks a free one
     * @param page the page as it is now; called by threads of the server
     * @throws java.net.BindException if the port cannot be taken
     * @throws IOException if no server can be started
     */
    public static PageServer start(int port, Supplier<Page> page) throws IOException {
        return start(port, page, PATIENCE);
    }

    /** Starts to serve connections that may last so long. */
    static PageServer start(int port, Supplier<Page> page, Duration patience) throws IOException {
        var listener = new ServerSocket();
        try {
            listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        } catch (IOException exception) {
            listener.close();
            throw exception;
        }
        var server = new PageServer(listener, page, patience);
        server.threads.execute(server::accept);
        return server;
    }

    /** Where the page is. */
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
            answer(socket);
        } catch (IOException exception) {
            // The client went, or took longer than it may: nobody is left to tell.
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

    private void answer(Socket socket) throws IOException {
        var head = head(socket.getInputStream());
        var request = REQUEST.matcher(head == null ? "" : head.substring(0, head.indexOf("\r\n")));
        boolean isRequest = head != null && request.matches();
        var target = TARGET.matcher(isRequest ? request.group(2) : "");
        if (!isRequest || !target.matches()) {
            send(socket, Answer.text("400 Bad Request", "This is no request for a path.\n"), true);
            return;
        }
        var host = HOST.matcher(head);
        var method = request.group(1);
        boolean isLast = false;
        Answer answer;
        if (!host.find() || !hosts.contains(host.group(1))) {
            answer = Answer.text("403 Forbidden", "This page is for the browsers of its own machine.\n");
        } else if (!method.equals("GET")) {
            answer = Answer.text("405 Method Not Allowed", "Only GET is answered.\n");
        } else {
            switch (target.group(1)) {
                case "/" -> answer = new Answer("200 OK", "text/html", PageHtml.served(page.get()));
                case "/data.json" -> {
                    var now = page.get();
                    watched = true;
                    isLast = !now.live();
                    answer = new Answer("200 OK", "application/json", PageJson.of(now));
                }
                default -> answer = Answer.text("404 Not Found", "There is / and /data.json.\n");
            }
        }
        send(socket, answer, !method.equals("HEAD"));
        if (isLast) {
            ended.countDown();
        }
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

    private static void send(Socket socket, Answer answer, boolean withContent) throws IOException {
        byte[] content = answer.content.getBytes(StandardCharsets.UTF_8);
        var head = String.format(Locale.ROOT, """
                HTTP/1.1 %s
                Content-Type: %s; charset=utf-8
                Content-Length: %d
                Cache-Control: no-store
                X-Content-Type-Options: nosniff
                Allow: GET
                Connection: close

                """, answer.status, answer.type, content.length)
                .replace("\n", "\r\n");
        var out = socket.getOutputStream();
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        if (withContent) {
            out.write(content);
        }
        out.flush();
    }

    /** Stops; a page that is open may first fetch the last state, if the supplier has come to it. */
    @Override
    public void close() {
        try {
            if (watched) {
                var _ = ended.await(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException exception) {
            Thread.currentThread().interrupt();
        }
        try {
            listener.close();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
        threads.shutdownNow();
        threads.close();
    }
}
