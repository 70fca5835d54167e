package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.GradientCheck;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class GroupedLinearTest {
    private static final int ROWS = 2;
    private static final int FAN_IN = 3;
    private static final int FAN_OUT = 4;
    private static final int GROUPS = 5;

    private final TorchRandom random = TorchRandom.seeded(9);

    @Test
    @Tag("no-kernel")
    void gradients_pass() {
        var layer = new GroupedLinear(
                Tensor.randn(random, FAN_IN, FAN_OUT * GROUPS), Tensor.randn(random, FAN_OUT * GROUPS), GROUPS);
        GradientCheck.of(layer).input(Shape.of(ROWS, FAN_IN * GROUPS)).assertPasses();
    }

    /** Forward and backward are those of separate linear layers, each on the columns of its group. */
    @Test
    void each_group_is_a_linear_layer() {
        var grouped = new GroupedLinear(
                Tensor.randn(random, FAN_IN, FAN_OUT * GROUPS), Tensor.randn(random, FAN_OUT * GROUPS), GROUPS);
        grouped.to(DType.FLOAT64);
        var x = Tensor.randn(random, ROWS, FAN_IN * GROUPS).to(DType.FLOAT64);
        var dOut = Tensor.randn(random, ROWS, FAN_OUT * GROUPS).to(DType.FLOAT64);
        var out = grouped.forward(x);
        var dX = grouped.backward(dOut);
        for (int group = 0; group < GROUPS; group++) {
            var weight = group(grouped.parameters().get(0).value(), group);
            var bias = group(grouped.parameters().get(1).value().reshape(1, -1), group);
            var linear = new Linear(weight, bias.reshape(FAN_OUT));
            assertClose(group(out, group), linear.forward(group(x, group)));
            assertClose(group(dX, group), linear.backward(group(dOut, group)));
            assertClose(
                    group(grouped.parameters().get(0).grad(), group),
                    linear.weight().grad());
            assertClose(
                    group(grouped.parameters().get(1).grad().reshape(1, -1), group)
                            .reshape(FAN_OUT),
                    linear.parameters().get(1).grad());
        }
    }

    /** The columns of a group. */
    private static Tensor group(Tensor tensor, int group) {
        int features = tensor.size(1) / GROUPS;
        var columns = Tensor.zeros(DType.FLOAT64, Shape.of(tensor.size(0), features));
        for (int row = 0; row < tensor.size(0); row++) {
            for (int feature = 0; feature < features; feature++) {
                columns.set(tensor.get(row, feature * GROUPS + group), row, feature);
            }
        }
        return columns;
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.doubles()).usingComparatorWithPrecision(1e-12).containsExactly(expected.doubles());
    }
}
