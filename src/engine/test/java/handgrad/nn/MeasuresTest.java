package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Measures against values that were worked out by hand. */
@Tag("no-kernel")
class MeasuresTest {
    private static final int IGNORED = LossFunctions.IGNORED;

    /** The largest are 2, 0, 1 and 1, the first of two that are equal. */
    private final Tensor output = Tensor.of(new double[] {0, 1, 2, 5, 3, 4, -3, -1, -2, 0, 7, 7}, 4, 3);

    private static Tensor targets(int... targets) {
        return Tensor.of(targets, targets.length);
    }

    @Test
    void accuracy_counts_the_largest_at_the_target() {
        assertThat(Measures.accuracy(output, targets(2, 1, 1, 2))).isEqualTo(0.5);
        assertThat(Measures.accuracy(output.to(DType.FLOAT32), targets(2, IGNORED, 1, 2)))
                .isEqualTo(2 / 3.0);
        assertThat(Measures.accuracy(
                        output.reshape(2, 2, 3), targets(2, 0, 1, 1).reshape(2, 2)))
                .isEqualTo(1);
    }

    @Test
    void top_k_counts_targets_among_the_largest() {
        var targets = targets(1, 1, 0, 2);
        assertThat(Measures.topKAccuracy(output, targets, 1)).isZero();
        assertThat(Measures.topKAccuracy(output, targets, 2)).isEqualTo(0.5);
        assertThat(Measures.topKAccuracy(output, targets, 3)).isEqualTo(1);
        assertThat(Measures.topKAccuracy(output, targets(2, 1, 1, 2), 1))
                .isEqualTo(Measures.accuracy(output, targets(2, 1, 1, 2)));
        var nan = Tensor.of(new double[] {Double.NaN, 1, 2}, 1, 3);
        assertThat(Measures.topKAccuracy(nan, targets(2), 1)).isZero();
        assertThat(Measures.topKAccuracy(nan, targets(2), 2)).isEqualTo(1);
        assertThat(Measures.topKAccuracy(nan, targets(0), 1)).isEqualTo(1);
    }

    @Test
    void the_confusion_matrix_has_a_row_for_each_target() {
        assertThat(Measures.confusionMatrix(output, targets(2, 1, 1, 1)))
                .isEqualTo(Tensor.of(new int[] {0, 0, 0, /**/ 1, 2, 0, /**/ 0, 0, 1}, 3, 3));
        assertThat(Measures.confusionMatrix(output, targets(IGNORED, IGNORED, IGNORED, 0)))
                .isEqualTo(Tensor.of(new int[] {0, 1, 0, /**/ 0, 0, 0, /**/ 0, 0, 0}, 3, 3));
    }

    @Test
    void a_cross_entropy_is_told_as_perplexity_and_in_bits() {
        assertThat(Measures.perplexity(Math.log(27))).isEqualTo(27, within(1e-12));
        assertThat(Measures.bitsPerCharacter(Math.log(8))).isEqualTo(3, within(1e-15));
        assertThat(Measures.bitsPerCharacter(Math.log(8), 10, 40)).isEqualTo(0.75, within(1e-15));
        assertThatThrownBy(() -> Measures.bitsPerCharacter(1, 3, 0))
                .hasMessage("bitsPerCharacter: wants at least 1 token and 1 character, they are 3 and 0");
    }

    @Test
    void r_squared_compares_with_the_mean() {
        var y = Tensor.of(new double[] {1, 2, 3, 6}, 4);
        // The mean is 3: squares 4 + 1 + 0 + 9 = 14; the errors 1, 0, 1, 2: 6.
        assertThat(Measures.rSquared(Tensor.of(new double[] {2, 2, 2, 4}, 4), y))
                .isEqualTo(1 - 6 / 14.0, within(1e-15));
        assertThat(Measures.rSquared(y, y)).isEqualTo(1);
        assertThat(Measures.rSquared(Tensor.of(new double[] {3, 3, 3, 3}, 4), y))
                .isZero();
        assertThatThrownBy(() -> Measures.rSquared(y, Tensor.of(new double[] {2, 2, 2, 2}, 4)))
                .hasMessage("rSquared: targets (4) are all equal, they have no variance to explain");
    }

    @Test
    void the_mean_absolute_error_is_over_all_elements() {
        var x = Tensor.of(new float[] {1, -2, 3, 0}, 2, 2);
        assertThat(Measures.meanAbsoluteError(x, Tensor.of(new float[] {0, 2, 3, 1}, 2, 2)))
                .isEqualTo(1.5);
        assertThatThrownBy(() -> Measures.meanAbsoluteError(x, Tensor.zeros(4)))
                .hasMessage("meanAbsoluteError: wants an output and targets of one shape and floating type, of at least"
                        + " one element, output is FLOAT32 (2, 2), targets are FLOAT32 (4)");
    }

    @Test
    void wrong_shapes_and_targets_are_refused() {
        assertThatThrownBy(() -> Measures.accuracy(output, targets(1, 2)))
                .hasMessage("accuracy: wants an output (N, classes) and INT32 targets (N), or (N, T, classes) and"
                        + " (N, T), output is FLOAT64 (4, 3), targets are INT32 (2)");
        assertThatThrownBy(() -> Measures.confusionMatrix(output, targets(1, 2, 3, 0)))
                .hasMessage("confusionMatrix: target 3 is outside of 0 to 2");
        assertThatThrownBy(() -> Measures.accuracy(output, targets(IGNORED, IGNORED, IGNORED, IGNORED)))
                .hasMessage("accuracy: the mean over no rows has no value, none of targets (4) counts");
        assertThatThrownBy(() -> Measures.topKAccuracy(output, targets(0, 0, 0, 0), 4))
                .hasMessage("topKAccuracy: k must be from 1 to the 3 classes, it is 4");
    }
}
