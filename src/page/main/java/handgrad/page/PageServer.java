package handgrad.page;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Serves a page that changes to the browsers of this machine: {@code /} is the page, {@code /data.json} its data, for
 * which an open page asks each second.
 *
 * <p>It listens on 127.0.0.1 only. That alone would not keep out a web page that the user has open elsewhere and whose
 * name its owner lets resolve to 127.0.0.1 (DNS rebinding): such a request bears that name in its Host header, so only
 * the names of loopback are answered.
 */
public final class PageServer implements Closeable {
    /** How long the end waits for an open page to fetch its last state. A page asks each second. */
    private static final Duration FAREWELL = Duration.ofSeconds(3);

    /** The length by which HttpServer knows that nothing follows the headers, as HTTP has it for HEAD. */
    private static final int NO_BODY = -1;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Supplier<Page> page;
    private final Set<String> hosts;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean watched;

    private PageServer(HttpServer server, Supplier<Page> page) {
        this.server = server;
        this.page = page;
        int port = server.getAddress().getPort();
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
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        var server = new PageServer(HttpServer.create(address, 0), page);
        server.server.createContext("/", server::answer);
        server.server.setExecutor(server.threads);
        server.server.start();
        return server;
    }

    /** Where the page is. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean isLast = false;
        try (exchange) {
            var host = exchange.getRequestHeaders().getFirst("Host");
            if (host == null || !hosts.contains(host)) {
                send(exchange, 403, "text/plain", "This page is for the browsers of its own machine.\n");
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                send(exchange, 405, "text/plain", "Only GET is answered.\n");
            } else {
                switch (exchange.getRequestURI().getPath()) {
                    case "/" -> send(exchange, 200, "text/html", PageHtml.served(page.get()));
                    case "/data.json" -> {
                        var now = page.get();
                        watched = true;
                        isLast = !now.live();
                        send(exchange, 200, "application/json", PageJson.of(now));
                    }
                    default -> send(exchange, 404, "text/plain", "There is / and /data.json.\n");
                }
            }
        }
        if (isLast) {
            ended.countDown();
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type + "; charset=utf-8");
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, NO_BODY);
        } else {
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
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
        server.stop(0);
        threads.close();
    }
}
