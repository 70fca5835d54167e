package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.study.StudyFolder;
import handgrad.testing.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole study, from the command to the page in a headless Chromium. */
class TransformsCommandTest {
    @TempDir
    private static Path folder;

    private static CommandResult result;

    @BeforeAll
    static void run() {
        result = CommandResult.of(
                "study", "transforms", "--quick", "--out", folder.resolve("out").toString());
    }

    @Test
    void printsTablesAndFindings() {
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("mean 100, deviation 15", "464,758", "3,210,437", "BatchNorm in the model", "after tanh")
                .contains("The eigenvalues predict gradient descent: in the 9 rows that arrived")
                .doesNotContain("NaN");
        assertThat(result.out().lines()).allMatch(line -> line.length() <= 120);
    }

    @Test
    void aSecondRunMeasuresNothingAndPrintsTheSame() throws IOException {
        var results = folder.resolve("out").resolve(StudyFolder.RESULTS);
        var text = Files.readString(results);
        var again = CommandResult.of(
                "study", "transforms", "--quick", "--out", folder.resolve("out").toString());
        assertThat(again).isEqualTo(result);
        assertThat(results).hasContent(text.strip());
    }

    @Test
    void thePageDrawsWhatTheTablesSay() throws IOException {
        var page = folder.resolve("out").resolve("report.html").toUri();
        try (var chromium = Chromium.start(folder)) {
            for (int width : List.of(390, 1200)) {
                chromium.emulate(width, width == 390);
                chromium.requests();
                chromium.open(page);
                assertThat(chromium.console()).isEmpty();
                assertThat(chromium.requests())
                        .allMatch(request -> request.startsWith("file:") || request.startsWith("data:"));
                assertThat(chromium.run("return document.documentElement.scrollWidth <= " + width))
                        .isEqualTo(true);
            }
            assertThat(chromium.run("return [...handgrad.plots.keys()]"))
                    .isEqualTo(List.of(
                            "Distribution of x2 before and after",
                            "Error from weights of zero",
                            "Eigenvalues after 200 steps"));
            assertThat(chromium.run("return [...document.querySelectorAll('.good strong')].length"))
                    .isEqualTo(5L);
            assertThat(chromium.run("return [...document.querySelectorAll('#closed-forms tbody tr')]"
                            + ".map(row => [...row.children].map(cell => cell.textContent).join(' '))[0]"))
                    .isEqualTo("mean 100, deviation 15 – 464,758 464,758 3,210,437 3,210,437");
            assertThat(chromium.run("return [...document.querySelectorAll('.bars [role=listitem]')]"
                            + ".map(row => row.firstChild.textContent)"))
                    .isEqualTo(List.of(
                            "raw",
                            "centred",
                            "standardised",
                            "log",
                            "log + standardised",
                            "Box-Cox + standardised",
                            "Yeo-Johnson + standardised",
                            "whitened",
                            "BatchNorm in the model"));
            assertThat(chromium.run("const bars = [...document.querySelectorAll('.bar')].map(bar => "
                            + "bar.offsetWidth);return bars[0] > bars[1] && bars[1] > bars[2] && "
                            + "bars[2] > bars[7] && bars[2] === bars[8]"))
                    .isEqualTo(true);
            assertThat(chromium.run("return Math.min(...handgrad.plots.get('Error from weights of zero').data[1]"
                            + ".filter(y => y != null))"))
                    .isEqualTo(-6L);
            assertThat(chromium.run("return [...document.querySelectorAll('.landscape canvas')].map(canvas =>"
                            + " new Set(canvas.getContext('2d').getImageData(0, 0, 1080, 720).data).size > 20)"))
                    .isEqualTo(List.of(true, true));
        }
    }

    @Test
    void learnsFromATable() throws IOException {
        var random = new Random(1);
        var text = new StringBuilder("id,income,debt,score\n");
        for (int i = 0; i < 60; i++) {
            double income = Math.exp(7 + random.nextGaussian());
            double debt = i == 10 ? -5 : Math.exp(3 + random.nextGaussian());
            text.append("n%d,%s,%s,%s%n".formatted(i, income, debt, Math.log(income) + 0.1 * random.nextGaussian()));
        }
        var file = Files.writeString(folder.resolve("people.csv"), text);
        var out = folder.resolve("people").toString();
        var table = CommandResult.of(
                "study",
                "transforms",
                "--quick",
                "--data",
                file.toString(),
                "--target",
                "score",
                "--features",
                "income,debt",
                "--out",
                out);
        assertThat(table.err()).isEmpty();
        assertThat(table.code()).isZero();
        assertThat(table.out())
                .startsWith("people.csv: score, 48 rows to train on\n")
                .containsIgnoringWhitespaces(
                        "log is left out: it wants positive values; column debt is -5.0 in line 12.",
                        "Box-Cox + standardised is left out: it wants positive values; column debt is -5.0 in line 12.")
                .contains("Yeo-Johnson", "whitened", "> 1,000,000");
    }

    @Test
    void refusesInOneLine() throws IOException {
        var file = Files.writeString(folder.resolve("bad.csv"), "a,y\n1,two\n");
        assertThat(CommandResult.of("study", "transforms", "--data", file.toString()))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: --data: say which of its columns to predict with --target\n"));
        assertThat(CommandResult.of("study", "transforms", "--target", "y"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: --target and --features are columns of a table: name it with --data\n"));
        assertThat(CommandResult.of("study", "transforms", "--data", file.toString(), "--target", "y"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: --data: " + file + ": has 1 row of numbers; 1 feature wants at least 20\n"));
    }
}
