package handgrad.app.study.published;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.train.LectureRun;
import handgrad.models.LectureModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedCommandTest {
    @TempDir
    private Path folder;

    private Path data;
    private Path results;

    @BeforeEach
    void files() throws IOException {
        data = Files.writeString(
                folder.resolve("names.txt"), "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\n");
        results = folder.resolve("runs/published.jsonl");
    }

    @Test
    void trainsEachPublishedModelAndGoesOnWhereItWasInterrupted() throws IOException {
        var whole = published("--steps", "2");
        assertThat(whole.err()).isEmpty();
        var lines = Files.readAllLines(results);
        assertThat(lines)
                .extracting(line -> LectureRun.parse("here", line).model())
                .contains(LectureModel.BIGRAM, LectureModel.WAVENET)
                .doesNotContain(LectureModel.DEEP)
                .doesNotHaveDuplicates();
        // The first two are kept as they are, seconds and all; the rest is measured again.
        Files.write(results, lines.subList(0, 2));
        assertThat(numbers(published("--steps", "2").out())).isEqualTo(numbers(whole.out()));
        assertThat(Files.readAllLines(results)).hasSameSizeAs(lines).startsWith(lines.get(0), lines.get(1));
        assertThat(published("--steps", "3").code()).isZero();
        assertThat(Files.readAllLines(results)).hasSize(2 * lines.size() - 1); // the counted one has no steps
    }

    @Test
    void namesALineThatIsNoResult() throws IOException {
        Files.createDirectories(results.getParent());
        Files.writeString(results, "{\"model\":\"ml");
        assertThat(published("--steps", "1"))
                .isEqualTo(refused("--results: " + results + ", line 1: is not JSON; remove the line"));
    }

    @Test
    void writesNoReadmeOfOtherNamesOrSteps() throws IOException {
        var readme = Files.writeString(folder.resolve("README.md"), "text\n");
        assertThat(published("--readme", readme.toString()))
                .isEqualTo(
                        refused("--readme: its table is of the lectures' steps and names: leave out --steps, and name"
                                + " the lecture's names.txt with --data"));
        assertThat(readme).hasContent("text\n");
        assertThat(results).doesNotExist();
    }

    @Test
    void replacesWhatStandsBetweenTheMarksAlone() {
        var text = "a\n<!-- results:begin -->\nold\n<!-- results:end -->\nb\n";
        assertThat(ResultsTable.PART.replace(text, "new\n"))
                .contains("a\n<!-- results:begin -->\nnew\n<!-- results:end -->\nb\n");
        assertThat(ResultsTable.PART.replace(text + text, "new\n")).isEmpty();
        assertThat(ResultsTable.PART.replace("<!-- results:end --><!-- results:begin -->", "new\n"))
                .isEmpty();
    }

    @Test
    void aRunComesBackFromItsLine() {
        var run = new LectureRun(LectureModel.BIGRAM, "ab", 267, 3.7, 2.481825125, 2.46, Double.NaN, 8.5);
        assertThat(LectureRun.parse("here", run.json())).isEqualTo(run);
    }

    @Test
    void theReadmesRowIsThatOfTheTable() throws IOException {
        var ledger = Files.readString(Path.of("../../jmh/RESULTS.md"));
        var cells = Pattern.compile("\\| `wavenet` \\| [a-z ]+ \\| ([0-9.]+) \\| ([0-9.]+) \\|")
                .matcher(ledger)
                .results()
                .map(row -> row.group(1) + " | " + row.group(2))
                .toList();
        assertThat(cells).hasSize(3);
        var run = new LectureRun(LectureModel.WAVENET, "", 0, 0, 0, 0, 0, 0);
        var head = ResultsTable.row(List.of(run)).lines().limit(2).toList();
        assertThat(Path.of("../../README.md"))
                .content()
                .contains("<!-- losses:begin -->\n" + String.join("\n", head) + "\n| `wavenet` | "
                        + String.join(" | ", cells) + " |\n<!-- losses:end -->");
    }

    /** RESULTS.md holds a table of every published loss, and each is as near as promised. */
    @Test
    void theLedgersTableIsWholeAndWithinTheBounds() throws IOException {
        var ledger = Files.readString(Path.of("../../jmh/RESULTS.md"));
        var lines = ledger.replaceFirst("(?s).*<!-- results:begin -->\n(.*)<!-- results:end -->.*", "$1")
                .lines()
                .toList();
        var runs = new ArrayList<LectureRun>();
        for (var model : LectureModel.values()) {
            if (model.published().isThere()) {
                runs.add(new LectureRun(model, "", 0, 0, 0, 0, 0, 0));
            }
        }
        var rows = runs.stream().flatMap(run -> ResultsTable.rows(run).stream()).toList();
        var head = ResultsTable.markdown(List.of()).lines().toList();
        assertThat(lines).startsWith(head.toArray(String[]::new)).hasSize(head.size() + rows.size());
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            var cells = lines.get(head.size() + i).split("\\s*\\|\\s*", -1);
            assertThat(cells[1]).isEqualTo("`" + row.model().title() + "`");
            assertThat(cells[2]).isEqualTo(row.name());
            assertThat(cells[3]).isEqualTo(row.digits(row.published()));
            double difference = Double.parseDouble(cells[4]) - row.published();
            assertThat(Math.abs(difference)).as(lines.get(head.size() + i)).isLessThanOrEqualTo(row.bound());
            assertThat(Double.parseDouble(cells[5]) - difference).isBetween(-1.01e-4, 1.01e-4);
            assertThat(cells[6]).matches("(\\d+\\.\\d)?");
        }
    }

    /** The lines of losses, without the table, which has seconds. */
    private static List<String> numbers(String out) {
        return out.lines().takeWhile(line -> !line.isEmpty()).toList();
    }

    private CommandResult published(String... more) {
        var all = new ArrayList<>(List.of("study", "published", "--data", "" + data, "--results", "" + results));
        all.addAll(List.of(more));
        return CommandResult.of(all.toArray(String[]::new));
    }

    private static CommandResult refused(String message) {
        return new CommandResult(2, "", "handgrad: " + message + "\n");
    }
}
