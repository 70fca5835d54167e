package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class CauseTest {
    private final Tensor right = Tensor.randn(TorchRandom.seeded(1), 4, 6);

    private void find(Tensor gradient, Kind kind, String sentence) {
        assertThat(GradientCheck.cause(gradient, right)).isEqualTo(new Cause(kind, sentence));
    }

    @Test
    void two_tensors_are_enough_for_many_mistakes() {
        find(right.neg(), Kind.SIGN, "it has the wrong sign: multiply by -1, or subtract where it is added");
        find(
                right.mul(2),
                Kind.CONSTANT_FACTOR,
                "it is 2 times too large: the derivative of x² is 2x, and a tensor that is used twice gets a"
                        + " gradient from each use");
        find(
                right.mul(-1.5),
                Kind.CONSTANT_FACTOR,
                "it is 1.5 times too large, with the wrong sign: look for a constant factor of the forward pass");
        find(right.div(6), Kind.MISSING_MEAN, "it is 6 times too small: it is divided by n = 6 once too often");
        find(
                right.mul(6 / 5.0),
                Kind.VARIANCE,
                "it is 6/5 times too large: a variance is divided by n - 1 = 5 where the forward pass divides by n"
                        + " = 6");
        find(
                right.sum(0),
                Kind.WRONG_SHAPE,
                "its shape is (6), the tensor's is (4, 6): a gradient has the shape of its tensor");
        find(
                right.reshape(1, 4, 6),
                Kind.WRONG_SHAPE,
                "its shape is (1, 4, 6), the tensor's is (4, 6), the numbers are right: keep the dimension when you"
                        + " sum, or reshape the result");
        find(
                right.sub(right.mean(0)),
                Kind.MISSING_TERM,
                "it differs from the right gradient by the same along dimension 0: a term that is repeated along it,"
                        + " such as the one through a mean, is missing or wrong");
        var zeros = Tensor.zeros(DType.FLOAT32, Shape.of(2, 6));
        find(
                Tensor.cat(0, right.narrow(0, 0, 1), zeros, right.narrow(0, 3, 1)),
                Kind.PART,
                "it is zero at indices 1 to 2 of dimension 0 (rows) and right at the others: what belongs there is left"
                        + " out");
        find(
                Tensor.cat(1, right.narrow(1, 0, 4), Tensor.randn(TorchRandom.seeded(3), 4, 2)),
                Kind.UNKNOWN,
                "no usual mistake explains it; it is wrong at indices 4 to 5 of dimension 1 (columns) only, right at"
                        + " the others: compare the formula with the forward pass step by step");
        find(
                Tensor.randn(TorchRandom.seeded(2), 4, 6),
                Kind.UNKNOWN,
                "no usual mistake explains it: compare the formula with the forward pass step by step");
    }
}
