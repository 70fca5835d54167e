package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvFileTest {
    @TempDir
    private Path folder;

    @Test
    void readsNumbersOfEveryKind() throws IOException {
        var data = Observations.read(
                write("\uFEFFa, b ,\"y, or so\"\r\n1, 2.5 ,-3\r\n.5,+1e3,\"7\"\r\n" + rows("1,2,3\r\n", 18)),
                "y, or so",
                null);
        assertThat(data.features()).containsExactly("a", "b");
        assertThat(data.columns()[0]).startsWith(1, 0.5);
        assertThat(data.columns()[1]).startsWith(2.5, 1000);
        assertThat(data.y()).startsWith(-3, 7).hasSize(20);
        assertThat(data.lines()).startsWith(2L, 3L);
    }

    @Test
    void takesTheColumnsThatAreNamed() throws IOException {
        var file = write("city,a,y\n" + rows("Rome,1,2\n", 20));
        assertThat(Observations.read(file, "y", List.of("a")).features()).containsExactly("a");
        assertRefused(
                file,
                "y",
                "line 2, column city: \"Rome\" is no number, nor is any in the column; name columns of numbers with"
                        + " --features A,B");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'1,,3'|line 4, column b: the cell is empty; fill it in, or take out the line",
                "'1,  ,3'|line 4, column b: the cell is empty; fill it in, or take out the line",
                "'1,x2,3'|line 4, column b: \"x2\" is no number",
                "'1,NaN,3'|line 4, column b: \"NaN\" is no number",
                "'1,0x1p3,3'|line 4, column b: \"0x1p3\" is no number",
                "'1,1e61,3'|line 4, column b: \"1e61\" is too large to be computed with; its size must be at most 1e60",
                "'1,-1e-61,3'|line 4, column b: \"-1e-61\" is too small to be computed with; its size must be at least"
                        + " 1e-60",
                "'1,2,'|line 4, column y: the cell is empty; fill it in, or take out the line",
                "'1,2'|line 4: has 2 cells, the line of names has 3",
                "'1,2,3,4'|line 4: has 4 cells, the line of names has 3"
            })
    void namesTheLineAndTheColumn(String line, String message) throws IOException {
        assertRefused(write("a,b,y\n1,2,3\n4,5,6\n" + line + "\n" + rows("1,2,3\n", 20)), "y", message);
    }

    @Test
    void refusesWhatIsNoTable() throws IOException {
        assertRefused(write(""), "y", "is empty; it wants a line of column names, then lines of numbers");
        assertRefused(
                write("a;y\n1;2\n"), "y", "line 1: has one column, a;y; at least two are wanted, separated by commas");
        assertRefused(write("a,y,a\n1,2,3\n"), "y", "line 1: two columns are named a; rename one");
        assertRefused(write("a,,y\n1,2,3\n"), "y", "line 1: column 2 has no name");
        assertRefused(write("1,2\n3,4\n"), "2", "line 1: has numbers, no names; put a line of column names before it");
        assertRefused(write("a,y\n1,2\n"), "y", "has 1 row of numbers; 1 feature wants at least 20");
        assertRefused(write("a,y\n"), "y", "has 0 rows of numbers; 1 feature wants at least 20");
        assertRefused(write("a,y\n" + rows("1,2\n", 19)), "y", "has 19 rows of numbers; 1 feature wants at least 20");
        assertRefused(folder.resolve("none"), "y", "there is no such file");
        assertRefused(folder, "y", "is a folder, not a table");
        assertRefused(
                write("a,y\n1,2\né,3\n", StandardCharsets.ISO_8859_1),
                "y",
                "line 3 is not UTF-8 text; save the file in UTF-8");
    }

    @Test
    void refusesColumnsThatAreNotThere() throws IOException {
        var file = write("a,b,y\n" + rows("1,2,3\n", 20));
        assertThatThrownBy(() -> Observations.read(file, "z", null))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--target: " + file + " has no column z; it has a, b, y");
        assertThatThrownBy(() -> Observations.read(file, "y", List.of("a", "c")))
                .hasMessage("--features: " + file + " has no column c; it has a, b, y");
        assertThatThrownBy(() -> Observations.read(file, "y", List.of("y")))
                .hasMessage("--features: y is the target; it cannot be a feature too");
    }

    @Test
    void namesHaveNoControlCharacters() throws IOException {
        var file = write("\"a\n\u001B[31mb\",y\n" + rows("1,2\n", 20));
        assertThat(Observations.read(file, "y", null).features()).containsExactly("a \\u001b[31mb");
    }

    private static void assertRefused(Path file, String target, String message) {
        assertThatThrownBy(() -> Observations.read(file, target, null))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--data: " + file + ": " + message);
    }

    private static String rows(String row, int count) {
        return IntStream.range(0, count).mapToObj(_ -> row).collect(Collectors.joining());
    }

    private Path write(String text) throws IOException {
        return write(text, StandardCharsets.UTF_8);
    }

    private Path write(String text, Charset charset) throws IOException {
        return Files.writeString(folder.resolve("data.csv"), text, charset);
    }
}
