package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.check.result.TensorResult;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.MseLoss;
import handgrad.nn.Parameter;
import handgrad.nn.Parts;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class GradientCheckTest {
    private final TorchRandom random = TorchRandom.seeded(3);

    private static GradientCheck square(UnaryOperator<Tensor> mistake) {
        return GradientCheck.of(x -> x[0].pow(2), (dOut, x) ->
                new Tensor[] {mistake.apply(dOut.mul(x[0]).mul(2))});
    }

    private static Kind kind(GradientCheck check) {
        return check.run().tensors().stream()
                .filter(result -> !result.passed())
                .map(result -> cause(result).kind())
                .findFirst()
                .orElseThrow();
    }

    private static Cause cause(TensorResult result) {
        var cause = result.cause();
        if (cause == null) {
            throw new AssertionError(result + " passed");
        }
        return cause;
    }

    @Test
    void a_right_gradient_passes_with_its_whole_jacobian() {
        var report = square(right -> right).input(Shape.of(3, 4)).assertPasses();
        assertThat(report.passed()).isTrue();
        assertThat(report.partials()).isEqualTo(12 + 12 * 12);
        assertThat(report.skipped()).isZero();
        assertThat(report.worst()).isBetween(0.0, 1e-6);
        assertThat(report.toString()).matches("input +\\(3, 4\\) +156 partials +0 skipped +worst \\d\\.\\de-\\d+");
    }

    @Test
    void a_wrong_factor_is_reported_with_both_values_and_the_cause() {
        var check = square(right -> right.mul(3)).input(Shape.of(3, 4)).named("x");
        assertThat(check.run().passed()).isFalse();
        assertThatThrownBy(check::assertPasses)
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching(
                        "the gradient of x \\(3, 4\\) is wrong, worst at \\[\\d, \\d\\]: backward gives -?\\d\\S+,"
                                + " central differences give -?\\d\\S+\\R"
                                + "  likely cause: it is 3 times too large: look for a constant factor of the forward"
                                + " pass; or it is summed over a dimension of size n = 3 once too often, or a mean is"
                                + " missing");
    }

    @Test
    void a_small_gradient_is_not_let_through_by_the_absolute_tolerance() {
        var tiny = GradientCheck.of(x -> x[0].mul(1e-7), (dOut, x) -> new Tensor[] {dOut.mul(1.01e-7)});
        assertThat(kind(tiny.input(Shape.of(5)))).isEqualTo(Kind.CONSTANT_FACTOR);
    }

    @Test
    void a_wrong_shape_and_a_number_that_is_none_are_reported_without_values() {
        assertThatThrownBy(
                        () -> square(Tensor::t).input(Shape.of(3, 4)).named("x").assertPasses())
                .hasMessage("the gradient of x (3, 4) is wrong: its shape is (4, 3), the tensor's is (3, 4): transpose"
                        + " it, or exchange the factors of the matrix product");
        assertThatThrownBy(
                        () -> square(right -> right.div(0)).input(Shape.of(1)).assertPasses())
                .hasMessageMatching(
                        "the gradient of input \\(1\\) is wrong: at \\[0\\] it is -?Infinity: look for a division by"
                                + " zero, the logarithm of zero or an exp that overflows");
    }

    @Test
    void names_of_parameters_are_those_of_the_state() {
        var model = new Sequential(new Linear(3, 4, random), new Tanh(), new Linear(4, 2, random));
        var report = GradientCheck.of(model).input(Shape.of(5, 3)).assertPasses();
        assertThat(report.tensors().stream().map(TensorResult::name))
                .containsExactly("input", "0.weight", "0.bias", "2.weight", "2.bias");
    }

    @Test
    void losses_and_models_under_a_loss_are_checked() {
        var targets = Tensor.of(new int[] {2, 0, 2, 6, 1}, 5);
        GradientCheck.of(new CrossEntropyLoss())
                .inputs(Tensor.randn(random, 5, 7), targets)
                .named("logits", "targets")
                .assertPasses();
        var model = new Sequential(
                new Embedding(7, 3, random),
                new FlattenConsecutive(2),
                new Linear(6, 8, random),
                new BatchNorm1d(8),
                new Tanh(),
                new Linear(8, 7, random));
        var report = GradientCheck.of(model, new CrossEntropyLoss())
                .inputs(Tensor.randint(random, 7, 5, 2), targets)
                .assertPasses();
        assertThat(report.tensors()).hasSize(7);
        assertThat(report.worst()).isLessThan(1e-5);
    }

    @Test
    void the_mean_squared_error_is_checked_but_for_its_targets() {
        var target = Tensor.randn(random, 5, 7);
        var alone = GradientCheck.of(new MseLoss())
                .inputs(Tensor.randn(random, 5, 7), target)
                .named("x", "target")
                .assertPasses();
        assertThat(alone.tensors()).extracting(TensorResult::name).containsExactly("x");
        var report = GradientCheck.of(new Linear(4, 7, random), new MseLoss())
                .inputs(Tensor.randn(random, 5, 4), target)
                .assertPasses();
        assertThat(report.tensors()).extracting(TensorResult::name).containsExactly("input 0", "weight", "bias");
    }

    /** y = x², with a mistake in what it keeps. */
    private static final class Square implements Layer {
        private enum Keeps {
            THIS,
            PREVIOUS,
            FIRST
        }

        private final Keeps keeps;
        private Tensor kept = Tensor.zeros(0);
        private Tensor last = Tensor.zeros(0);

        Square(Keeps keeps) {
            this.keeps = keeps;
        }

        @Override
        public Tensor forward(Tensor x) {
            kept = switch (keeps) {
                case THIS -> x;
                case PREVIOUS -> last.shape().equals(x.shape()) ? last : x;
                case FIRST -> kept.shape().equals(x.shape()) ? kept : x;
            };
            last = x;
            return x.pow(2);
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return dOut.mul(kept).mul(2);
        }

        @Override
        public Parts parts() {
            return Parts.NONE;
        }
    }

    @Test
    void what_is_kept_from_an_earlier_batch_is_found() {
        GradientCheck.of(new Square(Square.Keeps.THIS)).input(Shape.of(4)).assertPasses();
        assertThat(kind(GradientCheck.of(new Square(Square.Keeps.FIRST)).input(Shape.of(4))))
                .isEqualTo(Kind.STALE);
        assertThat(kind(GradientCheck.of(new Square(Square.Keeps.PREVIOUS)).input(Shape.of(4))))
                .isEqualTo(Kind.STALE);
    }

    /** out = x ∘ weight, a layer whose backward pass is given. */
    private static final class Scale implements Layer {
        private interface Backward {
            void run(Tensor dWeight, Parameter weight);
        }

        private final Parts parts = new Parts();
        private final Parameter weight = parts.add(new Parameter("weight", Tensor.of(new float[] {1, 2, 3}, 3)));
        private final Backward backward;
        private Tensor x = Tensor.zeros(0);

        Scale(Backward backward) {
            this.backward = backward;
        }

        @Override
        public Tensor forward(Tensor x) {
            this.x = x;
            return x.mul(weight.value());
        }

        @Override
        public Tensor backward(Tensor dOut) {
            backward.run(dOut.mul(x).sum(0), weight);
            return dOut.mul(weight.value());
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    @Test
    void a_parameter_gradient_that_is_set_and_not_added_to_is_found() {
        GradientCheck.of(new Scale((dWeight, weight) -> weight.grad().addInPlace(dWeight)))
                .input(Shape.of(4, 3))
                .assertPasses();
        var overwriting = GradientCheck.of(
                        new Scale((dWeight, weight) -> weight.grad().copyFrom(dWeight)))
                .input(Shape.of(4, 3));
        var result = overwriting.run().tensors().get(1);
        assertThat(cause(result))
                .isEqualTo(new Cause(
                        Kind.OVERWRITTEN,
                        "after a second backward pass it should be twice as large: add to the gradient of the"
                                + " parameter, with addInPlace, where it is set"));
    }

    @Test
    void a_gradient_of_other_bits_the_second_time_is_found() {
        int[] calls = {0};
        var unsteady = new Scale((dWeight, weight) -> weight.grad().addInPlace(dWeight.mul(1 + 1e-15 * calls[0]++)));
        assertThat(kind(GradientCheck.of(unsteady).input(Shape.of(4, 3)))).isEqualTo(Kind.NOT_REPRODUCIBLE);
    }

    @Test
    void a_forward_pass_that_draws_is_refused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientCheck.of(
                                x -> x[0].mul(Tensor.randn(random, 4).to(DType.FLOAT64)),
                                (dOut, x) -> new Tensor[] {dOut})
                        .input(Shape.of(4))
                        .run())
                .withMessage(
                        "GradientCheck: the forward pass gives another output for the same inputs; let it draw the same"
                                + " random numbers each time; a layer names its generator in its parts, with"
                                + " parts.add(name, generator)");
    }

    private static Tensor step(Tensor x, double atZero) {
        var step = x.copy();
        for (int i = 0; i < x.shape().elements(); i++) {
            step.setFlat(i, x.getFlat(i) > 0 ? 1 : x.getFlat(i) < 0 ? 0 : atZero);
        }
        return step;
    }

    private static GradientCheck relu(double atZero, double... x) {
        return GradientCheck.of(inputs -> inputs[0].relu(), (dOut, inputs) ->
                        new Tensor[] {dOut.mul(step(inputs[0], atZero))})
                .input(Tensor.of(x, x.length));
    }

    @Test
    void points_without_a_derivative_are_skipped_and_counted() {
        assertThat(relu(0, 1, -1, 0, 2, -3).assertPasses().skipped()).isEqualTo(1);
        assertThat(relu(1, 1, -1, 0, 2, -3).assertPasses().skipped()).isEqualTo(1);
        // Half a step beside the kink the smaller step still finds a derivative.
        assertThat(relu(0, 1, -1, 5e-7, -5e-7, -3).assertPasses().skipped()).isZero();
    }

    @Test
    void what_no_side_gives_is_wrong_at_a_point_without_a_derivative_too() {
        assertThat(kind(relu(7, 1, -1, 0, 2, -3))).isEqualTo(Kind.ONE_ELEMENT);
        assertThat(kind(relu(-7, 1, -1, 0, 2, -3))).isEqualTo(Kind.ONE_ELEMENT);
    }

    @Test
    void a_mistake_is_explained_beside_points_without_a_derivative() {
        var check = GradientCheck.of(x -> x[0].relu(), (dOut, x) ->
                        new Tensor[] {dOut.mul(step(x[0], 0)).mul(1.5)})
                .input(Tensor.of(new double[] {1, -1, 0, 2, -3}, 5));
        assertThat(kind(check)).isEqualTo(Kind.CONSTANT_FACTOR);
    }

    @Test
    void a_backward_pass_that_is_not_linear_is_found_by_the_jacobian() {
        var check = GradientCheck.of(x -> x[0].mul(2), (dOut, x) ->
                        new Tensor[] {dOut.abs().max(0, true).item() == 1 ? dOut : dOut.mul(2)})
                .input(Shape.of(4));
        assertThatThrownBy(check::assertPasses)
                .hasMessageEndingWith(
                        "it is right for all outputs together and wrong for one of them alone: backward must be"
                                + " linear in dOut");
    }

    @Test
    void too_many_points_without_a_derivative_fail() {
        var result = relu(0, 1, 0, 0, 2, -3).run().tensors().getFirst();
        assertThat(cause(result))
                .isEqualTo(new Cause(
                        Kind.NOT_SMOOTH,
                        "at 2 of 5 elements the function has no derivative, which is too many to say anything:"
                                + " choose inputs away from where it jumps or bends"));
    }

    @Test
    void ties_of_a_maximum_are_skipped() {
        var x = Tensor.of(new double[] {1, 5, 5, 2, 3, 0, -1, 4, 2, 1, 0, 3}, 3, 4);
        var report = GradientCheck.of(inputs -> inputs[0].max(1, true), (dOut, inputs) -> new Tensor[] {
                    inputs[0].argmax(1).oneHot(4).to(DType.FLOAT64).mul(dOut)
                })
                .input(x)
                .assertPasses();
        assertThat(report.skipped()).isEqualTo(2);
    }

    @Test
    void large_tensors_are_sampled() {
        var report = square(right -> right).input(Shape.of(100, 100)).assertPasses();
        assertThat(report.partials()).isEqualTo(208);
        var whole =
                square(right -> right).input(Shape.of(50, 60)).fullUpTo(3_000).assertPasses();
        assertThat(whole.partials()).isEqualTo(3_000);
    }

    @Test
    void mistakes_in_large_tensors_are_caught_and_explained() {
        assertThat(kind(square(right -> right.mul(1.01)).input(Shape.of(45, 50))))
                .isEqualTo(Kind.CONSTANT_FACTOR);
        assertThat(kind(square(Tensor::neg).input(Shape.of(160, 160)))).isEqualTo(Kind.SIGN);
        assertThat(kind(square(Tensor::t).input(Shape.of(160, 170)))).isEqualTo(Kind.TRANSPOSED);
        var oneElement = square(right -> {
                    var wrong = right.copy();
                    wrong.setFlat(1234, wrong.getFlat(1234) + 2);
                    return wrong;
                })
                .input(Shape.of(45, 50));
        assertThat(kind(oneElement)).isEqualTo(Kind.ONE_ELEMENT);
        assertThatThrownBy(oneElement::assertPasses)
                .hasMessageContaining("worst along a random direction")
                .hasMessageContaining("only the element [24, 34] is wrong");
    }

    @Test
    void tolerances_are_options() {
        var loose = square(right -> right.mul(1.01)).input(Shape.of(3)).rtol(0.1);
        assertThat(loose.run().passed()).isTrue();
        assertThat(square(right -> right)
                        .input(Shape.of(3))
                        .eps(1e-4)
                        .atol(1e-8)
                        .seed(5)
                        .run()
                        .passed())
                .isTrue();
        assertThatThrownBy(() -> loose.eps(0))
                .hasMessage(
                        "GradientCheck: eps must be between 0 and 1, atol and rtol at least 0, they are 0.0, 0.0 and"
                                + " 0.1");
    }

    @Test
    void an_output_that_is_not_finite_is_refused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientCheck.of(x -> x[0].log(), (dOut, x) -> new Tensor[] {dOut.div(x[0])})
                        .input(Tensor.of(new double[] {1, -1}, 2))
                        .run())
                .withMessageStartingWith(
                        "GradientCheck: the forward pass gives infinite numbers or NaN for these inputs: ");
    }

    @Test
    void errors_say_what_is_wrong() {
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientCheck.of(new Tanh()).run())
                .withMessage("GradientCheck: give an input first");
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientCheck.of(new Tanh())
                        .input(Shape.of(1))
                        .input(Shape.of(1))
                        .run())
                .withMessage("GradientCheck: a layer wants one input, there are 2");
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientCheck.of(new CrossEntropyLoss())
                        .input(Shape.of(1, 2))
                        .run())
                .withMessage("GradientCheck: a loss wants two inputs, its input and the targets, there are 1");
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientCheck.of(x -> x[0].mul(x[1]), (dOut, x) -> new Tensor[] {dOut})
                        .inputs(Tensor.ones(2), Tensor.ones(2))
                        .run())
                .withMessage("GradientCheck: backward gives 1 gradients for 2 inputs");
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientCheck.of(x -> x[0].to(DType.FLOAT32), (dOut, x) -> new Tensor[] {dOut})
                        .input(Shape.of(2))
                        .run())
                .withMessage("GradientCheck: wants an output of FLOAT64, it is FLOAT32 (2)");
    }
}
