package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.kernel.Allocation;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.Size2d;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the layers of images promise whatever their windows are. */
class ImageLayersTest {
    private static final Conv2dOptions ODD =
            Conv2dOptions.PYTORCH.withStride(2, 1).withPadding(1, 2);
    private static final ConvTranspose2dOptions ODD_TRANSPOSED =
            ConvTranspose2dOptions.PYTORCH.withStride(2, 1).withPadding(1, 0).withOutputPadding(1, 0);

    private final int threads = Backend.threads();
    private final TorchRandom random = TorchRandom.seeded(5);

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    private static Sequential model() {
        var random = TorchRandom.seeded(3);
        return new Sequential(
                new Conv2d(6, 12, new Size2d(3, 5), ODD.withGroups(3), random),
                new MaxPool2d(3, 1, 1),
                new Conv2d(12, 12, 3, Conv2dOptions.PYTORCH.withPadding(1).withGroups(12), random),
                new ConvTranspose2d(12, 6, new Size2d(3, 2), ODD_TRANSPOSED.withGroups(2), random),
                new AvgPool2d(3, 2, 1),
                new GlobalAvgPool2d(),
                new Flatten(1, 3),
                new Linear(6, 4, random));
    }

    private static List<Tensor> step(Layer model, Tensor x, Tensor dOut) {
        var results = new ArrayList<Tensor>();
        results.add(model.forward(x).copy());
        model.parameters().forEach(Parameter::zeroGrad);
        results.add(model.backward(dOut).copy());
        model.parameters().forEach(parameter -> results.add(parameter.grad().copy()));
        return results;
    }

    @Test
    void a_step_has_the_same_bits_at_every_number_of_threads() {
        var x = Tensor.randn(random, 37, 6, 17, 19);
        var dOut = Tensor.randn(random, 37, 4);
        Backend.setThreads(1);
        var expected = step(model(), x, dOut);
        for (int count = 2; count <= 5; count++) {
            Backend.setThreads(count);
            assertThat(step(model(), x, dOut)).as("%d threads", count).isEqualTo(expected);
        }
    }

    @Test
    @Tag("allocation")
    void a_step_in_steady_state_allocates_nothing() {
        assumeTrue(Backend.vectors().contains("float vectors"), "the fallback kernels make small temporary arrays");
        Backend.setThreads(1);
        for (var layer : new Layer[] {
            new Conv2d(4, 6, new Size2d(3, 5), ODD.withGroups(2), random),
            new ConvTranspose2d(4, 6, new Size2d(3, 2), ODD_TRANSPOSED.withGroups(2), random),
            new AvgPool2d(3, 2, 1),
            new GlobalAvgPool2d()
        }) {
            var x = Tensor.randn(random, 1, 4, 5, 4);
            assertThat(Allocation.leastBytes(() -> layer.backward(layer.forward(x))))
                    .as(layer.getClass().getSimpleName())
                    .isZero();
        }
    }

    @Test
    void a_group_is_a_convolution_of_its_own() {
        var whole = new Conv2d(4, 6, new Size2d(3, 5), ODD.withGroups(2), random);
        var x = Tensor.randn(random, 3, 4, 7, 6);
        var out = whole.forward(x);
        var window = whole.window();
        for (int group = 0; group < 2; group++) {
            var weight = whole.weight().value().narrow(1, 3 * group, 3).copy();
            var bias = Tensor.zeros(3);
            for (int o = 0; o < 3; o++) {
                bias.setFlat(o, Passes.kept(whole.weights().biasValue()).getFlat(3 * group + o));
            }
            var part = new Conv2d(window, 1, weight, bias)
                    .forward(x.narrow(1, 2 * group, 2).copy());
            assertThat(part).isEqualTo(out.narrow(1, 3 * group, 3));
        }
    }

    @Test
    void a_transposed_convolution_is_the_gradient_of_a_convolution() {
        var convolution = new Conv2d(4, 6, new Size2d(3, 5), ODD.withGroups(2).withBias(false), random);
        var x = Tensor.randn(random, 3, 4, 8, 6);
        var dOut = Tensor.randn(random, convolution.forward(x).shape().toArray());
        var dX = convolution.backward(dOut);
        var transposed = new ConvTranspose2d(
                convolution.window(),
                new Size2d(1, 0),
                2,
                convolution.weight().value().copy(),
                null);
        assertThat(transposed.forward(dOut)).isEqualTo(dX);
        assertThat(transposed.backward(x)).isEqualTo(convolution.forward(x));
    }

    @Test
    void the_fans_of_groups_are_those_of_pytorch() {
        var depthwise = new Conv2d(8, 8, 3, Conv2dOptions.PYTORCH.withGroups(8), random);
        assertThat(largest(depthwise.weight().value())).isEqualTo(1 / 3.0, within(0.05));
        var transposed = new ConvTranspose2d(64, 4, 2, random);
        assertThat(largest(transposed.weight().value())).isEqualTo(0.25, within(0.02));
    }

    private static double largest(Tensor tensor) {
        return tensor.abs().reshape(tensor.shape().elements()).max(0, false).item();
    }
}
