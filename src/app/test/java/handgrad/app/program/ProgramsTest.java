package handgrad.app.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs to copy: each runs and does what its comment says. */
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

    @Test
    void a_perceptron_learns_images() throws Exception {
        var lines = printedBy(Path.of("../../examples/programs", "ImageMlp.java"));
        assertThat(lines).hasSize(5);
        assertThat(lastNumber(lines)).isGreaterThan(0.85);
    }

    @Test
    void those_that_train_for_long_compile() throws Exception {
        for (var name : List.of("ImageCnn.java", "Transfer.java")) {
            assertThat(SourceProgram.compile(PROGRAM.resolveSibling(name)).mainClass())
                    .hasDeclaredMethods("main");
        }
    }

    @Test
    @Tag("long")
    void convolutions_learn_images_better() throws Exception {
        var lines = printedBy(Path.of("../../examples/programs", "ImageCnn.java"));
        assertThat(lines).hasSize(6);
        assertThat(lines.getLast()).startsWith("the best epoch was ");
        assertThat(lastNumber(lines)).isGreaterThan(0.97);
    }

    @Test
    void a_number_and_a_class_are_learnt_from_tables() throws Exception {
        var regression = printedBy(Path.of("../../examples/programs", "TableRegression.java"));
        assertThat(regression.getFirst()).contains("area, rooms, year, district=");
        assertThat(lastNumber(regression)).isLessThan(80);
        var classification = printedBy(Path.of("../../examples/programs", "TableClassification.java"));
        var accuracy = classification.get(classification.size() - 4);
        assertThat(accuracy).startsWith("test accuracy ");
        assertThat(Double.parseDouble(accuracy.substring(14, 19))).isGreaterThan(0.9);
    }

    /** Three images, each row beside what came back. */
    @Test
    void an_autoencoder_gives_back_what_it_has_not_seen() throws Exception {
        var lines = printedBy(Path.of("../../examples/programs", "Autoencoder.java"));
        assertThat(lines.subList(4, lines.size()))
                .hasSize(3 * 15)
                .allMatch(line -> line.isEmpty() || line.length() == 58);
        assertThat(lastNumber(lines.subList(0, 4))).isLessThan(0.1);
    }

    @Test
    @Tag("long")
    void transferred_convolutions_do_better_than_new_ones() throws Exception {
        var line =
                printedBy(Path.of("../../examples/programs", "Transfer.java")).getLast();
        var numbers = Pattern.compile("0\\.\\d+")
                .matcher(line)
                .results()
                .map(result -> Double.parseDouble(result.group()))
                .toList();
        assertThat(numbers).hasSize(2);
        assertThat(numbers.getLast()).isGreaterThan(numbers.getFirst() + 0.03);
    }

    /** The second time from the checkpoint before the last, as after a kill. */
    @Test
    void a_training_that_is_interrupted_ends_with_the_same_bits(@TempDir Path folder) throws Exception {
        var program = Path.of("../../examples/programs", "Checkpoints.java");
        String[] arguments = {"--steps", "300", "--every", "100", "--out", folder.toString()};
        var whole = printedBy(program, arguments);
        assertThat(whole).hasSize(5);
        assertThat(whole.getLast()).startsWith("weights  sha256 ");
        Files.delete(folder.resolve("checkpoint-300.safetensors"));
        var half = Files.createFile(folder.resolve(".checkpoint-300.safetensors." + UUID.randomUUID() + ".tmp"));
        var rest = new ArrayList<>(whole.subList(2, 5));
        rest.addFirst("going on from " + folder.resolve("checkpoint-200.safetensors"));
        assertThat(printedBy(program, arguments)).isEqualTo(rest);
        assertThat(half).doesNotExist();
    }

    private static double lastNumber(List<String> lines) {
        return Double.parseDouble(lines.getLast().replaceAll(".* ", ""));
    }

    private static List<String> printedBy(Path program, String... arguments) throws Exception {
        var standardOut = System.out;
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            SourceProgram.compile(program).run(arguments);
        } finally {
            System.setOut(standardOut);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
