package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FunctionalTest {
    private final Tensor x = Tensor.ones(3, 3);
    private final Tensor other = Tensor.ones(3, 3);
    private final Tensor row = Tensor.ones(3);

    @Test
    void results_that_would_overwrite_what_is_still_read_are_refused() {
        requireRefused(() -> Functional.linear(x, other, null, x), "linear: out must not share the elements of x");
        requireRefused(
                () -> Functional.linear(x, other, null, other), "linear: out must not share the elements of weight");
        requireRefused(
                () -> Functional.linearBackwardInput(x, other, x),
                "linearBackward: dX must not share the elements of dOut");
        requireRefused(
                () -> Normalizations.batchNorm(x, row, row, 0, 3, row.copy(), row.copy(), row.copy(), x, other),
                "batchNorm: normalized must not share the elements of x");
        requireRefused(
                () -> Normalizations.batchNorm(
                        x, row, row, 0, 3, row.copy(), row.copy(), row.copy(), other, x.reshape(3, 3)),
                "batchNorm: out must not share the elements of x");
        requireRefused(
                () -> LossFunctions.crossEntropy(x, Tensor.arange(3), x),
                "crossEntropy: probabilities must not share the elements of logits");
    }

    private static void requireRefused(ThrowingCallable call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }
}
