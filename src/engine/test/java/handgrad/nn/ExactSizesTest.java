package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sizes of layers that multiply to more than an int holds. */
@Tag("no-kernel")
class ExactSizesTest {
    private final TorchRandom random = TorchRandom.seeded(1);

    @Test
    void are_refused() {
        requireRefused(
                "Conv2d: (65536, 256, 256) has more than 2^31 - 1 elements", () -> new Conv2d(65_536, 1, 256, random));
        requireRefused(
                "CausalConv1d: (2, 1073741824) has more than 2^31 - 1 elements",
                () -> new CausalConv1d(1 << 30, 1, 1, false, random));
        requireRefused(
                "CausalConv1d: (4, 1073741824) has more than 2^31 - 1 elements",
                () -> new CausalConv1d(5, 1 << 30, Tensor.zeros(5, 1), null));
        requireRefused(
                "FlattenConsecutive: (65536, 65537) has more than 2^31 - 1 elements",
                () -> new FlattenConsecutive(65_536).forward(Tensor.zeros(0, 0, 65_537)));
        requireRefused(
                "GatedResidualStack: (2, 1073741824) has more than 2^31 - 1 elements",
                () -> new GatedResidualStack(1 << 30, 1, new int[] {1}, random));
    }

    @Test
    void sums_of_sizes_are_exact() {
        var weight = Initialization.XAVIER_NORMAL.weight(1 << 30, 1 << 30, random, 1_000);
        assertThat(weight.std().item()).isEqualTo(0x1p-15, within(0x1p-18));
    }

    /** Without inputs there is only the bias, which PyTorch then leaves 0. */
    @Test
    void a_layer_without_inputs_has_no_infinite_bound() {
        assertThat(Initialization.PYTORCH.bias(0, 3, random)).isEqualTo(Tensor.zeros(3));
    }

    private static void requireRefused(String message, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }
}
