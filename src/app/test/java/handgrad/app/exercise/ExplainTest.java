package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainTest {
    private static final String LEGEND = """

        [i, j] is one element, Σj adds over all j; for whole tensors ∘ multiplies
          elements, · matrices.
        """;

    @TempDir
    private Path folder;

    @Test
    void an_element_its_sum_the_matrices_and_the_numbers() {
        assertThat(explain("rung-8", "dW"))
                .isEqualTo(new CommandResult(
                        0,
                        """
                            dW (3, 4)
                               y[k, j] = Σi x[k, i] · W[i, j]
                               one element: dW[i, j] = Σk x[k, i] · dy[k, j]
                               the tensor: dW = xᵀ · dy
                               With the numbers of your run, one element:
                                 x[0, 2] · dy[0, 3] = 0 · 3                                                0
                                 x[1, 2] · dy[1, 3] = 4 · 6                                               24
                                 dW[2, 3], the sum                                                        24
                            """ + "\nWhat arrives has the right numbers, also where yours are blank or wrong." + LEGEND,
                        ""));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void the_learners_own_number_stands_below_where_it_is_wrong_the_most() throws IOException {
        var exercise = Exercise.named("5");
        Files.writeString(
                folder.resolve("Exercise5.java"),
                exercise.solution().replace("dq = t.mul(t).neg().add(1).mul(dt)", "dq = dt"));
        assertThat(explain("5", "q").out()).contains("yours, wrong").doesNotContain("What arrives");
        assertThat(explain("5", "dt").out()).contains("yours, right").doesNotContain("What arrives");
    }

    @Test
    void a_file_that_does_not_compile_does_not_keep_it_back() throws IOException {
        var file = folder.resolve("Exercise5.java");
        Files.writeString(file, Exercise.named("5").skeleton() + "}");
        var result = explain("5", "dq");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("   one element: dq = dt · (1 - t²)\n")
                .endsWith(file + " does not compile, so your own numbers are missing.\n");
    }

    @Test
    void an_unknown_name_is_answered_with_those_that_there_are() {
        assertThat(explain("rung-8", "dloss"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: exercise rung-8 has no gradient dloss; its forward pass names x, W, y\n"));
    }

    private CommandResult explain(String exercise, String gradient) {
        return CommandResult.of("exercise", exercise, "--folder", folder.toString(), "--explain", gradient);
    }
}
