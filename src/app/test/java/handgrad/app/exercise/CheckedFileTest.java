package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import handgrad.app.command.WrongInputException;
import handgrad.app.exercise.CheckedFile.Standing;
import handgrad.app.exercise.CheckedFile.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckedFileTest {
    private static final Exercise BASICS = Exercise.named("5");

    @TempDir
    private Path folder;

    private Standing standing() {
        return Objects.requireNonNull(
                new CheckedFile(folder).standings(List.of(BASICS)).get("5"));
    }

    @Test
    void a_file_that_was_checked_stands_as_found_while_its_bytes_are_the_same() throws IOException {
        assertThat(standing()).isEqualTo(new Standing(State.UNTOUCHED, ""));
        var file = Files.writeString(folder.resolve("Exercise5.java"), BASICS.skeleton() + " ");
        new CheckedFile(folder).note(BASICS, true, 8);
        assertThat(standing()).isEqualTo(new Standing(State.SOLVED, ""));
        Files.write(file, new byte[] {(byte) 0xff});
        assertThat(standing()).isEqualTo(new Standing(State.BEGUN, ""));
        new CheckedFile(folder).note(BASICS, false, 0);
        assertThat(standing()).isEqualTo(new Standing(State.BEGUN, "0 of 8 right"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5=solved", "5=maybe 00", "=", "\033[31m", "5=1/2 xyz"})
    void names_the_line_that_is_wrong(String line) throws IOException {
        var file = Files.writeString(folder.resolve(".checked"), "#c\n" + line + "\n");
        assertThatExceptionOfType(WrongInputException.class)
                .isThrownBy(this::standing)
                .withMessage(file + ", line 2: is not what a check found; remove the line");
    }
}
