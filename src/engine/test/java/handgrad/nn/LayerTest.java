package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import handgrad.check.GradientCheck;
import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.BatchNormOptions.Momentum;
import handgrad.nn.BatchNormOptions.Running;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LayerTest {
    private final TorchRandom random = TorchRandom.seeded(3);

    @Test
    @Tag("no-kernel")
    void gradients_of_linear_pass() {
        GradientCheck.of(new Linear(5, 7, random)).input(Shape.of(3, 5)).assertPasses();
        GradientCheck.of(new Linear(17, 3, false, random))
                .input(Shape.of(2, 4, 17))
                .assertPasses();
        GradientCheck.of(new Linear(4, 9, random)).input(Shape.of(1, 4)).assertPasses();
    }

    @Test
    @Tag("no-kernel")
    void gradients_of_tanh_pass() {
        GradientCheck.of(new Tanh()).input(Shape.of(3, 21)).assertPasses();
    }

    @Test
    @Tag("no-kernel")
    void gradients_of_embedding_pass_with_repeated_indices() {
        var indices = Tensor.of(new int[] {2, 0, 2, 2, 1, 0}, 2, 3);
        GradientCheck.of(new Embedding(4, 5, random)).input(indices).assertPasses();
    }

    @Test
    @Tag("no-kernel")
    void gradients_of_flatten_consecutive_pass() {
        GradientCheck.of(new FlattenConsecutive(2)).input(Shape.of(3, 4, 5)).assertPasses();
        GradientCheck.of(new FlattenConsecutive(4)).input(Shape.of(3, 4, 5)).assertPasses();
        assertThat(new FlattenConsecutive(4).forward(Tensor.zeros(3, 4, 5)).shape())
                .isEqualTo(Shape.of(3, 20));
        assertThat(new FlattenConsecutive(2).forward(Tensor.zeros(3, 4, 5)).shape())
                .isEqualTo(Shape.of(3, 2, 10));
    }

    static Stream<BatchNormOptions> conventions() {
        return Stream.of(
                BatchNormOptions.PYTORCH,
                BatchNormOptions.MAKEMORE_PART_3,
                BatchNormOptions.MAKEMORE_LAYER,
                BatchNormOptions.PYTORCH.withAxes(Axes.FIRST).withRunning(Running.BIASED_VARIANCE));
    }

    @ParameterizedTest
    @Tag("no-kernel")
    @MethodSource("conventions")
    void gradients_of_batch_norm_pass_in_every_convention(BatchNormOptions options) {
        for (var shape : new Shape[] {Shape.of(2, 3), Shape.of(9, 21), Shape.of(4, 3, 5)}) {
            var layer = new BatchNorm1d(shape.size(-1), options);
            layer.weight().value().copyFrom(Tensor.randn(random, shape.size(-1)));
            layer.bias().value().copyFrom(Tensor.randn(random, shape.size(-1)));
            GradientCheck.of(layer).input(shape).assertPasses();
            layer.train(false);
            GradientCheck.of(layer).input(shape).assertPasses();
        }
    }

    @ParameterizedTest
    @EnumSource
    void batch_norm_normalises_by_the_chosen_variance(Variance variance) {
        var x = Tensor.randn(random, 8, 40).mul(3).add(5);
        var options = BatchNormOptions.PYTORCH.withNormalizeBy(variance).withEpsilon(0);
        var y = new BatchNorm1d(40, options).forward(x);
        assertThat(y.mean(0).abs().max(0, false).item()).isLessThan(1e-6);
        var spread = y.var(0, variance);
        assertThat(spread.sub(1).abs().max(0, false).item()).isLessThan(1e-5);
    }

    @Test
    void batch_norm_takes_each_position_alone_where_asked() {
        var x = Tensor.randn(random, 8, 3, 4);
        x.copyFrom(x.add(Tensor.of(new float[] {0, 10, 20}, 3, 1)));
        var layer = new BatchNorm1d(4, BatchNormOptions.PYTORCH.withAxes(Axes.FIRST));
        var y = layer.forward(x);
        assertThat(y.mean(0).abs().max(0, false).max(0, false).item()).isLessThan(1e-5);
        assertThat(layer.runningMean().shape()).isEqualTo(Shape.of(3, 4));
        layer.train(false);
        assertThat(layer.forward(x).shape()).isEqualTo(x.shape());
    }

    @Test
    void batch_norm_moves_its_running_statistics_by_the_momentum() {
        var x = Tensor.of(new float[] {1, 2, 3, 6}, 4, 1);
        var pytorch = new BatchNorm1d(1);
        pytorch.forward(x);
        assertThat(pytorch.runningMean().item()).isEqualTo(0.3, within(1e-6));
        assertThat(pytorch.runningSpread().item()).isEqualTo(0.9 + 0.1 * 14 / 3, within(1e-6));

        var keras = new BatchNorm1d(
                1, BatchNormOptions.PYTORCH.withMomentum(0.9).withMomentumIs(Momentum.WEIGHT_OF_RUNNING));
        keras.forward(x);
        assertThat(keras.runningMean().item()).isEqualTo(0.3, within(1e-6));

        var biased = new BatchNorm1d(1, BatchNormOptions.PYTORCH.withRunning(Running.BIASED_VARIANCE));
        biased.forward(x);
        assertThat(biased.runningSpread().item()).isEqualTo(0.9 + 0.1 * 14 / 4, within(1e-6));

        var deviation = new BatchNorm1d(1, BatchNormOptions.MAKEMORE_PART_3);
        deviation.forward(x);
        assertThat(deviation.runningSpread().item()).isEqualTo(0.999 + 0.001 * Math.sqrt(14.0 / 3), within(1e-6));
    }

    @Test
    void batch_norm_evaluates_with_the_running_statistics() {
        var layer = new BatchNorm1d(2);
        layer.runningMean().copyFrom(Tensor.of(new float[] {1, 2}, 2));
        layer.runningSpread().copyFrom(Tensor.of(new float[] {4, 9}, 2));
        layer.train(false);
        var y = layer.forward(Tensor.of(new float[] {3, 8}, 1, 2));
        assertThat(y.get(0, 0)).isEqualTo(1, within(1e-5));
        assertThat(y.get(0, 1)).isEqualTo(2, within(1e-5));
    }

    @Test
    @Tag("no-kernel")
    void batch_norm_of_each_position_keeps_to_its_number_of_positions() {
        var options = BatchNormOptions.PYTORCH.withAxes(Axes.FIRST);
        var layer = new BatchNorm1d(4, options);
        layer.forward(Tensor.randn(random, 8, 3, 4));
        for (var shape : new Shape[] {Shape.of(8, 2, 4), Shape.of(8, 1, 4), Shape.of(8, 4)}) {
            for (boolean training : new boolean[] {true, false}) {
                layer.train(training);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> layer.forward(Tensor.zeros(DType.FLOAT32, shape)))
                        .withMessage("BatchNorm1d: the running statistics are (3, 4), for 3 positions; x is " + shape);
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchNorm1d(4, options).forward(Tensor.zeros(8, 0, 4)))
                .withMessageStartingWith("BatchNorm1d: the variance of one value is no measure, x is (8, 0, 4)");
    }

    @Test
    @Tag("composition")
    void state_of_each_position_loads_into_a_new_layer_and_into_a_used_one() {
        var options = BatchNormOptions.PYTORCH.withAxes(Axes.FIRST);
        var x = Tensor.randn(random, 8, 3, 4);
        var trained = new BatchNorm1d(4, options);
        var untrained = trained.stateDict().copy();
        trained.forward(x.mul(2));
        var fresh = new BatchNorm1d(4, options);
        fresh.loadStateDict(trained.stateDict());
        var used = new BatchNorm1d(4, options);
        used.forward(x);
        used.loadStateDict(trained.stateDict());
        assertThat(fresh.forward(x)).isEqualTo(trained.forward(x)).isEqualTo(used.forward(x));
        assertThat(fresh.stateDict()).isEqualTo(trained.stateDict()).isEqualTo(used.stateDict());
        trained.train(false);
        fresh.train(false);
        assertThat(fresh.forward(x)).isEqualTo(trained.forward(x));
        used.loadStateDict(untrained);
        assertThat(used.stateDict()).isEqualTo(new BatchNorm1d(4, options).stateDict());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchNorm1d(4).loadStateDict(trained.stateDict()))
                .withMessage("loadStateDict: running_mean has shape (3, 4), the model wants (4); running_var has shape"
                        + " (3, 4), the model wants (4)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchNorm1d(3, options).loadStateDict(trained.stateDict()))
                .withMessageContaining("running_mean has shape (3, 4), the model wants (3)");
    }

    @Test
    @Tag("composition")
    void layers_follow_changes_of_batch_size_type_and_mode() {
        var changed = model();
        var y = Tensor.arange(9);
        for (int rows : new int[] {9, 2, 1, 9}) {
            changed.train(rows > 1);
            changed.forward(Tensor.randint(random, 27, rows, 3));
            changed.backward(Tensor.ones(rows, 27));
        }
        changed.to(DType.FLOAT64);
        changed.forward(Tensor.randint(random, 27, 4, 3));
        changed.to(DType.FLOAT32);
        var fresh = model();
        fresh.loadStateDict(changed.stateDict());
        changed.parameters().forEach(Parameter::zeroGrad);
        var x = Tensor.randint(random, 27, 9, 3);
        for (boolean training : new boolean[] {true, false}) {
            for (var model : new Sequential[] {changed, fresh}) {
                model.train(training);
                var loss = new CrossEntropyLoss();
                loss.forward(model.forward(x), y);
                model.backward(loss.backward());
            }
            assertThat(changed.stateDict()).isEqualTo(fresh.stateDict());
            for (int p = 0; p < fresh.parameters().size(); p++) {
                assertThat(changed.parameters().get(p).grad())
                        .isEqualTo(fresh.parameters().get(p).grad());
            }
        }
    }

    @Test
    @Tag("no-kernel")
    void sequential_refuses_a_layer_that_stands_in_it_twice() {
        var tanh = new Tanh();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sequential(tanh, new Linear(3, 3, random), tanh))
                .withMessage("Parts: 0 and 2 are one Tanh; a layer keeps what its last forward needs for"
                        + " backward, so each place wants a layer of its own");
    }

    @Test
    @Tag("no-kernel")
    void errors_say_what_is_wrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Embedding(Tensor.zeros(27)))
                .withMessage("Embedding: weight must be (rows, columns), it is (27)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Parameter("weight", Tensor.arange(3)))
                .withMessage("Parameter: weight must be FLOAT32 or FLOAT64, it is INT32 (3)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CrossEntropyLoss().forward(Tensor.zeros(2, 3), Tensor.zeros(2)))
                .withMessage("crossEntropy: indices must be INT32, they are FLOAT32 (2)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchNorm1d(3).forward(Tensor.zeros(1, 3)))
                .withMessage(
                        "BatchNorm1d: the variance of one value is no measure, x is (1, 3); train on at least 2 rows,"
                                + " or evaluate with train(false)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchNorm1d(3).forward(Tensor.zeros(2, 4)))
                .withMessage("BatchNorm1d: wants (N, 3) or (N, L, 3), x is (2, 4)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Linear(3, 4, random).forward(Tensor.zeros(2, 5)))
                .withMessage("linear: wants 3 in the last dimension, x is (2, 5)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Embedding(3, 4, random).forward(Tensor.of(new int[] {3}, 1)))
                .withMessage("embedding: index 3 is outside of 0 to 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FlattenConsecutive(2).forward(Tensor.zeros(1, 3, 2)))
                .withMessage("FlattenConsecutive: wants (N, T, C) with T a multiple of 2, x is (1, 3, 2)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CrossEntropyLoss().forward(Tensor.zeros(2, 3), Tensor.of(new int[] {0, 3}, 2)))
                .withMessage("crossEntropy: index 3 is outside of 0 to 2");
        assertThatIllegalStateException()
                .isThrownBy(() -> new Tanh().backward(Tensor.zeros(1)))
                .withMessage("Tanh.backward: call forward first");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchNorm1d(2, BatchNormOptions.PYTORCH.withMomentum(1.5)))
                .withMessage("BatchNormOptions: momentum must be from 0 to 1, it is 1.5");
    }

    @Test
    void cross_entropy_gradient_is_softmax_minus_one_hot() {
        var logits = Tensor.randn(random, 5, 27).to(DType.FLOAT64);
        var targets = Tensor.of(new int[] {0, 26, 3, 3, 9}, 5);
        var loss = new CrossEntropyLoss();
        loss.forward(logits, targets);
        var gradient = loss.backward().copy();
        double eps = 1e-6;
        for (int i = 0; i < logits.shape().elements(); i++) {
            double original = logits.getFlat(i);
            logits.setFlat(i, original + eps);
            double above = loss.forward(logits, targets);
            logits.setFlat(i, original - eps);
            double below = loss.forward(logits, targets);
            logits.setFlat(i, original);
            assertThat(gradient.getFlat(i)).isEqualTo((above - below) / (2 * eps), within(1e-9));
        }
        assertThat(gradient.sum(1).abs().max(0, false).item()).isLessThan(1e-15);
    }

    @Test
    void cross_entropy_does_not_overflow() {
        var loss = new CrossEntropyLoss();
        double value = loss.forward(Tensor.of(new float[] {1000, -1000, 0}, 1, 3), Tensor.of(new int[] {1}, 1));
        assertThat(value).isEqualTo(2000, within(1e-3));
        assertThat(loss.forward(Tensor.zeros(4, 27), Tensor.of(new int[4], 4))).isEqualTo(Math.log(27), within(1e-6));
    }

    @Test
    @Tag("composition")
    void float32_gradients_follow_float64() {
        var single = model();
        var exact = model();
        exact.to(DType.FLOAT64);
        var x = Tensor.randint(random, 27, 33, 3);
        var y = Tensor.randint(random, 27, 33);
        var lossOfSingle = new CrossEntropyLoss();
        var lossOfExact = new CrossEntropyLoss();
        assertThat(lossOfSingle.forward(single.forward(x), y))
                .isEqualTo(lossOfExact.forward(exact.forward(x), y), within(1e-5));
        // The bias before a BatchNorm has a gradient of zero but for rounding, hence the absolute part of the bound.
        single.backward(lossOfSingle.backward());
        exact.backward(lossOfExact.backward());
        for (int p = 0; p < single.parameters().size(); p++) {
            var actual = single.parameters().get(p).grad().to(DType.FLOAT64);
            var expected = exact.parameters().get(p).grad();
            double scale = Math.sqrt(expected.pow(2).sum().item());
            double error = Math.sqrt(actual.sub(expected).pow(2).sum().item());
            assertThat(error)
                    .as(single.parameters().get(p).name() + " of parameter " + p)
                    .isLessThan(1e-5 * scale + 1e-6);
        }
    }

    private static Sequential model() {
        var random = TorchRandom.seeded(5);
        return new Sequential(
                new Embedding(27, 10, random),
                new FlattenConsecutive(3),
                new Linear(30, 45, random),
                new BatchNorm1d(45),
                new Tanh(),
                new Linear(45, 27, random));
    }

    @Test
    @Tag("no-kernel")
    void gradients_of_a_whole_model_pass() {
        GradientCheck.of(model()).input(Tensor.randint(random, 27, 5, 3)).assertPasses();
    }

    @Test
    @Tag("no-kernel")
    void state_is_saved_by_name_and_restored() {
        var first = model();
        first.forward(Tensor.randint(random, 27, 8, 3));
        assertThat(first.stateDict().keySet())
                .containsExactly(
                        "0.weight",
                        "2.weight",
                        "2.bias",
                        "3.weight",
                        "3.bias",
                        "3.running_mean",
                        "3.running_var",
                        "5.weight",
                        "5.bias");
        assertThat(first.parameterCount()).isEqualTo(270 + 30 * 45 + 45 + 90 + 45 * 27 + 27);
        var second = model();
        second.loadStateDict(first.stateDict());
        assertThat(second.stateDict()).isEqualTo(first.stateDict());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> second.loadStateDict(Map.of()))
                .withMessage("loadStateDict: missing 0.weight (27, 10), 2.weight (30, 45), 2.bias (45), 3.weight (45),"
                        + " 3.bias (45), 3.running_mean (45), 3.running_var (45), 5.weight (45, 27), 5.bias (27)");
        var unknown = new java.util.LinkedHashMap<>(first.stateDict());
        unknown.put("9.weight", Tensor.zeros(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> second.loadStateDict(unknown))
                .withMessage("loadStateDict: unexpected 9.weight (1)");
        var wrong = new java.util.LinkedHashMap<>(first.stateDict());
        wrong.put("0.weight", Tensor.zeros(27, 9));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> second.loadStateDict(wrong))
                .withMessage("loadStateDict: 0.weight has shape (27, 9), the model wants (27, 10)");
    }
}
