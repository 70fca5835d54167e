package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import handgrad.check.GradientCheck;
import handgrad.check.result.Verdict;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.LossReduction;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of losses beyond their formulas, which the registry and the golden values hold. */
class LossTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final CrossEntropyOptions OPTIONS =
            CrossEntropyOptions.PYTORCH.withLabelSmoothing(0.1).withClassWeights(1, 2, 3, 4, 5, 6, 7);

    private final int threads = Backend.threads();

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    /** A loss, and whether its targets are classes. */
    record Case(String name, Supplier<Loss> loss, boolean classes) {
        Tensor targets(TorchRandom random, int rows) {
            return classes ? Tensor.randint(random, 7, rows) : Tensor.rand(random, rows, 7);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> losses() {
        return Stream.of(
                new Case("MseLoss", MseLoss::new, false),
                new Case("L1Loss", L1Loss::new, false),
                new Case("HuberLoss", HuberLoss::new, false),
                new Case("BCEWithLogitsLoss", BCEWithLogitsLoss::new, false),
                new Case("KLDivLoss", KLDivLoss::new, false),
                new Case("KLDivLoss, BATCH_MEAN", () -> new KLDivLoss(LossReduction.BATCH_MEAN), false),
                new Case("L1Loss, SUM", () -> new L1Loss(LossReduction.SUM), false),
                new Case("NLLLoss", NLLLoss::new, true),
                new Case("CrossEntropyLoss", CrossEntropyLoss::new, true),
                new Case("CrossEntropyLoss, options", () -> new CrossEntropyLoss(OPTIONS), true),
                new Case(
                        "CrossEntropyLoss, SUM",
                        () -> new CrossEntropyLoss(OPTIONS.withReduction(LossReduction.SUM)),
                        true));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void parts_of_a_batch_add_up_to_the_batch_by_their_divisors(Case row) {
        var random = TorchRandom.seeded(1);
        var x = Tensor.randn(random, 6, 7).to(DType.FLOAT64);
        var targets = row.targets(random, 6);
        targets = row.classes ? targets : targets.to(DType.FLOAT64);
        var whole = row.loss.get();
        double expected = whole.forward(x, targets);
        var gradient = whole.backward().copy();
        double sum = 0;
        for (int part = 0; part < 2; part++) {
            var t = targets.narrow(0, 2 * part, 2 + 2 * part);
            var loss = row.loss.get();
            double weight = loss.divisor(t) / whole.divisor(targets);
            sum += weight * loss.forward(x.narrow(0, 2 * part, 2 + 2 * part), t);
            assertThat(loss.backward(weight)
                            .sub(gradient.narrow(0, 2 * part, 2 + 2 * part))
                            .abs()
                            .sum()
                            .item())
                    .isLessThan(1e-15 * (1 + gradient.abs().sum().item()));
        }
        assertThat(sum).isEqualTo(expected, within(1e-14 * (1 + Math.abs(expected))));
    }

    @ParameterizedTest
    @Tag("allocation")
    @MethodSource("losses")
    void a_step_allocates_nothing(Case row) {
        assumeTrue(Backend.vectors().contains("float vectors"), "the fallback kernels make small temporary arrays");
        var random = TorchRandom.seeded(1);
        var x = Tensor.randn(random, 32, 7);
        var targets = row.targets(random, 32);
        var loss = row.loss.get();
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 1_000 && least > 0; round++) {
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                loss.forward(x, targets);
                loss.backward(0.5);
            }
            least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes allocated in 100 steps").isZero();
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gives_the_same_bits_with_any_number_of_threads(Case row) {
        var random = TorchRandom.seeded(1);
        var x = Tensor.randn(random, 20_001, 7);
        var targets = row.targets(random, 20_001);
        var loss = row.loss.get();
        Backend.setThreads(1);
        double expected = loss.forward(x, targets);
        var gradient = loss.backward().copy();
        Backend.setThreads(4);
        assertThat(loss.forward(x, targets)).isEqualTo(expected);
        assertThat(loss.backward()).isEqualTo(gradient);
    }

    /** A loss by hand, with a gradient that forgets the mean or does not. */
    private static final class Squares implements Loss {
        private final boolean right;
        private Tensor difference = Tensor.zeros(1);

        Squares(boolean right) {
            this.right = right;
        }

        @Override
        public double forward(Tensor output, Tensor targets) {
            difference = output.sub(targets);
            return difference.pow(2).sum().item() / difference.shape().elements();
        }

        @Override
        public Tensor backward() {
            return difference.mul(right ? 2.0 / difference.shape().elements() : 2);
        }
    }

    @Test
    void a_loss_of_ones_own_is_checked() {
        var random = TorchRandom.seeded(1);
        var x = Tensor.randn(random, 3, 5);
        var targets = Tensor.randn(random, 3, 5);
        GradientCheck.of(new Squares(true)).inputs(x, targets).assertPasses();
        assertThat(GradientCheck.of(new Squares(false)).inputs(x, targets).run().verdict())
                .isEqualTo(Verdict.WRONG);
        assertThatThrownBy(() ->
                        GradientCheck.of(new Squares(false)).inputs(x, targets).assertPasses())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("input 0");
    }

    private static void requireBce(DType dtype, double x, double target, double value, double slope) {
        var loss = new BCEWithLogitsLoss();
        assertThat(loss.forward(
                        Tensor.scalar(x).to(dtype), Tensor.scalar(target).to(dtype)))
                .as("loss of %s at %s", x, target)
                .isEqualTo(value, within(1e-6 * Math.min(1e300, Math.abs(value))));
        assertThat(loss.backward().item()).as("slope of %s at %s", x, target).isEqualTo(slope, within(1e-7));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void binary_cross_entropy_holds_every_logit(DType dtype) {
        requireBce(dtype, 1e30, 1, 0, 0);
        requireBce(dtype, 1e30, 0, 1e30, 1);
        requireBce(dtype, -1e30, 1, 1e30, -1);
        requireBce(dtype, -1e30, 0, 0, 0);
        requireBce(dtype, -1e30, 0.25, 0.25e30, -0.25);
        requireBce(dtype, 0, 0.25, Math.log(2), 0.25);
        requireBce(dtype, 50, 1, Math.exp(-50), 0);
        var loss = new BCEWithLogitsLoss(LossReduction.SUM);
        var infinite = Tensor.of(new double[] {INFINITY, -INFINITY}, 2).to(dtype);
        assertThat(loss.forward(infinite, Tensor.of(new double[] {1, 0}, 2).to(dtype)))
                .isZero();
        assertThat(loss.backward().abs().sum().item()).isZero();
        assertThat(loss.forward(infinite, Tensor.of(new double[] {0, 1}, 2).to(dtype)))
                .isEqualTo(INFINITY);
        assertThat(loss.backward()).isEqualTo(Tensor.of(new double[] {1, -1}, 2).to(dtype));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cross_entropy_holds_large_logits(boolean smoothed) {
        var options = CrossEntropyOptions.PYTORCH.withReduction(LossReduction.SUM);
        var loss = new CrossEntropyLoss(smoothed ? options.withLabelSmoothing(0.5) : options);
        var x = Tensor.of(new double[] {1e30, -1e30, 1e30, -1e30}, 2, 2).to(DType.FLOAT32);
        double value = loss.forward(x, Tensor.of(new int[] {0, 1}, 2));
        assertThat(value).isEqualTo(2e30, within(1e24));
        var expected = smoothed ? new double[] {0.25, -0.25, 0.75, -0.75} : new double[] {0, 0, 1, -1};
        assertThat(loss.backward()).isEqualTo(Tensor.of(expected, 2, 2).to(DType.FLOAT32));
        var masked = Tensor.of(new double[] {0, -INFINITY, 0}, 1, 3).to(DType.FLOAT32);
        var plain = new CrossEntropyLoss(options);
        assertThat(plain.forward(masked, Tensor.of(new int[] {2}, 1))).isEqualTo(Math.log(2), within(1e-6));
        assertThat(plain.backward().get(0, 1)).isZero();
    }

    @Test
    void distances_of_large_floats_do_not_overflow() {
        var x = Tensor.of(new double[] {3e38, 0, 0}, 3).to(DType.FLOAT32);
        var target = Tensor.of(new double[] {-3e38, 0, -INFINITY}, 3).to(DType.FLOAT32);
        var two = Shape.of(2);
        var l1 = new L1Loss(LossReduction.SUM);
        assertThat(l1.forward(x.narrow(0, 0, 2), target.narrow(0, 0, 2))).isEqualTo(6e38, within(1e32));
        assertThat(l1.backward())
                .isEqualTo(Tensor.of(new float[] {1, 0}, 2))
                .extracting(Tensor::shape)
                .isEqualTo(two);
        var huber = new HuberLoss(2, LossReduction.SUM);
        assertThat(huber.forward(x.narrow(0, 0, 2), target.narrow(0, 0, 2))).isEqualTo(12e38, within(1e32));
        assertThat(huber.forward(x, target)).isEqualTo(INFINITY);
        assertThat(huber.backward()).isEqualTo(Tensor.of(new float[] {2, 0, 2}, 3));
    }

    @Test
    void a_distribution_may_have_zeros() {
        var loss = new KLDivLoss(LossReduction.SUM);
        var x = Tensor.of(new double[] {-INFINITY, 0}, 2);
        assertThat(loss.forward(x, Tensor.of(new double[] {0, 1}, 2))).isZero();
        assertThat(loss.backward().get(1)).isEqualTo(-1);
        assertThat(loss.forward(x, Tensor.of(new double[] {1, 0}, 2))).isEqualTo(INFINITY);
    }

    @Test
    void a_sum_over_no_targets_is_0() {
        var ignored = Tensor.of(new int[] {LossFunctions.IGNORED}, 1);
        for (Loss loss : List.of(
                new NLLLoss(List.of(), LossReduction.SUM),
                new CrossEntropyLoss(CrossEntropyOptions.PYTORCH.withReduction(LossReduction.SUM)))) {
            assertThat(loss.forward(Tensor.zeros(1, 3), ignored)).isZero();
            assertThat(loss.backward()).isEqualTo(Tensor.zeros(1, 3));
        }
    }

    @Test
    void options_are_checked() {
        assertThatThrownBy(() -> CrossEntropyOptions.PYTORCH.withLabelSmoothing(1.5))
                .hasMessage("CrossEntropyOptions: labelSmoothing must be from 0 to 1, it is 1.5");
        assertThatThrownBy(() -> CrossEntropyOptions.PYTORCH.withClassWeights(1, -2))
                .hasMessage("CrossEntropyOptions: a weight of a class must be at least 0 and finite, they are"
                        + " [1.0, -2.0]");
        assertThatThrownBy(() -> CrossEntropyOptions.PYTORCH.withReduction(LossReduction.BATCH_MEAN))
                .hasMessage("CrossEntropyOptions: BATCH_MEAN is for elementwise losses; give MEAN or SUM");
        assertThatThrownBy(() -> new NLLLoss(List.of(INFINITY), LossReduction.MEAN))
                .hasMessage("NLLLoss: a weight of a class must be at least 0 and finite, they are [Infinity]");
        assertThatThrownBy(() -> new NLLLoss(List.of(), LossReduction.BATCH_MEAN))
                .hasMessage("NLLLoss: BATCH_MEAN is for elementwise losses; give MEAN or SUM");
        assertThatThrownBy(() -> new CrossEntropyLoss(CrossEntropyOptions.PYTORCH.withClassWeights(1, 2))
                        .forward(Tensor.zeros(1, 3), Tensor.of(new int[] {2}, 1)))
                .hasMessage("weightedCrossEntropy: wants a FLOAT64 weight for each of 3 classes, classWeights is"
                        + " FLOAT64 (2)");
        assertThatThrownBy(() -> new L1Loss().backward()).hasMessage("L1Loss.backward: call forward first");
    }

    @Test
    void shards_learn_under_any_loss() {
        var random = TorchRandom.seeded(3);
        var x = Tensor.randn(random, 7, 4).to(DType.FLOAT64);
        var y = Tensor.randn(random, 7, 2).to(DType.FLOAT64);
        Supplier<Layer> newModel = () -> new Linear(4, 2, TorchRandom.seeded(1));
        var model = newModel.get();
        model.to(DType.FLOAT64);
        for (var reduction : LossReduction.values()) {
            var loss = new HuberLoss(1, reduction);
            double expected = loss.forward(model.forward(x), y);
            model.parameters().forEach(Parameter::zeroGrad);
            model.backward(loss.backward());
            var parallel = new DataParallel(3, newModel, () -> new HuberLoss(1, reduction));
            parallel.model().to(DType.FLOAT64);
            assertThat(parallel.forwardBackward(x, y)).isEqualTo(expected, within(1e-13));
            var difference = parallel.parameters()
                    .getFirst()
                    .grad()
                    .sub(model.parameters().getFirst().grad());
            assertThat(difference.abs().sum().item()).isLessThan(1e-12);
        }
        var one = new L1Loss();
        assertThatThrownBy(() -> new DataParallel(2, newModel, () -> one))
                .hasMessage("DataParallel: newLoss must make a new loss at each call");
    }
}
