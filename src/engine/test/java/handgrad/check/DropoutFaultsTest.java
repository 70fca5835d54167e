package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import handgrad.check.result.Cause;
import handgrad.check.result.Verdict;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Dropout;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Parts;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Layers that draw: right ones pass, and what is done wrong by hand is called wrong. */
@Tag("no-kernel")
class DropoutFaultsTest {
    private static final double P = 0.4;

    private final TorchRandom random = TorchRandom.seeded(9);

    enum Mistake {
        NONE,
        MASK_MISSING,
        SCALE_MISSING,
        MASK_DRAWN_AGAIN,
        MASK_OF_THE_ZEROS,
        SCALED_TWICE
    }

    /** Dropout by the operations of tensors, with a mistake in backward. */
    private final class Mistaken implements Layer {
        private final Parts parts = new Parts();
        private final Mistake mistake;
        private final TorchRandom generator;
        private Tensor mask = Tensor.zeros(0);

        Mistaken(Mistake mistake, boolean named) {
            this.mistake = mistake;
            generator = named ? parts.add("random", random) : random;
        }

        private Tensor drawn(Shape shape) {
            var ones = Tensor.zeros(DType.FLOAT64, shape);
            generator.bernoulli(1 - P, ones.doubles());
            return ones;
        }

        @Override
        public Tensor forward(Tensor x) {
            mask = drawn(x.shape());
            return x.mul(mask).div(1 - P);
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return switch (mistake) {
                case NONE -> dOut.mul(mask).div(1 - P);
                case MASK_MISSING -> dOut.div(1 - P);
                case SCALE_MISSING -> dOut.mul(mask);
                case MASK_DRAWN_AGAIN -> dOut.mul(drawn(dOut.shape())).div(1 - P);
                case MASK_OF_THE_ZEROS -> dOut.mul(mask.neg().add(1)).div(1 - P);
                case SCALED_TWICE -> dOut.mul(mask).div((1 - P) * (1 - P));
            };
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_wrong_backward_is_called_wrong(Mistake mistake) {
        for (var shape : new Shape[] {Shape.of(2, 3), Shape.of(7, 5), Shape.of(15, 15)}) {
            var layer = new Mistaken(mistake, true);
            var result = GradientCheck.of(layer).input(shape).run().tensors().getFirst();
            assertThat(result.verdict())
                    .as("%s at %s: %s", mistake, shape, result.cause())
                    .isEqualTo(mistake == Mistake.NONE ? Verdict.RIGHT : Verdict.WRONG);
        }
    }

    /** Between layers, where the mask is that of one position in the model. */
    @ParameterizedTest
    @EnumSource
    void so_it_is_within_a_model_under_a_loss(Mistake mistake) {
        var model = new Sequential(
                new Linear(4, 6, random),
                new Tanh(),
                new Mistaken(mistake, true),
                new Linear(6, 3, random),
                new Dropout(0.2, random));
        var report = GradientCheck.of(model, new CrossEntropyLoss())
                .input(Shape.of(5, 4))
                .input(Tensor.randint(random, 3, 5))
                .run();
        assertThat(report.verdict()).isEqualTo(mistake == Mistake.NONE ? Verdict.RIGHT : Verdict.WRONG);
    }

    @Test
    void a_scale_that_is_missing_is_a_constant_factor() {
        var layer = new Mistaken(Mistake.SCALE_MISSING, true);
        var cause =
                GradientCheck.of(layer).input(Shape.of(7, 5)).run().tensors().getFirst();
        assertThat(cause.cause()).isNotNull().extracting(Cause::kind).isEqualTo(Cause.Kind.CONSTANT_FACTOR);
    }

    @Test
    void generators_are_as_before_the_check() {
        var other = TorchRandom.seeded(4);
        var model = new Sequential(new Dropout(0.5, random), new Dropout(0.5, other), new Dropout(0.5, random));
        var states = new Object[] {random.state(), other.state()};
        GradientCheck.of(model).input(Shape.of(6, 6)).assertPasses();
        assertThat(new Object[] {random.state(), other.state()}).isEqualTo(states);
    }

    @Test
    void evaluation_passes_too() {
        var model = new Sequential(new Linear(4, 4, random), new Dropout(0.5, random), new Tanh());
        model.train(false);
        GradientCheck.of(model).input(Shape.of(6, 4)).assertPasses();
    }

    @Test
    void a_generator_that_no_part_names_is_asked_for() {
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientCheck.of(new Mistaken(Mistake.NONE, false))
                        .input(Shape.of(7, 5))
                        .run())
                .withMessage("GradientCheck: the forward pass gives another output for the same inputs; let it draw the"
                        + " same random numbers each time; a layer names its generator in its parts, with"
                        + " parts.add(name, generator)");
    }
}
