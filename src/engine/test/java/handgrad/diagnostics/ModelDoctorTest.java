package handgrad.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Parts;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.optim.Adam;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each fault, planted into a healthy training, gives exactly its advice. */
@Tag("no-kernel")
class ModelDoctorTest {
    private static final Dataset TRAIN = Names.bundled().split(42).train();

    private final TorchRandom random = TorchRandom.seeded(1);

    private Linear linear(int fanIn, int fanOut) {
        return new Linear(fanIn, fanOut, random);
    }

    private Linear scaled(double factor, Linear layer) {
        layer.weight().value().copyFrom(layer.weight().value().mul(factor));
        return layer;
    }

    private Sequential afterEmbedding(Layer... layers) {
        var all = new ArrayList<Layer>(List.of(new Embedding(27, 10, random), new FlattenConsecutive(3)));
        all.addAll(List.of(layers));
        return new Sequential(all.toArray(Layer[]::new));
    }

    private Sequential healthy() {
        return afterEmbedding(linear(30, 50), new BatchNorm1d(50), new Tanh(), linear(50, 27));
    }

    private List<Advice> train(Layer model, int steps, double lr) {
        return train(model, new ModelDoctor(model, 27), steps, lr, false);
    }

    private List<Advice> train(Layer model, ModelDoctor doctor, int steps, double lr, boolean randomTargets) {
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        var advice = new ArrayList<Advice>();
        for (int step = 0; step < steps; step++) {
            var batch = TRAIN.batch(32, random);
            var targets = randomTargets ? Tensor.randint(random, 27, 32) : batch.y();
            double value = loss.forward(model.forward(batch.x()), targets);
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(lr);
            advice.addAll(doctor.after(step, value, lr));
        }
        return advice;
    }

    private static void assertOnly(List<Advice> advice, Rule rule, String... parts) {
        assertThat(advice).extracting(Advice::rule).containsExactly(rule);
        assertThat(advice.getFirst().text()).contains(parts);
    }

    @Test
    void a_healthy_training_gets_no_advice() {
        assertThat(train(healthy(), 3_000, 0.1)).isEmpty();
        assertThat(train(afterEmbedding(linear(30, 50), new Relu(), linear(50, 27)), 3_000, 0.1))
                .isEmpty();
    }

    /** Squares of targets near 170: the loss begins at about 28,800, in a healthy regression. */
    private List<Advice> regress(int outputs, Function<Layer, ModelDoctor> doctorOf) {
        var model = new Sequential(linear(8, 20), new Tanh(), linear(20, outputs));
        var doctor = doctorOf.apply(model);
        var adam = new Adam(model.parameters());
        var advice = new ArrayList<Advice>();
        for (int step = 0; step < 300; step++) {
            var x = Tensor.randn(random, 32, 8);
            var error = model.forward(x).sub(Tensor.full(170, 32, outputs));
            adam.zeroGrad();
            model.backward(error.mul(2.0 / (32 * outputs)));
            adam.step(1e-3);
            advice.addAll(doctor.after(step, error.pow(2).mean().item(), 1e-3));
        }
        advice.addAll(doctor.evaluated(28_000, 20_000, 100, 0));
        return advice;
    }

    @Test
    void a_regression_is_not_compared_with_a_guess_among_classes() {
        assertThat(regress(4, ModelDoctor::new)).isEmpty();
        assertThat(regress(1, ModelDoctor::new)).isEmpty();
        assertThat(regress(4, model -> new ModelDoctor(model, 4))).isEmpty();
    }

    @Test
    void a_first_loss_far_above_a_uniform_guess() {
        var model = afterEmbedding(linear(30, 50), new BatchNorm1d(50), new Tanh(), scaled(10, linear(50, 27)));
        assertOnly(
                train(model, 500, 0.1),
                Rule.LOSS_AT_START,
                "where a uniform guess among 27 classes has ln 27 = 3.2958",
                "Scale the weight of the last layer by 0.1 or 0.01");
    }

    @Test
    void a_loss_that_stays_at_a_uniform_guess() {
        var unrelated = healthyStart();
        assertOnly(
                train(unrelated, new ModelDoctor(unrelated, 27), 2_000, 0.05, true),
                Rule.LOSS_AT_UNIFORM,
                "The mean loss of the last 1,000 steps is 3.",
                "which a uniform guess among 27 classes has as well (ln 27 = 3.2958)",
                "the learning rate, 0.05, is not far too small");
        var still = healthyStart();
        assertOnly(train(still, 2_000, 0), Rule.LOSS_AT_UNIFORM, "the model has learned nothing");
    }

    private Sequential healthyStart() {
        return afterEmbedding(linear(30, 50), new BatchNorm1d(50), new Tanh(), scaled(0.01, linear(50, 27)));
    }

    /** softmax over the last dimension; PyTorch's {@code Softmax(dim=-1)}. */
    private static final class Softmax implements Layer {
        private Tensor p = Tensor.zeros(0);

        @Override
        public Tensor forward(Tensor x) {
            var counts = x.sub(x.max(-1, true)).exp();
            p = counts.div(counts.sum(-1, true));
            return p;
        }

        /** dX = p ∘ (dOut - Σ p ∘ dOut). */
        @Override
        public Tensor backward(Tensor dOut) {
            return p.mul(dOut.sub(p.mul(dOut).sum(-1, true)));
        }

        @Override
        public Parts parts() {
            return Parts.NONE;
        }
    }

    /** Hides the layers of a model. */
    private record OnePiece(Layer model) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return model.forward(x);
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return model.backward(dOut);
        }

        @Override
        public Parts parts() {
            return model.parts();
        }
    }

    @Test
    void a_softmax_before_the_one_of_the_cross_entropy() {
        var model = afterEmbedding(linear(30, 50), new Tanh(), linear(50, 27), new Softmax());
        assertOnly(
                train(model, 500, 0.1),
                Rule.SOFTMAX_TWICE,
                "The logits of step 0 are probabilities",
                "cannot fall below ln(1 + 26/e) = 2.3575",
                "Take the softmax out of the model");
        var onePiece = new OnePiece(
                afterEmbedding(linear(30, 50), new BatchNorm1d(50), new Tanh(), linear(50, 27), new Softmax()));
        assertOnly(
                train(onePiece, 6_000, 0.5),
                Rule.SOFTMAX_TWICE,
                "none of the last 2,000 steps is below ln(1 + 26/e) = 2.3575",
                "If the model ends in a softmax, take it out");
    }

    @Test
    void linear_layers_with_no_non_linearity_between() {
        assertOnly(
                train(afterEmbedding(linear(30, 50), new BatchNorm1d(50), linear(50, 27)), 500, 0.1),
                Rule.NO_NON_LINEARITY,
                "There is no non-linearity between layer 2 (Linear) and layer 4 (Linear)",
                "Put a Tanh or a Relu between them");
        assertOnly(
                train(afterEmbedding(linear(30, 40), new Tanh(), linear(40, 40), linear(40, 27)), 500, 0.1),
                Rule.NO_NON_LINEARITY,
                "between layer 4 (Linear) and layer 5 (Linear)");
        var bottleneck = afterEmbedding(linear(30, 50), new Tanh(), linear(50, 5), linear(5, 27));
        assertThat(train(bottleneck, 500, 0.1)).isEmpty();
    }

    @Test
    void units_that_are_dead() {
        var model = afterEmbedding(biased(0, 50, linear(30, 50)), new Relu(), linear(50, 27));
        assertOnly(
                train(model, 500, 0.1),
                Rule.DEAD_UNITS,
                "50 of the 50 units of layer 3 (Relu) have been 0 for each of the last 1,000 rows",
                "stay dead");
        var some = afterEmbedding(biased(20, 40, linear(30, 50)), new Tanh(), linear(50, 27));
        assertOnly(
                train(some, 500, 0.1),
                Rule.DEAD_UNITS,
                "20 of the 50 units of layer 3 (Tanh) have been beyond ±0.97 for each");
    }

    /** The layer with a bias of -100 for some of its units. */
    private static Linear biased(int from, int to, Linear layer) {
        var bias = Objects.requireNonNull(layer.bias()).value();
        Arrays.fill(bias.floats(), from, to, -100);
        return layer;
    }

    @Test
    void outputs_that_saturate() {
        assertOnly(
                train(afterEmbedding(scaled(6, linear(30, 50)), new Tanh(), linear(50, 27)), 500, 0.1),
                Rule.SATURATION,
                "% of the outputs of layer 3 (Tanh) lie beyond ±0.97",
                "5/3 / √fanIn");
        var norm = new BatchNorm1d(50);
        norm.weight().value().fill(8);
        assertOnly(
                train(afterEmbedding(linear(30, 50), norm, new Tanh(), linear(50, 27)), 500, 0.1),
                Rule.SATURATION,
                "layer 4 (Tanh)");
    }

    @Test
    void batch_normalisation_in_training_mode_at_evaluation() {
        var model = healthy();
        var doctor = new ModelDoctor(model, 27);
        assertThat(train(model, doctor, 50, 0.1, false)).isEmpty();
        for (int part = 0; part < 3; part++) {
            model.forward(TRAIN.batch(64, random).x());
        }
        assertOnly(
                doctor.evaluated(2.5, 2.5, 1000, 0),
                Rule.BATCH_NORM_AT_EVALUATION,
                "3 forward passes in training mode had no backward pass",
                "the BatchNorm1d of layer 3",
                "Call model.train(false) before an evaluation");
        assertThat(train(model, doctor, 1, 0.1, false)).as("once").isEmpty();

        var right = healthy();
        var other = new ModelDoctor(right, 27);
        assertThat(train(right, other, 50, 0.1, false)).isEmpty();
        right.train(false);
        right.forward(TRAIN.batch(1, random).x());
        assertThat(other.evaluated(2.5, 2.5, 1000, 0)).isEmpty();
        right.train(true);
        assertThat(train(right, other, 50, 0.1, false)).isEmpty();
    }

    @Test
    void batch_normalisation_of_one_row() {
        var model = new Sequential(
                new Embedding(27, 10, random),
                linear(10, 20),
                new BatchNorm1d(20),
                new Tanh(),
                new FlattenConsecutive(3),
                linear(60, 27));
        var doctor = new ModelDoctor(model, 27);
        var loss = new CrossEntropyLoss();
        var batch = TRAIN.batch(1, random);
        double value = loss.forward(model.forward(batch.x()), batch.y());
        model.backward(loss.backward());
        assertOnly(
                doctor.after(0, value, 0.1),
                Rule.BATCH_NORM_OF_ONE,
                "layer 2 got a batch of one row in training mode",
                "call model.train(false) before");
    }

    @Test
    void updates_that_are_too_large_or_too_small() {
        assertOnly(
                train(healthy(), 3_000, 1e-4),
                Rule.UPDATE_RATIO,
                "The updates are too small: the median weight changes by",
                "about 1e-3 is good",
                "larger than 1.0E-4");
        assertOnly(
                train(healthy(), 3_000, 2), Rule.UPDATE_RATIO, "The updates are too large", "times smaller than 2.0");
    }

    @Test
    void a_dev_set_that_does_better_than_train_or_is_in_it() {
        var doctor = new ModelDoctor(healthy(), 27);
        assertThat(doctor.evaluated(2.07, 2.11, 3_203, 424)).isEmpty();
        assertThat(doctor.evaluated(2.4003, 2.3982, 3_203, 424)).as("chance").isEmpty();
        assertOnly(
                doctor.evaluated(2.07, 1.95, 3_203, 424),
                Rule.LEAKAGE,
                "The loss on dev, 1.9500, is below the one on train, 2.0700, by more than chance explains for 3,203 "
                        + "in dev");
        assertOnly(
                new ModelDoctor(healthy(), 27).evaluated(2.07, 2.07, 3_203, 3_000),
                Rule.LEAKAGE,
                "3,000 of 3,203 in dev (94 %) also occur in train",
                "Take repeats out before the split");
    }

    /** Passes on what it gets, but for one element at one step. */
    private static final class Breaking implements Layer {
        private final int forwardStep;
        private final int backwardStep;
        private final float value;
        private int forwards;
        private int backwards;

        Breaking(int forwardStep, int backwardStep, float value) {
            this.forwardStep = forwardStep;
            this.backwardStep = backwardStep;
            this.value = value;
        }

        @Override
        public Tensor forward(Tensor x) {
            return forwards++ == forwardStep ? broken(x) : x;
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return backwards++ == backwardStep ? broken(dOut) : dOut;
        }

        private Tensor broken(Tensor tensor) {
            var copy = tensor.copy();
            copy.floats()[3] = value;
            return copy;
        }

        @Override
        public Parts parts() {
            return Parts.NONE;
        }
    }

    @Test
    void the_first_tensor_that_is_not_finite_is_named() {
        var forward = afterEmbedding(linear(30, 50), new Breaking(207, -1, Float.NaN), new Tanh(), linear(50, 27));
        assertOnly(
                train(forward, 300, 0.1),
                Rule.NOT_FINITE,
                "is the output of layer 3 (Breaking), in step 207: it has an element that is NaN");
        var backward = afterEmbedding(
                linear(30, 50), new Tanh(), new Breaking(-1, 207, Float.POSITIVE_INFINITY), linear(50, 27));
        assertOnly(
                train(backward, 300, 0.1),
                Rule.NOT_FINITE,
                "is the gradient of the output of layer 3 (Tanh), in step 207: it has an element that is Infinity");
        var update = healthy();
        assertThat(train(update, 5, 1e38))
                .filteredOn(advice -> advice.rule() == Rule.NOT_FINITE)
                .singleElement()
                .satisfies(
                        advice -> assertThat(advice.text()).contains("in step ", "smaller learning rate than 1.0E38"));
        var onePiece = new OnePiece(healthy());
        onePiece.parameters().getLast().value().floats()[5] = Float.NaN;
        assertThat(train(onePiece, 2, 0.1)).extracting(Advice::rule).contains(Rule.NOT_FINITE);
    }

    @Test
    void a_model_has_one_doctor() {
        var model = healthy();
        var doctor = new ModelDoctor(model, 27);
        assertThat(doctor.evaluated(3, 3, 10, 0)).isEmpty();
        assertThatThrownBy(() -> new ModelDoctor(model, 27))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has an observer already; take it away with observe(null)");
        assertThatThrownBy(() -> new ModelDoctor(healthy(), 1))
                .hasMessage("ModelDoctor: wants at least 2 classes, there are 1; a regression has none: new"
                        + " ModelDoctor(model)");
    }
}
