package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.result.Cause.Kind;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Parts;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong gradients are planted in every tensor of every layer: each must be caught and have the right cause. */
@Tag("no-kernel")
class LayerFaultsTest {
    record Subject(String name, Supplier<Layer> layer, Tensor input) {
        @Override
        public String toString() {
            return name;
        }
    }

    private record Fault(UnaryOperator<Tensor> mistake, Kind kind) {}

    private static final List<Fault> FAULTS = List.of(
            new Fault(gradient -> gradient.mul(1.01), Kind.CONSTANT_FACTOR),
            new Fault(gradient -> gradient.mul(13), Kind.CONSTANT_FACTOR),
            new Fault(Tensor::neg, Kind.SIGN),
            new Fault(gradient -> gradient.mul(0), Kind.ZERO),
            new Fault(gradient -> gradient.mul(Double.NaN), Kind.NOT_FINITE),
            new Fault(LayerFaultsTest::oneElement, Kind.ONE_ELEMENT));

    private static Tensor oneElement(Tensor gradient) {
        var wrong = gradient.copy();
        wrong.setFlat(1, wrong.getFlat(1) - 0.2);
        return wrong;
    }

    /** A layer with a mistake in the gradient of one parameter, or of its input where target is -1. */
    private record Mistaken(Layer layer, int target, UnaryOperator<Tensor> mistake) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return layer.forward(x);
        }

        @Override
        public Tensor backward(Tensor dOut) {
            if (target < 0) {
                return mistake.apply(layer.backward(dOut));
            }
            var grad = layer.parameters().get(target).grad();
            var before = grad.copy();
            grad.fill(0);
            var dX = layer.backward(dOut);
            grad.copyFrom(before.add(mistake.apply(grad)));
            return dX;
        }

        @Override
        public Parts parts() {
            return layer.parts();
        }
    }

    static Stream<Subject> layers() {
        var random = TorchRandom.seeded(11);
        var normal = Tensor.randn(random, 7, 5);
        var indices = Tensor.of(new int[] {2, 0, 2, 2, 1, 0, 3, 3}, 4, 2);
        return Stream.of(
                new Subject("Linear", () -> new Linear(5, 4, TorchRandom.seeded(1)), normal),
                new Subject("Tanh", Tanh::new, normal),
                new Subject("FlattenConsecutive", () -> new FlattenConsecutive(2), Tensor.randn(random, 3, 4, 5)),
                new Subject("Embedding", () -> new Embedding(4, 3, TorchRandom.seeded(1)), indices),
                new Subject("BatchNorm1d", () -> new BatchNorm1d(5), normal),
                new Subject(
                        "BatchNorm1d of makemore",
                        () -> new BatchNorm1d(5, BatchNormOptions.MAKEMORE_LAYER),
                        Tensor.randn(random, 4, 3, 5)),
                new Subject(
                        "Sequential",
                        () -> new Sequential(
                                new Embedding(4, 3, TorchRandom.seeded(1)),
                                new FlattenConsecutive(2),
                                new Linear(6, 5, TorchRandom.seeded(2)),
                                new Tanh(),
                                new Linear(5, 4, TorchRandom.seeded(3))),
                        indices));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void every_fault_is_caught_and_explained(Subject subject) {
        GradientCheck.of(subject.layer.get()).input(subject.input).assertPasses();
        boolean inputHasGradient = subject.input.dtype() != DType.INT32;
        int parameters = subject.layer.get().parameters().size();
        for (int target = inputHasGradient ? -1 : 0; target < parameters; target++) {
            for (var fault : FAULTS) {
                var layer = new Mistaken(subject.layer.get(), target, fault.mistake);
                var results = GradientCheck.of(layer).input(subject.input).run().tensors();
                for (int i = 0; i < results.size(); i++) {
                    boolean wrong = i == (inputHasGradient ? target + 1 : target);
                    var cause = results.get(i).cause();
                    assertThat(cause == null ? null : cause.kind())
                            .as("%s of %s: %s", results.get(i).name(), subject, cause)
                            .isEqualTo(wrong ? fault.kind : null);
                }
            }
        }
    }

    @Test
    void an_empty_batch_passes() {
        var report = GradientCheck.of(new Linear(5, 4, TorchRandom.seeded(1)))
                .input(Shape.of(0, 5))
                .assertPasses();
        assertThat(report.tensors().getFirst().partials()).isZero();
        GradientCheck.of(new Tanh()).input(Shape.of(0)).assertPasses();
    }
}
