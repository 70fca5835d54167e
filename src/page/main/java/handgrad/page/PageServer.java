package handgrad.page;

import handgrad.page.LocalServer.Answer;
import handgrad.page.LocalServer.Request;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Serves a page that changes to the browsers of this machine: {@code /} is the page, {@code /data.json} its data, for
 * which an open page asks each second.
 */
public final class PageServer implements Closeable {
    /** How long the end waits for an open page to fetch its last state. A page asks each second. */
    private static final Duration FAREWELL = Duration.ofSeconds(3);

    private final LocalServer server;
    private final Supplier<Page> page;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean watched;

    private PageServer(int port, Supplier<Page> page, Duration patience) throws IOException {
        this.page = page;
        server = LocalServer.start(port, List.of("GET"), patience, this::answer);
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
        return start(port, page, LocalServer.PATIENCE);
    }

    /** Starts to serve connections that may last so long. */
    static PageServer start(int port, Supplier<Page> page, Duration patience) throws IOException {
        return new PageServer(port, page, patience);
    }

    /** Where the page is. */
    public URI address() {
        return server.address();
    }

    private Answer answer(Request request) {
        return switch (request.path()) {
            case "/" -> Answer.ok("text/html", PageHtml.served(page.get()));
            case "/data.json" -> {
                var now = page.get();
                watched = true;
                var answer = Answer.ok("application/json", PageJson.of(now));
                yield now.live() ? answer : answer.then(ended::countDown);
            }
            default -> Answer.refusal("404 Not Found", "There is / and /data.json.");
        };
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
        server.close();
    }
}
