package handgrad.app.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The program that the README shows, the one with a layer of its own, and the one with faults. */
class ProgramsTest {
    private static final Path PROGRAM = Path.of("../../examples/programs", "Names.java");

    @Test
    void the_readme_shows_the_program_as_it_is() throws IOException {
        assertThat(Files.readString(Path.of("../../README.md"))).contains(Files.readString(PROGRAM));
    }

    @Test
    void the_program_learns() throws Exception {
        var lines = printedBy(PROGRAM);
        assertThat(lines).hasSize(5);
        double first = Double.parseDouble(lines.getFirst().split(" ", -1)[1]);
        double last = Double.parseDouble(lines.getLast().split(" ", -1)[1]);
        assertThat(first).isGreaterThan(3.3);
        assertThat(last).isLessThan(3);
    }

    @Test
    void the_doctor_finds_what_is_wrong_with_the_other() throws Exception {
        assertThat(printedBy(Path.of("../../examples/programs", "Doctor.java")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("There is no non-linearity between layer 2 (Linear) and layer 4 (Linear)"),
                        line -> assertThat(line).startsWith("The updates are too small"));
    }

    @Test
    void a_layer_of_layers_is_saved_whole_and_learns() throws Exception {
        var lines = printedBy(Path.of("../../examples/programs", "Residual.java"));
        assertThat(lines).hasSize(5);
        assertThat(lines.getFirst()).contains("3.f.0.weight, 3.f.0.bias, 3.f.1.weight, 3.f.1.bias, 3.f.1.running_mean");
        assertThat(Double.parseDouble(lines.getLast().split(" ", -1)[1])).isLessThan(2.5);
    }

    private static List<String> printedBy(Path program) throws Exception {
        var standardOut = System.out;
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            SourceProgram.compile(program).run(new String[0]);
        } finally {
            System.setOut(standardOut);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
