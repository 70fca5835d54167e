package handgrad.page;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.page.LocalServer.Answer;
import handgrad.page.LocalServer.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LocalServerTest {
    private final LinkedBlockingQueue<Request> requests = new LinkedBlockingQueue<>();

    private Answer keep(Request request) {
        requests.add(request);
        return Answer.ok("text/plain", "done");
    }

    /** The whole answer to a request with these headers. */
    private static String ask(LocalServer server, String request, String... headers) throws IOException {
        int port = server.address().getPort();
        try (var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            var text = request + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n" + String.join("", headers) + "\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void a_post_must_come_from_the_page_itself() throws IOException {
        try (var server = LocalServer.start(0, List.of("GET", "POST"), this::keep)) {
            for (var origin : List.of("", "Origin: http://evil.example\r\n", "Origin: null\r\n")) {
                assertThat(ask(server, "POST /hint", origin))
                        .as(origin)
                        .startsWith("HTTP/1.1 403 Forbidden\r\n")
                        .endsWith("\r\n\r\nOnly this page itself may ask that.\n");
            }
            assertThat(requests).isEmpty();
            var own = "Origin: http://localhost:" + server.address().getPort() + "\r\n";
            assertThat(ask(server, "POST /hint?of=h", own)).endsWith("\r\n\r\ndone");
            assertThat(requests).containsExactly(new Request("POST", "/hint", "of=h"));
        }
    }

    @Test
    void says_which_methods_it_answers() throws IOException {
        try (var server = LocalServer.start(0, List.of("GET", "POST"), this::keep)) {
            assertThat(ask(server, "PUT /hint"))
                    .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
                    .contains("\r\nAllow: GET, POST\r\n")
                    .endsWith("\r\n\r\nOnly GET and POST are answered.\n");
        }
    }

    @Test
    void tells_when_an_answer_is_sent() throws IOException, InterruptedException {
        var sent = new CountDownLatch(1);
        try (var server = LocalServer.start(
                0, List.of("GET"), _ -> Answer.ok("text/html", "ä").then(sent::countDown))) {
            assertThat(ask(server, "GET /"))
                    .contains("\r\nContent-Length: 2\r\n")
                    .endsWith("\r\n\r\nä");
            assertThat(sent.await(1, TimeUnit.MINUTES)).isTrue();
        }
    }
}
