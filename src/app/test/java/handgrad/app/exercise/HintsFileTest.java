package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HintsFileTest {
    @TempDir
    private Path folder;

    private int next(String tensor, int count) {
        return new HintsFile(folder.resolve("Exercise1.java")).next(Exercise.named("1"), tensor, count);
    }

    @Test
    void counts_the_hints_of_each_tensor() {
        assertThat(next("x", 2)).isZero();
        assertThat(next("x", 2)).isEqualTo(1);
        assertThat(next("y", 2)).isZero();
        assertThat(next("x", 2)).isEqualTo(2);
        assertThat(next("x", 2)).isEqualTo(2);
    }

    /** As the class java.util.Properties wrote it, with a comment of its own and the date. */
    @Test
    void goes_on_with_a_file_of_an_earlier_version() throws IOException {
        Files.writeString(
                folder.resolve(".hints"),
                "#The number of hints seen, by exercise and tensor\n#Sat Nov 28 22:21:00 UTC 2026\n1.x=1\n");
        assertThat(next("x", 3)).isEqualTo(1);
        assertThat(folder.resolve(".hints")).hasContent("# The number of hints seen, by exercise and tensor\n1.x=2\n");
    }

    @Test
    void more_than_there_are_is_all() throws IOException {
        Files.writeString(folder.resolve(".hints"), "1.x=99\n");
        assertThat(next("x", 3)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.dlogi\\u00zzts=1", "1.x=9999999999", "1.x=-1", "1.x=", "1.x", "=", "\033[31m"})
    void names_the_line_that_is_wrong(String line) throws IOException {
        Files.writeString(folder.resolve(".hints"), "#c\n" + line + "\n");
        assertThatExceptionOfType(WrongInputException.class)
                .isThrownBy(() -> next("x", 3))
                .withMessage(folder.resolve(".hints")
                        + ", line 2: is not a number of hints seen, as in 1.dlogits=2; remove the line");
    }

    @Test
    void refuses_what_is_no_text() throws IOException {
        var file = folder.resolve(".hints");
        Files.write(file, "#c\n1.x=339999\377999999\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatExceptionOfType(WrongInputException.class)
                .isThrownBy(() -> next("x", 3))
                .withMessage(file + ": line 2 is not UTF-8 text; save the file in UTF-8");
        Files.delete(file);
        Files.createDirectory(file);
        assertThatExceptionOfType(WrongInputException.class)
                .isThrownBy(() -> next("x", 3))
                .withMessage(file + ": is a folder, not the hints seen");
    }
}
