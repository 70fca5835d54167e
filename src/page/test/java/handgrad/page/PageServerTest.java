package handgrad.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PageServerTest {
    private static Page page(String status, boolean live) {
        return new Page("title", status, live, List.of());
    }

    /** The first line and the body of what a server answers to a request with this Host header. */
    private static List<String> ask(PageServer server, String request, String host) throws IOException {
        try (var socket =
                new Socket(InetAddress.ofLiteral("127.0.0.1"), server.address().getPort())) {
            var text = request + " HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return List.of(
                    answer.substring(0, answer.indexOf("\r\n")), answer.substring(answer.indexOf("\r\n\r\n") + 4));
        }
    }

    private static String host(PageServer server) {
        return "Host: 127.0.0.1:" + server.address().getPort() + "\r\n";
    }

    @Test
    void servesThePageAndItsDataAsTheyAre() throws IOException {
        var page = new AtomicReference<>(page("first", true));
        try (var server = PageServer.start(0, page::get)) {
            assertThat(ask(server, "GET /", host(server)).get(1)).contains("\"status\":\"first\"");
            page.set(page("second", false));
            assertThat(ask(server, "GET /data.json", host(server)))
                    .containsExactly(
                            "HTTP/1.1 200 OK",
                            "{\"title\":\"title\",\"status\":\"second\",\"live\":false,\"sections\":[]}");
        }
    }

    @Test
    void refusesWhatIsNotAskedByItsOwnNameOrNotAGet() throws IOException {
        try (var server = PageServer.start(0, () -> page("", true))) {
            for (var host :
                    List.of("", "Host: evil.example:" + server.address().getPort() + "\r\n", "Host: 127.0.0.1\r\n")) {
                assertThat(ask(server, "GET /data.json", host))
                        .as(host)
                        .containsExactly(
                                "HTTP/1.1 403 Forbidden", "This page is for the browsers of its own machine.\n");
            }
            assertThat(ask(server, "GET /../options.json", host(server)))
                    .containsExactly("HTTP/1.1 404 Not Found", "There is / and /data.json.\n");
            assertThat(ask(server, "POST /data.json", host(server)))
                    .containsExactly("HTTP/1.1 405 Method Not Allowed", "Only GET is answered.\n");
            assertThat(ask(server, "HEAD /", host(server))).containsExactly("HTTP/1.1 405 Method Not Allowed", "");
        }
    }

    @Test
    void refusesWhatIsNoRequestForAPath() throws IOException {
        try (var server = PageServer.start(0, () -> page("", true))) {
            var requests = List.of("GET foo:bar", "GET data.json", "GET", "get /", "GET  /", "GET / /");
            for (var request : requests) {
                assertThat(ask(server, request, host(server)))
                        .as(request)
                        .containsExactly("HTTP/1.1 400 Bad Request", "This is no request for a path.\n");
            }
            assertThat(ask(server, "GET /" + "x".repeat(20_000), host(server)).getFirst())
                    .isEqualTo("HTTP/1.1 400 Bad Request");
            assertThat(ask(server, "GET " + server.address() + "data.json?now=1", host(server))
                            .getFirst())
                    .isEqualTo("HTTP/1.1 200 OK");
        }
    }

    @Test
    void closesAConnectionThatAsksNothing() throws IOException {
        try (var server = PageServer.start(0, () -> page("", true), Duration.ofMillis(50));
                var silent = connection(server);
                var half = connection(server)) {
            half.getOutputStream().write("GET / HTTP/1.1\r\nHost".getBytes(StandardCharsets.US_ASCII));
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            assertThat(half.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void holdsSoManyConnectionsAndClosesOthersAtOnce() throws IOException {
        try (var server = PageServer.start(0, () -> page("", true))) {
            var silent = new ArrayList<Socket>();
            for (int i = 0; i < LocalServer.CONNECTIONS; i++) {
                silent.add(connection(server));
            }
            try (var more = connection(server)) {
                assertThat(more.getInputStream().read()).isEqualTo(-1);
            }
            for (var each : silent) {
                each.shutdownOutput();
                assertThat(new String(each.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 400 Bad Request");
                each.close();
            }
        }
    }

    private static Socket connection(PageServer server) throws IOException {
        return new Socket(InetAddress.ofLiteral("127.0.0.1"), server.address().getPort());
    }

    @Test
    void listensOnLoopbackOnly() throws IOException {
        try (var server = PageServer.start(0, () -> page("", true))) {
            for (var network : NetworkInterface.networkInterfaces().toList()) {
                for (var address : network.inetAddresses().toList()) {
                    if (!address.isLoopbackAddress()) {
                        assertThatThrownBy(() ->
                                        new Socket(address, server.address().getPort()).close())
                                .as(address.toString())
                                .isInstanceOf(IOException.class);
                    }
                }
            }
        }
    }

    @Test
    void refusesAPortThatIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> PageServer.start(port, () -> page("", true)))
                    .isInstanceOf(BindException.class)
                    .hasMessage("Address already in use");
        }
    }

    @Test
    void nobodyAnswersAfterTheEnd() throws IOException {
        var server = PageServer.start(0, () -> page("", true));
        server.close();
        assertThatThrownBy(() -> ask(server, "GET /", host(server))).isInstanceOf(IOException.class);
    }
}
