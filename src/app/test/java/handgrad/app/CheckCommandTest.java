package handgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.registry.Computation;
import handgrad.check.registry.Definition;
import handgrad.check.registry.Proof;
import handgrad.check.registry.ProofSample;
import handgrad.check.registry.Registry;
import handgrad.tensor.Tensor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CheckCommandTest {
    /** The engine's own tests check every operation at each build. */
    @Test
    @Tag("long")
    void checksEveryOperation() {
        var result = CommandResult.of("check");
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(rows(result)).hasSize(Registry.proofs().size() + 1);
        for (var operation : Registry.proofs()) {
            assertThat(rows(result)).anyMatch(row -> row.startsWith(operation.name() + " "));
        }
        // At least 20,000 partial derivatives.
        assertThat(rows(result).getLast())
                .matches(Registry.proofs().size() + " operations +(\\d+,)?([2-9]|\\d{2,})\\d,\\d{3} .*");
    }

    /** The table without its head. */
    private static List<String> rows(CommandResult result) {
        return result.out().lines().skip(1).toList();
    }

    @Test
    void checksWhatBeginsWithTheName() {
        assertThat(rows(CommandResult.of("check", "batchnorm1d,")))
                .hasSizeGreaterThan(2)
                .allMatch(row -> row.startsWith("BatchNorm1d, ") || row.contains(" operations "));
        assertThat(rows(CommandResult.of("check", "Tensor.sum(int)")))
                .satisfiesExactly(
                        row -> assertThat(row)
                                .matches("Tensor\\.sum\\(int\\) +[1-9][\\d,]* +0 +\\d\\.\\de[-+]\\d+ +\\d+\\.\\d\\d s"),
                        row -> assertThat(row).startsWith("1 operation "));
    }

    @Test
    void findsAMethodWithoutItsClass() {
        assertThat(rows(CommandResult.of("check", "tanh")))
                .satisfiesExactly(
                        row -> assertThat(row).startsWith("Tensor.tanh() "),
                        row -> assertThat(row).startsWith("Activations.tanh "),
                        row -> assertThat(row).startsWith("Tanh "),
                        row -> assertThat(row).startsWith("3 operations "));
    }

    @Test
    void listsWhatHasNoGradient() {
        assertThat(rows(CommandResult.of("check", "Tensor.argmax")).getFirst())
                .matches("Tensor\\.argmax\\(int\\) +none");
    }

    @Test
    void namesTheNearestOfAnUnknownName() {
        assertThat(CommandResult.of("check", "Tensor.matmull"))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: check: there is no Tensor.matmull; the nearest are Tensor.matmul, "
                                + "Tensor.mul, Tensor.maximum\n"));
    }

    @Test
    void reportsAWrongGradient() {
        var formula = new Computation(
                x -> x[0].mul(x[0]), (dOut, x) -> new Tensor[] {dOut.mul(x[0])}, new Definition(x -> x[0].mul(x[0])));
        var sample = ProofSample.of(formula, Tensor.of(new float[] {1, -2, 3}, 3));
        var square = new Proof("Square", List.of(sample), List.of());
        var out = new StringWriter();
        assertThat(CheckTable.print(List.of(square), new PrintWriter(out))).isFalse();
        assertThat(out.toString().lines().skip(3).toList())
                .startsWith("", "Square at (3):")
                .anyMatch(line -> line.startsWith("the gradient of input (3) is wrong, worst at "));
    }
}
