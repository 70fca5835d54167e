package handgrad.app.study.batchnorm;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.study.StudyFolder;
import handgrad.testing.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchNormCommandTest {
    @TempDir
    private Path folder;

    @Test
    void itsPageShowsTheNumbersThatAreBesideIt() throws IOException {
        var out = folder.resolve("out");
        String[] options = {"--seeds", "2", "--steps", "20", "--samples", "20", "--width", "2", "--out", out.toString()
        };
        var first = study(options);
        assertThat(first.err()).isEmpty();
        assertThat(first.code()).isZero();
        assertThat(first.out()).doesNotContain("NaN").contains("names network, 2 seeds, 20 steps");
        assertThat(first.out().lines()).allMatch(line -> line.contains(folder.toString()) || line.length() <= 90);
        var results = Files.readString(out.resolve("results.jsonl"));
        assertThat(results.lines()).hasSize(3 * 2 * Variant.values().length);

        // A study that was stopped after five trainings goes on from there.
        Files.writeString(
                out.resolve("results.jsonl"), results.lines().limit(5).reduce("", (text, line) -> text + line + "\n"));
        assertThat(study(options)).isEqualTo(first);
        assertThat(Files.readString(out.resolve("results.jsonl")).lines())
                .containsExactlyInAnyOrderElementsOf(results.lines().toList());

        try (var chromium = Chromium.start(folder)) {
            for (int width : List.of(390, 1200)) {
                chromium.emulate(width, width == 390);
                chromium.open(out.resolve("report.html").toUri());
                assertThat(chromium.console()).isEmpty();
                assertThat(chromium.run("return document.documentElement.scrollWidth <= " + width))
                        .isEqualTo(true);
            }
            assertThat(chromium.run("return [...handgrad.plots.keys()]"))
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .contains(
                            "Deep linear network: training curves",
                            "Names network: cosine between G and G′",
                            "Image network: loss along the gradient")
                    .hasSize(3 * 7);
            assertThat(chromium.run("return document.querySelectorAll('#verdicts tbody tr').length"))
                    .isEqualTo(12L);
            // The loss of the names network at the end of the curve, by the page and by the training beside it.
            var network = new NamesNetwork();
            double mean = 0;
            for (int seed = 1; seed <= 2; seed++) {
                double[] losses = new StudyFolder(out)
                        .measure(BatchNormRuns.experiment(network, Variant.BATCH_NORM, seed, 20, 2))
                        .list("losses");
                mean += losses[19] / 2;
            }
            assertThat(mean).isBetween(2.5, 3.6);
            assertThat(chromium.run(
                            "return handgrad.plots.get('Names network: training curves').data[2][19].toPrecision(4)"))
                    .isEqualTo("%.3f".formatted(mean));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seeds 0|--seeds must be from 1 to 1,000, it is 0",
                "--steps 9|--steps must be from 10 to 10,000,000, it is 9",
                "--samples 1|--samples must be from 2 to 1,000,000, it is 1",
                "--width 0|--width must be from 1 to 256, it is 0",
                "--networks vgg|--networks: there is no vgg; it may be linear, names, images",
                "--initialization zeros|--initialization: there is no zeros; it may be pytorch, kaiming-normal,"
                        + " kaiming-uniform, xavier-normal, xavier-uniform",
                "--placement all|--placement: there is no all; it may be every, hidden",
                "--networks names --data x|--data is of the image network, which --networks leaves out",
                "--data /nowhere|--data: /nowhere: there is no such folder"
            })
    void refusesInOneLine(String options, String message) {
        assertThat(study(options.split(" "))).isEqualTo(new CommandResult(2, "", "handgrad: " + message + "\n"));
    }

    /** Three poolings leave nothing of an image with fewer pixels. */
    @Test
    void refusesImagesThatAreTooSmall() throws IOException {
        for (var part : List.of("train", "t10k")) {
            Files.write(
                    folder.resolve(part + "-images-idx3-ubyte"),
                    new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7});
            Files.write(folder.resolve(part + "-labels-idx1-ubyte"), new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 9});
        }
        assertThat(study("--data", folder.toString()))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: --data: " + folder + ": its images are 7 x 1; the network wants at least 8 x 8\n"));
    }

    private static CommandResult study(String... options) {
        var all = new ArrayList<>(List.of("study", "batchnorm"));
        all.addAll(List.of(options));
        return CommandResult.of(all.toArray(String[]::new));
    }
}
