package handgrad.examples.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The program that the README shows. */
class ProgramsTest {
    private static final Path PROGRAM = Path.of("programs", "Names.java");

    @Test
    void the_readme_shows_the_program_as_it_is() throws IOException {
        assertThat(Files.readString(Path.of("..", "README.md"))).contains(Files.readString(PROGRAM));
    }

    @Test
    void the_program_learns() throws Exception {
        var standardOut = System.out;
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            SourceProgram.compile(PROGRAM).run(new String[0]);
        } finally {
            System.setOut(standardOut);
        }
        var lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(5);
        double first = Double.parseDouble(lines.getFirst().split(" ", -1)[1]);
        double last = Double.parseDouble(lines.getLast().split(" ", -1)[1]);
        assertThat(first).isGreaterThan(3.3);
        assertThat(last).isLessThan(3);
    }
}
