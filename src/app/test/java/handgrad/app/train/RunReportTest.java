package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.app.CommandResult;
import handgrad.testing.Chromium;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a run, from the command line. */
class RunReportTest {
    @TempDir
    private Path folder;

    private CommandResult train(String... options) throws IOException {
        var names = Files.writeString(
                folder.resolve("it's names.txt"),
                "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\nharper\nevelyn\n");
        var all = Stream.of("train", "--hidden", "16", "--data", names.toString(), "--out", run().toString());
        return CommandResult.of(Stream.concat(all, Stream.of(options)).toArray(String[]::new));
    }

    private Path run() {
        return folder.resolve("run");
    }

    private Path report() {
        return run().resolve("report.html");
    }

    @Test
    void aShortRunWritesItsReportWhenAsked() throws IOException {
        var result = train("--steps", "20");
        assertThat(result.code()).isZero();
        assertThat(result.out()).doesNotContain("report");
        assertThat(report()).doesNotExist();
    }

    @Test
    void thePageOfARunShowsItInABrowser() throws IOException {
        var result = train("deep", "--steps", "200", "--embedding", "2", "--report");
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("\nreport:     " + report() + "\nweights  sha256 ");
        try (var chromium = Chromium.start(folder)) {
            chromium.emulate(390, true);
            chromium.open(report().toUri());
            assertThat(chromium.console()).isEmpty();
            assertThat(chromium.run("return document.documentElement.scrollWidth <= 390"))
                    .isEqualTo(true);
            assertThat(chromium.run("return handgrad.plots.get('Update:data ratio').data[0].length"))
                    .isEqualTo(31L); // those that a recorder samples
            assertThat(chromium.run("return handgrad.plots.has('Embedding of the symbols')"))
                    .isEqualTo(true);
            assertThat(chromium.run("return document.querySelectorAll('.words li').length"))
                    .isEqualTo(20L);
            assertThat(chromium.run("return document.querySelector('pre').textContent"))
                    .isEqualTo("./handgrad train deep --hidden 16 --data '%s' --steps 200 --embedding 2"
                            .formatted(
                                    folder.resolve("it's names.txt").toString().replace("'", "'\\''")));
        }
    }

    @Test
    void aReportThatCannotBeWrittenLosesNoTraining() throws IOException {
        Files.createDirectories(report().resolve("in the way"));
        var result = train("--steps", "20", "--report", "--quiet");
        assertThat(result.code()).isZero();
        assertThat(result.err()).matches("handgrad: warning: the report cannot be written: .*\n");
        assertThat(run().resolve("model.safetensors")).exists();
        assertThat(run().resolve("metrics.jsonl")).content().contains("\"split\":\"test\"");
        assertThat(CommandResult.of("sample", "--run", run().toString()).code()).isZero();
    }

    @Test
    void refusesAPortThatIsTakenBeforeItTrains() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var result = train("--serve", Integer.toString(taken.getLocalPort()));
            assertThat(result)
                    .isEqualTo(new CommandResult(
                            2,
                            "",
                            ("handgrad: --serve: port %d cannot be used (Address already in use); name another, or 0 "
                                            + "for any that is free\n")
                                    .formatted(taken.getLocalPort())));
            assertThat(run()).doesNotExist();
        }
    }

    @Test
    void showsThePageWhileItTrainsAndEndsWithTheCommand() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        var address = URI.create("http://127.0.0.1:" + port + "/");
        var training = CompletableFuture.supplyAsync(() -> {
            try {
                return train("--steps", "20000", "--serve", Integer.toString(port));
            } catch (IOException exception) {
                throw new UncheckedIOException(exception);
            }
        });
        var data = "";
        while (!data.contains("\"title\":\"Activations\"") && !training.isDone()) {
            data = get(address.resolve("/data.json"));
        }
        assertThat(data).contains("\"live\":true", "20,000").contains("\"title\":\"Activations\"");
        var result = training.get();
        assertThat(result.code()).isZero();
        assertThat(result.out()).startsWith("report   " + address + "\n");
        assertThat(report()).content().contains("\"live\":false");
        assertThat(get(address)).isEmpty();
    }

    /** What an address holds; empty while nobody answers there. */
    private static String get(URI address) throws IOException {
        try (var stream = address.toURL().openStream()) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (ConnectException nobody) {
            return "";
        }
    }

    @Test
    void saysWhereTheReportIsWhereNoBrowserCanBeStarted() throws IOException {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getenv("DISPLAY") == null
                        && System.getenv("WAYLAND_DISPLAY") == null,
                "this test would open a browser here");
        var result = train("--steps", "20", "--open");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("\nNo browser could be started here; open " + report().toUri() + "\nweights  sha256 ");
    }
}
