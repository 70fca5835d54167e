package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassMarkingTest {
    private static final Exercise BASICS = Exercise.named("5");

    @TempDir
    private Path folder;

    private CommandResult mark() {
        return CommandResult.of("exercise", "--all", "--json", folder.toString(), "--time-limit", "5");
    }

    private Path write(String name, String source) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, source);
    }

    @Test
    void marks_each_file_and_goes_on_where_one_cannot_be_marked() throws IOException {
        var right = write("ada/my-exercises/Exercise5.java", BASICS.solution());
        write("bob-Exercise5.java", BASICS.solution().replace("db = a.mul(dp)", "db = b.mul(dp)"));
        var endless = write("eve/Exercise5.java", BASICS.solution().replace("du = dv;", "while (dv != null) {}"));
        var unknown = write("eve/Exercise99.java", "");
        var broken = write("kim-Exercise5.java", "class {");
        var link = Files.createSymbolicLink(folder.resolve("eve/Rung1.java"), right);
        write("eve/notes.txt", "no submission");
        var result = mark();
        assertThat(result.code()).isZero();
        assertThat(unknown).exists();
        var lines = result.out().lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0))
                .isEqualTo("{\"student\":\"ada\",\"exercise\":\"5\",\"right\":8,\"total\":8,\"points\":100,"
                        + "\"causes\":[]}");
        assertThat(lines.get(1))
                .startsWith("{\"student\":\"bob\",\"exercise\":\"5\",\"right\":7,\"total\":8,\"points\":87,\"causes\":["
                        + "{\"gradient\":\"db\",\"line\":56,\"cause\":\"");
        assertThat(lines.get(2))
                .startsWith(
                        "{\"student\":\"eve\",\"exercise\":\"5\",\"right\":0,\"total\":8,\"points\":0,\"causes\":[],"
                                + "\"error\":\"" + endless + ":40: still running after 5 s, in backward; ");
        assertThat(lines.get(3)).contains("\"error\":\"there is no exercise 99; ");
        assertThat(lines.get(4))
                .contains(
                        "\"exercise\":\"rung-1\"",
                        "\"error\":\"" + link + " is a symbolic link, which is not followed\"");
        assertThat(lines.get(5)).contains("\"student\":\"kim\"", "\"error\":\"" + broken + ":1: error: ");
    }

    @Test
    void refuses_a_folder_without_submissions() throws IOException {
        write("ada/notes.txt", "");
        assertThat(mark())
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: " + folder + " has no submission; they are STUDENT/Exercise1.java or"
                                + " STUDENT-Exercise1.java, Rung1.java and Fault1.java\n"));
        assertThat(CommandResult.of("exercise", "--all"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: name the folder to mark, as in ./handgrad exercise --all --json FOLDER\n"));
    }
}
