package handgrad.app.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
import handgrad.page.Page;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyFolderTest {
    @TempDir
    private Path path;

    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void measuresWhatItDoesNotHave() throws IOException {
        assertThat(squares(0, 20)).containsExactlyElementsOf(squares(0, 20)).hasSize(20);
        assertThat(runs).hasValue(20);
        assertThat(Files.readAllLines(path.resolve(StudyFolder.RESULTS)))
                .hasSize(20)
                .contains("{\"options\":{\"number\":\"3\"},\"numbers\":{\"square\":[9]}}");
        assertThat(squares(15, 25)).endsWith(576.0);
        assertThat(runs).hasValue(25);
    }

    @Test
    void aStoppedStudyGoesOnWithoutItsUnfinishedLine() throws IOException {
        squares(0, 3);
        var file = path.resolve(StudyFolder.RESULTS);
        var text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() - 9));
        assertThat(squares(0, 3)).containsExactly(0.0, 1.0, 4.0);
        assertThat(runs).hasValue(4);
        assertThat(file).content().hasLineCount(3).endsWith("\n");
    }

    @Test
    void theUnfinishedLineMayEndWithinACharacter() throws IOException {
        squares(0, 3);
        var file = path.resolve(StudyFolder.RESULTS);
        Files.write(file, new byte[] {'{', '"', (byte) 0xCF}, StandardOpenOption.APPEND);
        assertThat(squares(0, 3)).containsExactly(0.0, 1.0, 4.0);
        assertThat(runs).hasValue(3);
    }

    @Test
    void numbersThatJsonLacksComeBack() {
        var numbers = new Numbers()
                .put("odd", Double.NaN, Double.NEGATIVE_INFINITY, 1e300, -0.1, Long.MAX_VALUE)
                .put("none");
        var experiment = new Experiment(Map.of("a", "\"<b>\""), () -> numbers);
        new StudyFolder(path).measure(experiment);
        var back = new StudyFolder(path).measure(experiment);
        assertThat(back.list("odd")).containsExactly(numbers.list("odd"));
        assertThat(back.list("none")).isEmpty();
        assertThatThrownBy(() -> back.number("even"))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("the results of an earlier version are in the folder of this study: remove its"
                        + " results.jsonl, which lacks even");
    }

    @Test
    void thePageLiesBesideTheNumbersThatWereAskedFor() throws IOException {
        squares(0, 5);
        var folder = new StudyFolder(path);
        folder.measureAll("squares", List.of(square(3), square(2)));
        var out = new StringWriter();
        folder.write(new Page("a page", "", false, List.of()), false, new PrintWriter(out));
        assertThat(out.toString()).contains(path.resolve("report.html").toString());
        assertThat(path.resolve("report.html")).content().contains("a page");
        assertThat(path.resolve("numbers.json")).hasContent("""
                        [
                        {"options":{"number":"3"},"numbers":{"square":[9]}},
                        {"options":{"number":"2"},"numbers":{"square":[4]}}
                        ]
                        """);
    }

    @Test
    void refusesWhatIsNoFolderOfAStudy() throws IOException {
        var file = Files.writeString(path.resolve("file"), "text");
        assertThatThrownBy(() -> new StudyFolder(file))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--out: " + file + " cannot be used: " + file + " is a file");
        var results =
                Files.writeString(path.resolve(StudyFolder.RESULTS), "{\"options\":{},\"numbers\":{}}\n{\"a\":1}\n");
        assertThatThrownBy(() -> new StudyFolder(path))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--out: " + results + ", line 2: is no result; remove the line");
        Files.writeString(results, "{\"options\":{},\"numbers\":{}} more\n");
        assertThatThrownBy(() -> new StudyFolder(path))
                .hasMessage("--out: " + results + ", line 1: is no result; remove the line");
        Files.delete(results);
        Files.createDirectory(results);
        assertThatThrownBy(() -> new StudyFolder(path))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--out: " + results + ": is a folder, not the results of a study");
    }

    private List<Double> squares(int from, int to) {
        var experiments = IntStream.range(from, to).mapToObj(this::square).toList();
        return new StudyFolder(path)
                .measureAll("squares", experiments).stream()
                        .map(numbers -> numbers.number("square"))
                        .toList();
    }

    private Experiment square(int number) {
        return new Experiment(Map.of("number", Integer.toString(number)), () -> {
            runs.incrementAndGet();
            return new Numbers().put("square", (double) number * number);
        });
    }
}
