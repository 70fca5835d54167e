package handgrad.app.study.puzzle;

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

class NotPuzzleCommandTest {
    @TempDir
    private Path folder;

    @Test
    void itsPageShowsTheNumbersThatAreBesideIt() throws IOException {
        var out = folder.resolve("out");
        var first = study("--seeds", "200", "--steps", "200", "--out", out.toString());
        assertThat(first.err()).isEmpty();
        assertThat(first.code()).isZero();
        assertThat(first.out()).doesNotContain("NaN").contains("200 seeds of each network, 200 steps each");
        assertThat(first.out().lines()).allMatch(line -> line.contains(folder.toString()) || line.length() <= 90);
        var results = Files.readString(out.resolve("results.jsonl"));
        var numbers = Files.readString(out.resolve("numbers.json"));
        var page = Files.readString(out.resolve("report.html"));

        assertThat(study("--seeds", "200", "--steps", "200", "--out", out.toString()))
                .isEqualTo(first);
        assertThat(out.resolve("results.jsonl")).hasContent(results);
        assertThat(out.resolve("numbers.json")).hasContent(numbers);
        assertThat(out.resolve("report.html")).hasContent(page);

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
                            "Landscape of one unit that sees the input 1",
                            "Error of the two seeds",
                            "Failures by width",
                            "Failures by learning rate");
            // ReLU, N=1: by the page, and by the labels beside it.
            var labels =
                    new StudyFolder(out).measure(PuzzleRun.experiment(Puzzle.of(Puzzle.Activation.RELU, 1), 200, 200));
            var run = PuzzleRun.of(labels);
            assertThat(run.seeds()).isEqualTo(200);
            assertThat(run.fails()).isBetween(80, 140);
            assertThat(chromium.run("return handgrad.plots.get('Failures by width').data[1][0]"))
                    .isEqualTo(run.fails() / 200.0);
            assertThat(chromium.run(
                            "return document.querySelector('#known-failures tbody tr').innerText.split('\\t')[3]"))
                    .isEqualTo("%.1f %%".formatted(100 * run.fails() / 200.0));
        }
    }

    @Test
    void replaysASeedWithItsTensors() {
        var result = study("--seed", "10", "--width", "1", "--trace", "--every", "1000");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("step 0: 0 to 0.1007, 1 to 0.2401, error 0.4332", "step 2,000:")
                .contains("0 GroupedLinear weight      0.32935\n      gradient                0.10158")
                .endsWith("seed 10: error 0.4332 at the start, 0.2500 after 2,000 steps: died (the first layer's "
                        + "gradient was not 0 at first and became exactly 0 in training)\n");
        assertThat(study("--seed", "149", "--width", "1").out())
                .isEqualTo(
                        "seed 149: error 0.7895 at the start, 0.0000 after 2,000 steps: learned (the error is 0.01 or"
                                + " less)\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seeds 0|--seeds must be from 1 to 1,000,000, it is 0",
                "--steps 0|--steps must be from 1 to 1,000,000, it is 0",
                "--seed -1|--seed must be from 0 to 1,000,000, it is -1",
                "--seed 1 --width 0|--width must be from 1 to 100, it is 0",
                "--seed 1 --lr 0|--lr must be above 0 and finite, it is 0.0",
                "--seed 1 --activation relo|--activation: there is no relo; it may be relu, leaky-relu, tanh, "
                        + "sigmoid, gelu",
                "--seed 1 --quick|--quick is of the study; --seed replays one seed and writes no page",
                "--width 2|--width is of the one seed that --seed N replays; the study varies them all"
            })
    void refusesInOneLine(String options, String message) {
        assertThat(study(options.split(" "))).isEqualTo(new CommandResult(2, "", "handgrad: " + message + "\n"));
    }

    private static CommandResult study(String... options) {
        var all = new ArrayList<>(List.of("study", "not-puzzle"));
        all.addAll(List.of(options));
        return CommandResult.of(all.toArray(String[]::new));
    }
}
