package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.check.result.GradientReport;
import handgrad.check.result.Verdict;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.MaxPool2d;
import handgrad.nn.Parts;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a check says where a step is hard to choose, where a function bends, and of passes that misbehave. */
@Tag("no-kernel")
class VerdictTest {
    private static final TorchRandom random = TorchRandom.seeded(5);

    private static Tensor normal(int... sizes) {
        return Tensor.randn(random, sizes).to(DType.FLOAT64);
    }

    private static Tensor row(double... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor map(Tensor x, DoubleUnaryOperator f) {
        var y = x.copy();
        for (int i = 0; i < x.shape().elements(); i++) {
            y.setFlat(i, f.applyAsDouble(x.getFlat(i)));
        }
        return y;
    }

    /** A function of each element. */
    private static GradientReport each(DoubleUnaryOperator f, DoubleUnaryOperator derivative, Tensor x) {
        return GradientCheck.of(in -> map(in[0], f), (d, in) -> new Tensor[] {d.mul(map(in[0], derivative))})
                .input(x)
                .run();
    }

    private static Verdict verdict(TensorFunction forward, TensorGradient backward, Tensor... inputs) {
        return GradientCheck.of(forward, backward).inputs(inputs).run().verdict();
    }

    @Test
    void a_wrong_element_beside_a_large_one_is_wrong() {
        var scale = row(1e9, 1, 1);
        TensorGradient backward = (d, x) -> new Tensor[] {d.mul(row(1e9, 3, 1))};
        var report = GradientCheck.of(x -> x[0].mul(scale), backward)
                .input(row(0.5, -1.5, 2))
                .run();
        assertThat(report.verdict()).isEqualTo(Verdict.WRONG);
        assertThat(report.tensors().getFirst().index()).containsExactly(1);
        assertThat(String.valueOf(report.tensors().getFirst().cause()))
                .contains("the element [1] is ")
                .contains("both small beside the largest");
        assertThat(verdict(x -> x[0].mul(scale), (d, x) -> new Tensor[] {d.mul(scale)}, row(0.5, -1.5, 2)))
                .isEqualTo(Verdict.RIGHT);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-12, 1e-6, 1, 1e3, 1e8, 1e12, 1e60})
    void squares_are_checked_at_every_size(double size) {
        var x = normal(4, 3).mul(size);
        for (double factor : new double[] {0, 1.3, -1, 1.0008, 1.00001, 0.99999}) {
            assertThat(verdict(
                            in -> in[0].pow(2),
                            (d, in) -> new Tensor[] {d.mul(in[0]).mul(2 * factor)},
                            x))
                    .as("each, factor %s", factor)
                    .isEqualTo(Verdict.WRONG);
        }
        assertThat(verdict(
                        in -> in[0].pow(2),
                        (d, in) -> new Tensor[] {d.mul(in[0]).mul(2)},
                        x))
                .isEqualTo(Verdict.RIGHT);
        TensorFunction mean = in -> in[0].pow(2).sum().div(in[0].shape().elements());
        assertThat(verdict(
                        mean,
                        (d, in) -> new Tensor[] {
                            in[0].mul(d).mul(2.6 / in[0].shape().elements())
                        },
                        x))
                .isEqualTo(Verdict.WRONG);
        assertThat(verdict(
                        mean,
                        (d, in) -> new Tensor[] {
                            in[0].mul(d).mul(2.0 / in[0].shape().elements())
                        },
                        x))
                .isEqualTo(Verdict.RIGHT);
    }

    @Test
    void a_gradient_of_zero_beside_a_large_one_is_wrong() {
        assertThat(verdict(
                        x -> Tensor.cat(0, x[0].mul(1e7), x[1]),
                        (d, x) -> new Tensor[] {
                            d.indexSelect(0, Tensor.arange(3)).mul(1e7), Tensor.zeros(DType.FLOAT64, Shape.of(2))
                        },
                        normal(3),
                        normal(2)))
                .isEqualTo(Verdict.WRONG);
    }

    @Test
    void a_weight_beside_one_of_a_raw_feature_is_checked() {
        var x = normal(5, 3);
        for (int i = 0; i < 5; i++) {
            x.set(1e9 * (1 + i), i, 0);
        }
        var weight = normal(3, 2);
        TensorFunction linear = in -> in[0].matmul(in[1]);
        TensorGradient right =
                (d, in) -> new Tensor[] {d.matmul(in[1].t()), in[0].t().matmul(d)};
        assertThat(verdict(linear, right, x, weight)).isEqualTo(Verdict.RIGHT);
        assertThat(verdict(
                        linear,
                        (d, in) -> {
                            var all = right.apply(d, in);
                            all[1].set(0, 1, 1);
                            return all;
                        },
                        x,
                        weight))
                .isEqualTo(Verdict.WRONG);
    }

    @Test
    void what_drowns_in_rounding_could_not_be_checked() {
        for (double gradient : new double[] {0, 1, 2}) {
            var check = GradientCheck.of(x -> x[0].add(1e18), (d, x) -> new Tensor[] {d.mul(gradient)})
                    .input(normal(3));
            assertThat(check.run().verdict()).as("gradient %s", gradient).isEqualTo(Verdict.UNCHECKED);
            assertThatThrownBy(check::assertPasses)
                    .hasMessage("the gradient of input (3) could not be checked: at 3 of 3 elements a change of the"
                            + " input vanishes in the rounding of the output: choose inputs of a size like the"
                            + " output's, or scale the output down");
            assertThat(check.allowUnchecked(true).assertPasses().passed()).isFalse();
        }
    }

    @Test
    void a_small_mistake_in_a_smooth_function_is_wrong() {
        double c = Math.sqrt(2 / Math.PI);
        DoubleUnaryOperator gelu = x -> 0.5 * x * (1 + Math.tanh(c * (x + 0.044715 * x * x * x)));
        for (double constant : new double[] {0.044715, 0.0447}) {
            DoubleUnaryOperator derivative = x -> {
                double t = Math.tanh(c * (x + constant * x * x * x));
                return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * constant * x * x);
            };
            assertThat(each(gelu, derivative, normal(4, 5)).verdict())
                    .as("constant %s", constant)
                    .isEqualTo(constant == 0.0447 ? Verdict.WRONG : Verdict.RIGHT);
        }
        for (double factor : new double[] {1.0008, 1 + 1e-5, 1 - 1e-5}) {
            assertThat(each(Math::tanh, x -> factor * (1 - Math.tanh(x) * Math.tanh(x)), normal(4, 5))
                            .verdict())
                    .as("factor %s", factor)
                    .isEqualTo(Verdict.WRONG);
        }
        assertThat(each(Math::tanh, x -> 1 - Math.tanh(x) * Math.tanh(x), normal(4, 5))
                        .worst())
                .isLessThan(1e-8);
    }

    @Test
    void a_right_gradient_at_hard_inputs_is_not_called_wrong() {
        var logits = normal(4, 5);
        var targets = Tensor.of(new int[] {0, 3, 1, 4}, 4);
        for (int i = 0; i < 4; i++) {
            logits.set(40, i, targets.ints()[i]);
        }
        assertThat(GradientCheck.of(new CrossEntropyLoss())
                        .inputs(logits, targets)
                        .run()
                        .verdict())
                .isNotEqualTo(Verdict.WRONG);
        for (double offset : new double[] {1e6, 1e8}) {
            assertThat(GradientCheck.of(new BatchNorm1d(3))
                            .input(normal(8, 3).add(offset))
                            .run()
                            .verdict())
                    .as("batch norm of %s + noise", offset)
                    .isNotEqualTo(Verdict.WRONG);
        }
        assertThat(softmax(normal(3, 4).add(1e9), y -> y)).isEqualTo(Verdict.RIGHT);
        assertThat(softmax(normal(3, 4).add(1e9), y -> y.mul(1.01))).isEqualTo(Verdict.WRONG);
        assertThat(each(Math::tanh, x -> 1 - Math.tanh(x) * Math.tanh(x), row(20, 30, 0.5, -40))
                        .verdict())
                .isEqualTo(Verdict.RIGHT);
    }

    private static Verdict softmax(Tensor x, UnaryOperator<Tensor> mistake) {
        TensorFunction softmax = in -> {
            var counts = in[0].sub(in[0].max(1, true)).exp();
            return counts.div(counts.sum(1, true));
        };
        return verdict(
                softmax,
                (d, in) -> {
                    var y = softmax.apply(in);
                    return new Tensor[] {mistake.apply(y.mul(d.sub(d.mul(y).sum(1, true))))};
                },
                x);
    }

    @Test
    void a_bend_is_inconclusive_between_the_slopes_of_its_sides() {
        for (double x : new double[] {0, 1e-7, -1e-7, 1e-12}) {
            var report = each(v -> Math.max(v, 0), v -> v > 0 ? 1 : 0, row(1, -2, x, 3, -1, 0.5));
            assertThat(report.verdict()).as("relu at %s", x).isEqualTo(Verdict.RIGHT);
            assertThat(each(v -> Math.max(v, 0), v -> v == x ? 5 : v > 0 ? 1 : 0, row(1, -2, x, 3, -1, 0.5))
                            .verdict())
                    .as("5 at %s", x)
                    .isEqualTo(Verdict.WRONG);
        }
        assertThat(each(Math::abs, Math::signum, row(1, -2, 0, 3, -1, 0.5)).verdict())
                .isEqualTo(Verdict.RIGHT);
        assertThat(each(v -> Math.clamp(v, -1, 1), v -> Math.abs(v) < 1 ? 1 : 0, row(1, -2, 0.3, -1, 0.1, 0.5, 3, 4))
                        .verdict())
                .isEqualTo(Verdict.RIGHT);
        var onlyBends = each(v -> Math.max(v, 0), v -> v > 0 ? 1 : 0, row(0, 0, 0));
        assertThat(onlyBends.verdict()).isEqualTo(Verdict.UNCHECKED);
        // Others are checked as ever.
        assertThat(each(v -> Math.max(v, 0), v -> v > 0 ? 1.00002 : 0, row(1, -2, 0, 3, -1, 0.5))
                        .verdict())
                .isEqualTo(Verdict.WRONG);
    }

    private static GradientReport maximum(double x, double y) {
        TensorFunction max = in -> {
            var m = in[0].copy();
            for (int i = 0; i < m.shape().elements(); i++) {
                m.setFlat(i, Math.max(in[0].getFlat(i), in[1].getFlat(i)));
            }
            return m;
        };
        return GradientCheck.of(max, (d, in) -> {
                    var gradients = new Tensor[] {d.copy(), d.copy()};
                    for (int i = 0; i < d.shape().elements(); i++) {
                        double difference = in[0].getFlat(i) - in[1].getFlat(i);
                        gradients[0].setFlat(i, d.getFlat(i) * (difference > 0 ? 1 : difference < 0 ? 0 : x));
                        gradients[1].setFlat(i, d.getFlat(i) * (difference < 0 ? 1 : difference > 0 ? 0 : y));
                    }
                    return gradients;
                })
                .inputs(row(1, 2, 3, -1, 0.5, 7), row(2, 2, 1, 0, -0.5, 8))
                .named("x", "y")
                .run();
    }

    @Test
    void equal_elements_of_a_maximum_share_its_gradient() {
        assertThat(maximum(1, 0).verdict()).isEqualTo(Verdict.RIGHT);
        assertThat(maximum(0, 1).verdict()).isEqualTo(Verdict.RIGHT);
        assertThat(maximum(0.5, 0.5).verdict()).isEqualTo(Verdict.RIGHT);
        var both = maximum(1, 1);
        assertThat(both.verdict()).isEqualTo(Verdict.WRONG);
        assertThat(both.failures())
                .isEqualTo("the gradient of x (6) is wrong: at x[1] and y[1], where output [1] has no derivative, the"
                        + " gradients together are 2.0 times that of the output, and should be 1.0: elements that are"
                        + " equal share the gradient of their maximum");
        assertThat(maximum(0, 0).verdict()).isEqualTo(Verdict.WRONG);
        var x = Tensor.of(new double[] {1, 5, 5, 2, 3, 0, -1, 4, 2, 1, 0, 3, 6, 2, 2, 2}, 4, 4);
        TensorFunction max = in -> in[0].max(1, true);
        assertThat(verdict(
                        max,
                        (d, in) -> new Tensor[] {
                            in[0].argmax(1).oneHot(4).to(DType.FLOAT64).mul(d)
                        },
                        x))
                .isEqualTo(Verdict.RIGHT);
        assertThat(verdict(
                        max,
                        (d, in) -> {
                            var all = Tensor.zeros(DType.FLOAT64, in[0].shape());
                            for (int i = 0; i < all.shape().elements(); i++) {
                                boolean isMax =
                                        in[0].getFlat(i) == in[0].max(1, true).getFlat(i / 4);
                                all.setFlat(i, isMax ? d.getFlat(i / 4) : 0);
                            }
                            return new Tensor[] {all};
                        },
                        x))
                .isEqualTo(Verdict.WRONG);
        var image = Tensor.of(
                new double[] {
                    1, 2, 3, 4, 2, 2, 1, 0, 5, 5, 1, 2, 5, 4, 3, 9, 1, 8, 2, 6, 3, 0, 5, 4, 7, 1, 2, 3, 4, 9, 8, 6
                },
                2,
                1,
                4,
                4);
        assertThat(GradientCheck.of(new MaxPool2d(2)).input(image).run().verdict())
                .isEqualTo(Verdict.RIGHT);
    }

    @Test
    void a_pass_that_overwrites_what_is_not_its_own_is_named() {
        TensorFunction square = x -> x[0].pow(2);
        assertThat(mistake(square, (d, x) -> new Tensor[] {d.mul(x[0].addInPlace(x[0]))}))
                .isEqualTo("backward overwrites x, which is not its own: write into another tensor, or copy it first");
        assertThat(mistake(square, (d, x) -> new Tensor[] {d.addInPlace(d).mul(x[0])}))
                .isEqualTo("backward overwrites dOut, which another layer may still need: write into a tensor of its"
                        + " own");
        assertThat(mistake(x -> x[0].addInPlace(x[0]).copy(), (d, x) -> new Tensor[] {d.mul(2)}))
                .startsWith("forward overwrites x, which is not its own");
    }

    private static String mistake(TensorFunction forward, TensorGradient backward) {
        var report = GradientCheck.of(forward, backward)
                .input(normal(3, 2))
                .named("x")
                .run();
        assertThat(report.verdict()).isEqualTo(Verdict.WRONG);
        return report.failures();
    }

    @Test
    void a_count_in_the_code_and_a_transpose_that_symmetry_hides_are_found() {
        TensorFunction mean = x -> x[0].mean(0, true);
        var ones = Tensor.zeros(DType.FLOAT64, Shape.of(6, 2)).fill(1);
        assertThat(verdict(mean, (d, x) -> new Tensor[] {ones.mul(d).div(6)}, normal(6, 2)))
                .as("a shape that is written into the code")
                .isEqualTo(Verdict.WRONG);
        var report = GradientCheck.of(
                        mean, (d, x) -> new Tensor[] {x[0].mul(0).add(1).mul(d).div(6)})
                .input(normal(6, 2))
                .run();
        assertThat(report.tensors().getFirst().cause())
                .extracting(cause -> cause == null ? null : cause.kind())
                .isEqualTo(Kind.ROW_COUNT);
        var throwing = GradientCheck.of(x -> x[0].mul(2), (d, _) -> new Tensor[] {
                    Tensor.zeros(DType.FLOAT64, Shape.of(6, 2)).add(d).mul(2)
                })
                .input(normal(6, 2))
                .run();
        assertThat(String.valueOf(throwing.tensors().getFirst().cause()))
                .contains("backward throws")
                .contains("a number of rows is written into the code");
        var symmetric = normal(3, 3);
        symmetric = symmetric.add(symmetric.t());
        assertThat(verdict(
                        x -> x[0].matmul(x[0]),
                        (d, x) -> new Tensor[] {d.matmul(x[0]).add(x[0].matmul(d))},
                        symmetric))
                .isEqualTo(Verdict.WRONG);
        var linear = new Linear(4, 3, TorchRandom.seeded(1));
        GradientCheck.of(linear).input(Shape.of(6, 4)).assertPasses();
    }

    /** Two layers, of which the parts have one. */
    private static final class Forgetful implements Layer {
        private final Parts parts = new Parts();
        private final Linear first = parts.add("first", new Linear(3, 4, TorchRandom.seeded(1)));
        private final Linear second = new Linear(4, 2, TorchRandom.seeded(2));

        @Override
        public Tensor forward(Tensor x) {
            return second.forward(first.forward(x));
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return first.backward(second.backward(dOut));
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    @Test
    void a_parameter_that_the_layer_does_not_tell_is_named() {
        var report = GradientCheck.of(new Forgetful()).input(Shape.of(5, 3)).run();
        assertThat(report.verdict()).isEqualTo(Verdict.WRONG);
        assertThat(report.mistakes()).extracting(Cause::kind).containsOnly(Kind.UNKNOWN_PARAMETER);
        assertThat(report.failures().lines().findFirst().orElseThrow())
                .isEqualTo("the forward pass uses a parameter weight (4, 2) that is not among parameters(), so no"
                        + " optimiser would change it and no file would have it: add it, or the layer that it belongs"
                        + " to, to the parts of its layer");
    }
}
