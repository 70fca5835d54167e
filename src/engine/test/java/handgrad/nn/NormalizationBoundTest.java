package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Normalisations at large offsets, of equal, very large and very small numbers; float64 is the reference. */
@Tag("no-product")
class NormalizationBoundTest {
    private final TorchRandom random = TorchRandom.seeded(5);

    /** A normalisation and the shape of an input. */
    private record Case(Layer layer, Shape shape) {
        static Case of(Layer layer, int... sizes) {
            return new Case(layer, Shape.of(sizes));
        }

        Tensor randn(TorchRandom random) {
            return Tensor.randn(random, shape.toArray());
        }

        @Override
        public String toString() {
            return layer.getClass().getSimpleName() + " of " + shape;
        }
    }

    private static List<Case> cases() {
        return List.of(
                Case.of(new BatchNorm1d(20), 32, 20),
                Case.of(new BatchNorm1d(3), 7, 3),
                Case.of(new BatchNorm1d(3), 1000, 3),
                Case.of(new BatchNorm1d(37), 400, 37),
                Case.of(new BatchNorm1d(17), 20, 30, 17),
                Case.of(new BatchNorm2d(3), 4, 3, 2, 2),
                Case.of(new BatchNorm2d(2), 5, 2, 9, 11),
                Case.of(new BatchNorm2d(2), 2, 2, 30, 40),
                Case.of(new LayerNorm(20), 5, 20),
                Case.of(new LayerNorm(700), 40, 700));
    }

    @Test
    void offsets_do_not_reach_values_or_gradients() {
        for (double offset : new double[] {0, 1e4, -1e6, 1e6}) {
            for (var own : cases()) {
                var x = own.randn(random).add(offset);
                var dOut = own.randn(random);
                var out = own.layer.forward(x).copy();
                var dX = own.layer.backward(dOut).copy();
                var grads = own.layer.parameters().stream()
                        .map(p -> p.grad().copy())
                        .toList();
                own.layer.to(DType.FLOAT64);
                own.layer.parameters().forEach(Parameter::zeroGrad);
                var name = own + " at " + offset;
                requireClose(name, out, own.layer.forward(x.to(DType.FLOAT64)), 1e-5);
                requireClose(name + ", dX", dX, own.layer.backward(dOut.to(DType.FLOAT64)), 2e-5);
                for (int p = 0; p < grads.size(); p++) {
                    var exact = own.layer.parameters().get(p).grad();
                    requireClose(
                            name + ", parameter " + p,
                            grads.get(p),
                            exact,
                            1e-5 * Math.sqrt(x.shape().elements()));
                }
            }
        }
    }

    private static void requireClose(String name, Tensor actual, Tensor expected, double tolerance) {
        for (int i = 0; i < actual.shape().elements(); i++) {
            double bound = tolerance * (1 + Math.abs(expected.getFlat(i)));
            if (!(Math.abs(actual.getFlat(i) - expected.getFlat(i)) <= bound)) {
                assertThat(actual.getFlat(i)).as(name).isEqualTo(expected.getFlat(i), within(bound));
            }
        }
    }

    @Test
    void equal_numbers_become_0() {
        for (double number : new double[] {0, 10.1, -0.1, 1e6 + 0.3, 1e-40, 3e38}) {
            for (var dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
                for (var own : cases()) {
                    own.layer.to(dtype);
                    var out = own.layer.forward(Tensor.zeros(dtype, own.shape).fill(number));
                    assertThat(out.abs().sum().item()).as(own + ", " + number).isZero();
                }
            }
        }
    }

    @Test
    void rows_of_10_1_in_batches_of_any_size() {
        for (int n : new int[] {4096, 20_000, 200_000}) {
            for (int features : new int[] {1, 16}) {
                var norm = new BatchNorm1d(features);
                var out = norm.forward(Tensor.full(10.1, n, features));
                assertThat(out.abs().sum().item()).isZero();
                assertThat(norm.runningMean().get(0)).isEqualTo(0.1f * 10.1f);
            }
        }
    }

    /** With an epsilon of 0 the output does not depend on the scale of the input. */
    @Test
    void very_large_and_very_small_numbers() {
        var options = BatchNormOptions.PYTORCH.withEpsilon(0);
        var cases = List.of(
                Case.of(new BatchNorm1d(17, options), 8, 17),
                Case.of(new BatchNorm1d(18, options), 50, 18),
                Case.of(new BatchNorm1d(1, options), 50, 1),
                Case.of(new BatchNorm2d(2, options), 3, 2, 5, 6),
                Case.of(new LayerNorm(19, 0), 4, 19),
                Case.of(new LayerNorm(600, 0), 2, 600),
                Case.of(new RMSNorm(19, 0), 4, 19),
                Case.of(new RMSNorm(600, 0), 2, 600));
        for (var own : cases) {
            var x = own.randn(random);
            var expected = own.layer.forward(x).copy();
            for (int exponent = -120; exponent <= 124; exponent++) {
                var out = own.layer.forward(x.mul(Math.scalb(1.0, exponent)));
                requireClose(own + " times 2^" + exponent, out, expected, 2e-5);
            }
        }
    }

    @Test
    void losses_of_very_large_logits_are_finite() {
        var logits = Tensor.of(new float[] {3e38f, -3e38f, 0, -3e38f, 3e38f, 3e38f}, 2, 3);
        var loss = new CrossEntropyLoss();
        assertThat(loss.forward(logits, Tensor.of(new int[] {1, 2}, 2)))
                .isEqualTo((2 * (double) 3e38f + Math.log(2)) / 2);
        assertThat(loss.backward().floats()).containsExactly(0.5f, -0.5f, 0, 0, 0.25f, -0.25f);
        var mse = new MseLoss();
        assertThat(mse.forward(Tensor.full(3e38, 4), Tensor.full(-3e38, 4))).isEqualTo(4 * Math.pow(3e38f, 2));
        assertThat(mse.backward().get(0)).isEqualTo(3e38f);
    }

    /** No fused multiply-add and no exponential is in these, so they are the same bits on every machine. */
    @Test
    void the_same_bits_on_every_set_of_kernels() {
        var hash = new CRC32();
        for (var own : cases()) {
            var x = own.randn(random).add(3);
            add(hash, own.layer.forward(x));
            add(hash, own.layer.backward(own.randn(random)));
            own.layer.parameters().forEach(parameter -> add(hash, parameter.grad()));
            for (int d = 0; d < own.shape.rank(); d++) {
                add(hash, x.sum(d));
                add(hash, x.mean(d));
                add(hash, x.var(d, Variance.UNBIASED, false));
                add(hash, x.std(d, Variance.BIASED, false));
            }
        }
        assertThat(hash.getValue()).isEqualTo(4_064_339_126L);
    }

    private static void add(CRC32 hash, Tensor tensor) {
        for (float element : tensor.floats()) {
            int bits = Float.floatToIntBits(element);
            hash.update(new byte[] {(byte) bits, (byte) (bits >> 8), (byte) (bits >> 16), (byte) (bits >> 24)});
        }
    }
}
