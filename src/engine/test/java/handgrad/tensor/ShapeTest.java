package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class ShapeTest {
    @Test
    void counts_elements_and_dimensions() {
        var shape = Shape.of(2, 3, 4);
        assertThat(shape.elements()).isEqualTo(24);
        assertThat(shape.rank()).isEqualTo(3);
        assertThat(shape.size(-1)).isEqualTo(4);
        assertThat(shape).hasToString("(2, 3, 4)").isEqualTo(Shape.of(2, 3, 4)).isNotEqualTo(Shape.of(6, 4));
        assertThat(Shape.SCALAR.elements()).isEqualTo(1);
        assertThat(Shape.SCALAR).hasToString("()");
        assertThat(Shape.of(3, 0).elements()).isZero();
    }

    @Test
    void broadcasts_as_pytorch_does() {
        assertThat(Shape.broadcast("add", Shape.of(32, 64), Shape.of(1, 64))).isEqualTo(Shape.of(32, 64));
        assertThat(Shape.broadcast("add", Shape.of(32, 1), Shape.of(64))).isEqualTo(Shape.of(32, 64));
        assertThat(Shape.broadcast("add", Shape.SCALAR, Shape.of(5))).isEqualTo(Shape.of(5));
        assertThat(Shape.broadcast("add", Shape.of(1), Shape.of(0))).isEqualTo(Shape.of(0));
    }

    @Test
    void errors_name_the_shapes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.broadcast("mul", Shape.of(32, 64), Shape.of(32)))
                .withMessage("mul: shapes do not broadcast, a (32, 64), b (32): dimension -1 is 64 and 32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(3, -1))
                .withMessage("shape: negative size in (3, -1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(65_536, 65_536))
                .withMessage("shape: (65536, 65536) has more than 2^31 - 1 elements");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(3).size(1))
                .withMessage("dimension 1 is outside of (3), which has 1 dimension");
    }

    /** Products of sizes are exact or refused, also where a zero makes the whole product 0. */
    @Test
    void products_of_sizes_do_not_overflow() {
        assertThat(Shape.of(Integer.MAX_VALUE, 0).elements()).isZero();
        for (int[] sizes : new int[][] {{0, 65_536, 65_536}, {65_536, 0, 65_536}, {Integer.MAX_VALUE, 2, 0}}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Shape.of(sizes))
                    .withMessageContaining(") has more than 2^31 - 1 elements, its zeros left out");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(1 << 16, 1 << 16, 1 << 16, 1 << 16))
                .withMessage("shape: (65536, 65536, 65536, 65536) has more than 2^31 - 1 elements");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(0, 3).with(0, -1))
                .withMessage("shape: negative size in (-1, 3)");
    }

    @Test
    void results_that_are_too_large_are_refused_by_the_operation() {
        var wide = Tensor.zeros(DType.FLOAT32, Shape.of(Integer.MAX_VALUE, 0));
        requireRefused(
                "cat: (6442450941, 0) has more than 2^31 - 1 elements, its zeros left out",
                () -> Tensor.cat(0, wide, wide, wide));
        var column = Tensor.zeros(65_536, 1);
        var row = Tensor.zeros(1, 65_536);
        requireRefused("add: (65536, 65536) has more than 2^31 - 1 elements", () -> column.add(row));
        requireRefused("matmul: (65536, 65536) has more than 2^31 - 1 elements", () -> column.matmul(row));
        requireRefused(
                "matmulTransposeA: (65536, 65536) has more than 2^31 - 1 elements", () -> row.matmulTransposeA(row));
        requireRefused(
                "matmulTransposeB: (65536, 65536) has more than 2^31 - 1 elements",
                () -> column.matmulTransposeB(column));
        var indices = Tensor.zeros(DType.INT32, Shape.of(65_536));
        requireRefused("index: (65536, 65536) has more than 2^31 - 1 elements", () -> row.index(indices));
        requireRefused("oneHot: (65536, 65536) has more than 2^31 - 1 elements", () -> indices.oneHot(65_536));
        requireRefused(
                "oneHot: negative size in (0, -1)", () -> Tensor.arange(0).oneHot(-1));
        requireRefused(
                "indexSelect: (65536, 65536) has more than 2^31 - 1 elements", () -> column.indexSelect(1, indices));
        requireRefused(
                "reshape: (65536, 1) with 65536 elements does not fit [65536, 65537, -1]",
                () -> column.reshape(65_536, 65_537, -1));
        requireRefused(
                "reshape: (2147483647, 0) with 0 elements does not fit [65536, 65536]",
                () -> wide.reshape(65_536, 65_536));
        requireRefused("reshape: (65536, 1) with 65536 elements does not fit [-1, 0]", () -> column.reshape(-1, 0));
    }

    /** Sizes of which a product in 32 bits would be that of the tensor. */
    @Test
    void operations_compare_exact_sizes() {
        var empty = Tensor.zeros(0, 65_536);
        var bias = Tensor.zeros(65_536);
        requireRefused(
                "linear: wants 65536 x 65536 elements, out is (0, 65536)",
                () -> Functional.linear(Tensor.zeros(65_536, 1), Tensor.zeros(1, 65_536), bias, empty));
        requireRefused(
                "indexAdd: (65536) rows of (65536) do not fit x (0, 65536)",
                () -> Tensor.zeros(1, 65_536).indexAdd(Tensor.zeros(DType.INT32, Shape.of(65_536)), empty));
        requireRefused(
                "unfold: wants (N, T, C) and (N, T - (k - 1)·d, k·C) with dilation d of at least 1, x is (1, 1, 1), d"
                        + " 1073741824, out (1, 1, 5)",
                () -> Sequences.unfold(Tensor.zeros(1, 1, 1), 1 << 30, Tensor.zeros(1, 1, 5)));
        requireRefused(
                "crop: wants (N, T, C) and (N, T', columns) with T' up to T and C columns from the given one on, x is"
                        + " (1, 1, 1), column 2147483647, out (1, 1, 1)",
                () -> Sequences.crop(Tensor.zeros(1, 1, 1), Integer.MAX_VALUE, Tensor.zeros(1, 1, 1)));
        requireRefused(
                "Window: wants a kernel of at most 2^31 - 1 pixels, it is 65536 x 65536",
                () -> new Window(65_536, 1, 0));
        requireRefused(
                "gate: wants 2147483648 in the last dimension, x is (0, 0)",
                () -> Activations.gate(Tensor.zeros(0, 0), Tensor.zeros(0, 0), Tensor.zeros(0, 1 << 30)));
        requireRefused(
                "groupedLinear: wants 4294967296 in the last dimension, x is (1, 1)",
                () -> Grouped.groupedLinear(
                        Tensor.zeros(1, 1), Tensor.zeros(1 << 16, 0), null, 1 << 16, Tensor.zeros(1, 1)));
    }

    @Test
    void convolutions_refuse_buffers_that_no_array_holds() {
        var window = new Window(46_340, 1, 46_339);
        requireRefused(
                "conv2d: an image with its padding, or the windows of a row of it, are more than 2^31 - 1 elements, x"
                        + " is (0, 0, 1, 1), weight (0, 1), Window[kernel=46340 x 46340, stride=1 x 1, padding=46339 x"
                        + " 46339]",
                () -> Convolutions.conv2d(
                        Tensor.zeros(0, 0, 1, 1),
                        Tensor.zeros(0, 1),
                        null,
                        window,
                        1,
                        Tensor.zeros(0, 1, 46_340, 46_340)));
    }

    @Test
    void max_pooling_checks_the_indices_of_its_backward_pass() {
        for (int index : new int[] {-1, 4, Integer.MAX_VALUE}) {
            requireRefused(
                    "maxPool2dBackward: index " + index + " is outside of 0 to 3",
                    () -> Pooling.maxPool2dBackward(
                            Tensor.zeros(1, 1, 1, 1),
                            Tensor.of(new int[] {index}, 1, 1, 1, 1),
                            Tensor.zeros(1, 1, 2, 2)));
        }
    }

    private static void requireRefused(String message, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }
}
