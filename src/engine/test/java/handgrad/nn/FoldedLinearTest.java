package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.BatchNormOptions.Momentum;
import handgrad.nn.BatchNormOptions.Running;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("composition")
class FoldedLinearTest {
    private static final int FAN_IN = 7;
    private static final int FEATURES = 5;

    private final TorchRandom random = TorchRandom.seeded(11);

    static List<BatchNormOptions> options() {
        var all = new ArrayList<BatchNormOptions>();
        for (var variance : Variance.values()) {
            for (var running : Running.values()) {
                for (var momentum : Momentum.values()) {
                    for (var axes : Axes.values()) {
                        for (double epsilon : new double[] {0, 0.1}) {
                            all.add(new BatchNormOptions(variance, running, epsilon, 0.3, momentum, axes));
                        }
                    }
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("options")
    void one_layer_does_what_the_two_did(BatchNormOptions options) {
        for (boolean bias : new boolean[] {false, true}) {
            assertThat(difference(options, bias, DType.FLOAT64, 3)).isBetween(0.0, 1e-13);
            assertThat(difference(options, bias, DType.FLOAT32, 3)).isBetween(0.0, 1e-5);
        }
    }

    /** Inputs (N, L, features) as well, where the positions share their statistics. */
    @Test
    void positions_that_share_statistics_fold() {
        var options = BatchNormOptions.MAKEMORE_LAYER;
        assertThat(difference(options, true, DType.FLOAT64, 3, 4)).isBetween(0.0, 1e-13);
        assertThat(difference(options, true, DType.FLOAT32, 3, 4)).isBetween(0.0, 1e-5);
    }

    @Test
    void positions_with_statistics_of_their_own_do_not() {
        var norm = new BatchNorm1d(FEATURES, BatchNormOptions.MAKEMORE_LAYER.withAxes(Axes.FIRST));
        norm.forward(Tensor.randn(random, 3, 4, FEATURES));
        assertThatThrownBy(() -> FoldedLinear.of(new Linear(FAN_IN, FEATURES, random), norm))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("FoldedLinear: the running statistics are (4, 5), for 4 positions,"
                        + " and a linear layer treats all alike");
    }

    @Test
    void names_features_that_differ() {
        assertThatThrownBy(() -> FoldedLinear.of(new Linear(FAN_IN, 6, random), new BatchNorm1d(FEATURES)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("FoldedLinear: the layer has weight (7, 6), the normalisation is of 5 features");
    }

    @Test
    void the_folded_layer_does_not_follow_the_two() {
        var linear = new Linear(FAN_IN, FEATURES, random);
        var norm = new BatchNorm1d(FEATURES);
        var folded = FoldedLinear.of(linear, norm);
        var weight = folded.weight().value().copy();
        linear.weight().value().fill(3);
        norm.weight().value().fill(3);
        assertThat(folded.weight().value()).isEqualTo(weight);
    }

    /** The largest difference of the outputs, after a few batches have moved the statistics. */
    private double difference(BatchNormOptions options, boolean bias, DType dtype, int... leading) {
        var linear = new Linear(Tensor.randn(random, FAN_IN, FEATURES), bias ? Tensor.randn(random, FEATURES) : null);
        var norm = new BatchNorm1d(FEATURES, options);
        norm.weight().value().copyFrom(Tensor.randn(random, FEATURES));
        norm.bias().value().copyFrom(Tensor.randn(random, FEATURES));
        for (int batch = 0; batch < 3; batch++) {
            norm.forward(linear.forward(Tensor.randn(random, 16, FAN_IN).add(0.5)));
        }
        linear.to(dtype);
        norm.to(dtype);
        norm.train(false);
        var x = Tensor.randn(random, shape(leading).toArray()).to(dtype);
        var two = norm.forward(linear.forward(x)).copy();
        var one = FoldedLinear.of(linear, norm).forward(x);
        assertThat(one.dtype()).isEqualTo(dtype);
        assertThat(two.abs().max(0, false).sum().item()).isGreaterThan(0.1);
        return one.sub(two).abs().reshape(one.shape().elements()).max(0, false).item();
    }

    private static Shape shape(int... leading) {
        int[] sizes = new int[leading.length + 1];
        System.arraycopy(leading, 0, sizes, 0, leading.length);
        sizes[leading.length] = FAN_IN;
        return Shape.of(sizes);
    }
}
