package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.nn.Layer;
import handgrad.nn.Loss;
import handgrad.nn.Parameter;
import handgrad.nn.Parts;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Usual mistakes in a function, a loss and a layer of one's own, made of tensor operations. */
@Tag("no-kernel")
class OwnCausesTest {
    private static String cause(GradientCheck check, String name) {
        var report = check.run();
        var result = report.tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
        return Objects.requireNonNull(result.cause(), report.toString()).explanation();
    }

    private static Tensor random(int seed, int... sizes) {
        return Tensor.randn(TorchRandom.seeded(seed), sizes).to(DType.FLOAT64);
    }

    /** tanh(x · W + b), its gradients of x, W and b, and what is told of each wrong one. */
    enum Function {
        SLOPE_FORGOTTEN(0, "1 - Out²", (dOut, d, x) -> dOut.matmulTransposeB(x[1])),
        FROM_ABOVE_FORGOTTEN(
                0, "dOut, is forgotten", (dOut, d, x) -> d.div(dOut).matmulTransposeB(x[1])),
        TRANSPOSITION_FORGOTTEN(0, "· W where 1 - Out² ∘ dOut · Wᵀ is right", (dOut, d, x) -> d.matmul(x[1])),
        SIGN(1, "wrong sign", (dOut, d, x) -> x[0].matmulTransposeA(d).neg()),
        OTHER_TENSOR(1, "you used W where x is right", (dOut, d, x) -> x[1].matmulTransposeA(d)),
        MEAN_FOR_SUM(2, "where the sum is right", (dOut, d, x) -> d.mean(0)),
        LAST_ROW_ONLY(
                2,
                "only index 3 of dimension 0",
                (dOut, d, x) -> d.narrow(0, 3, 1).reshape(4)),
        SLOPE_OF_THE_SUM(
                2,
                "+ b² where the derivative of tanh, 1 - Out², is right",
                (dOut, d, x) ->
                        x[0].matmul(x[1]).add(x[2]).square().rsub(1).mul(dOut).sum(0));

        private interface Gradient {
            Tensor of(Tensor dOut, Tensor d, Tensor... x);
        }

        private final int wrong;
        private final String words;

        @SuppressWarnings("ImmutableEnumChecker") // a method without state
        private final Gradient mistake;

        Function(int wrong, String words, Gradient mistake) {
            this.wrong = wrong;
            this.words = words;
            this.mistake = mistake;
        }

        private Tensor[] gradients(Tensor dOut, Tensor... x) {
            var d = forward(x).square().rsub(1).mul(dOut);
            Tensor[] all = {d.matmulTransposeB(x[1]), x[0].matmulTransposeA(d), d.sum(0)};
            all[wrong] = mistake.of(dOut, d, x);
            return all;
        }

        private static Tensor forward(Tensor... x) {
            return x[0].matmul(x[1]).add(x[2]).tanh();
        }
    }

    @ParameterizedTest
    @EnumSource
    void of_a_function(Function function) {
        var check = GradientCheck.of(Function::forward, function::gradients)
                .inputs(random(1, 4, 4), random(2, 4, 4), random(3, 4))
                .named("x", "W", "b");
        assertThat(cause(check, List.of("x", "W", "b").get(function.wrong))).contains(function.words);
    }

    /** The mean of the squares of output - target. */
    enum Mistake implements BinaryOperator<Tensor> {
        TWO_FORGOTTEN("2 (input 0 - input 1)", (x, t) -> x.sub(t).div(15)),
        MEAN_FORGOTTEN("the division by 15 is missing", (x, t) -> x.sub(t).mul(2)),
        ROWS_FOR_ELEMENTS(
                "divided by 5 where the forward pass divides by 15",
                (x, t) -> x.sub(t).mul(2.0 / 5)),
        SIGN("wrong sign", (x, t) -> t.sub(x).mul(2.0 / 15)),
        TARGET_FORGOTTEN("the term input 1 is missing", (x, t) -> x.mul(2.0 / 15)),
        ADDED("input 1 is too much", (x, t) -> x.add(t).mul(2.0 / 15)),
        SQUARE_KEPT("²", (x, t) -> x.sub(t).square().mul(2.0 / 15)),
        TARGET_TWICE("input 1 is too much", (x, t) -> x.sub(t.mul(2)).mul(2.0 / 15));

        private final String words;

        @SuppressWarnings("ImmutableEnumChecker") // a method without state
        private final BinaryOperator<Tensor> gradient;

        Mistake(String words, BinaryOperator<Tensor> gradient) {
            this.words = words;
            this.gradient = gradient;
        }

        @Override
        public Tensor apply(Tensor x, Tensor t) {
            return gradient.apply(x, t);
        }
    }

    private static final class SquaredError implements Loss {
        private final BinaryOperator<Tensor> gradient;
        private Tensor x = Tensor.zeros(0);
        private Tensor t = Tensor.zeros(0);

        SquaredError(BinaryOperator<Tensor> gradient) {
            this.gradient = gradient;
        }

        @Override
        public double forward(Tensor output, Tensor targets) {
            x = output;
            t = targets;
            return output.sub(targets).square().mean().item();
        }

        @Override
        public Tensor backward() {
            return gradient.apply(x, t);
        }
    }

    @ParameterizedTest
    @EnumSource
    void of_a_loss(Mistake mistake) {
        var check = GradientCheck.of(new SquaredError(mistake)).inputs(random(1, 5, 3), random(2, 5, 3));
        assertThat(cause(check, "input 0")).contains(mistake.words);
    }

    /** gain ∘ x / √(mean x² + ε) of each row. */
    enum Wrong {
        NONE("", ""),
        MEAN_FORGOTTEN("input", "the mean of 4 divides by 4, so does its gradient"),
        SECOND_TERM_FORGOTTEN("input", "is missing: input is used in several places, and their gradients add"),
        SECOND_TERM_ADDED("input", "has the wrong sign"),
        GAIN_FORGOTTEN("input", "the factor gain is missing"),
        ROOT_FORGOTTEN("input", "the factor pow(mean(pow(input)) + 1/100000) is too much"),
        MEAN_FOR_SUM("gain", "over its 5, where the sum is right: gain was repeated"),
        INPUT_FOR_RAW("gain", "you used input where input ∘ pow(mean(pow(input)) + 1/100000) is right"),
        FROM_ABOVE_FORGOTTEN("gain", "the factor from above, dOut, is forgotten");

        private final String tensor;
        private final String words;

        Wrong(String tensor, String words) {
            this.tensor = tensor;
            this.words = words;
        }
    }

    private static final class RootMeanSquare implements Layer {
        private final Parameter gain = new Parameter("gain", random(5, 4));
        private final Parts parts = new Parts();
        private final Wrong wrong;
        private Tensor x = Tensor.zeros(0);

        RootMeanSquare(Wrong wrong) {
            this.wrong = wrong;
            parts.add(gain);
        }

        @Override
        public Tensor forward(Tensor input) {
            x = input;
            return x.mul(inverse()).mul(gain.value());
        }

        private Tensor inverse() {
            return x.square().mean(1, true).add(1e-5).pow(-0.5);
        }

        @Override
        public Tensor backward(Tensor dOut) {
            var inverse = inverse();
            var raw = x.mul(inverse);
            gain.grad()
                    .addInPlace(
                            switch (wrong) {
                                case INPUT_FOR_RAW -> x.mul(dOut).sum(0);
                                case FROM_ABOVE_FORGOTTEN -> raw.sum(0);
                                case MEAN_FOR_SUM -> raw.mul(dOut).mean(0);
                                default -> raw.mul(dOut).sum(0);
                            });
            var d = wrong == Wrong.GAIN_FORGOTTEN ? dOut : dOut.mul(gain.value());
            var row = raw.mul(d).mean(1, true);
            return switch (wrong) {
                case MEAN_FORGOTTEN -> d.sub(raw.mul(row.mul(4))).mul(inverse);
                case SECOND_TERM_FORGOTTEN -> d.mul(inverse);
                case SECOND_TERM_ADDED -> d.add(raw.mul(row)).mul(inverse);
                case ROOT_FORGOTTEN -> d.sub(raw.mul(row)).mul(inverse.square());
                default -> d.sub(raw.mul(row)).mul(inverse);
            };
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void of_a_layer(Wrong wrong) {
        var check = GradientCheck.of(new RootMeanSquare(wrong)).input(random(1, 5, 4));
        assertThat(cause(check, wrong.tensor)).contains(wrong.words);
    }

    @Test
    void a_right_layer_passes() {
        GradientCheck.of(new RootMeanSquare(Wrong.NONE)).input(random(1, 5, 4)).assertPasses();
    }
}
