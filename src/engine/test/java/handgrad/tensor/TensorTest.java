package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
    private final TorchRandom random = TorchRandom.seeded(7);

    private static Tensor matrix() {
        return Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    }

    /** Every pair of shapes against a walk over all indices that follows the broadcasting rule literally. */
    @ParameterizedTest
    @CsvSource({
        "'5', '5'",
        "'3,17', '3,17'",
        "'3,17', '1,17'",
        "'3,17', '17'",
        "'3,17', '3,1'",
        "'3,1', '1,17'",
        "'1', '3,17'",
        "'2,3,4', '3,4'",
        "'2,3,4', '2,1,4'",
        "'2,3,4', '2,3,1'",
        "'2,1,4', '1,3,1'",
        "'2,3,4', '1'",
        "'2,1,1,5', '3,4,1'",
        "'4,0', '4,1'",
        "'33,31', '33,31'"
    })
    void arithmetic_broadcasts(String sizesA, String sizesB) {
        for (var dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            var a = Tensor.randn(random, sizes(sizesA)).to(dtype);
            var b = Tensor.randn(random, sizes(sizesB)).to(dtype);
            requireBroadcast(a, b, a.add(b), Double::sum);
            requireBroadcast(a, b, a.sub(b), (x, y) -> x - y);
            requireBroadcast(a, b, a.mul(b), (x, y) -> x * y);
            requireBroadcast(a, b, a.div(b), (x, y) -> x / y);
            requireBroadcast(b, a, b.sub(a), (x, y) -> x - y);
            requireBroadcast(b, a, b.div(a), (x, y) -> x / y);
        }
    }

    private static int[] sizes(String text) {
        return java.util.Arrays.stream(text.split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static void requireBroadcast(Tensor a, Tensor b, Tensor actual, DoubleBinaryOperator operation) {
        var shape = Shape.broadcast("test", a.shape(), b.shape());
        assertThat(actual.shape()).isEqualTo(shape);
        for (int position = 0; position < shape.elements(); position++) {
            double expected = operation.applyAsDouble(at(a, shape, position), at(b, shape, position));
            assertThat(actual.getFlat(position))
                    .isEqualTo(actual.dtype() == DType.FLOAT32 ? (float) expected : expected);
        }
    }

    private static double at(Tensor operand, Shape shape, int position) {
        int offset = 0;
        int step = 1;
        int rest = position;
        for (int d = 1; d <= shape.rank(); d++) {
            int index = rest % shape.size(-d);
            rest /= shape.size(-d);
            if (d <= operand.shape().rank() && operand.size(-d) != 1) {
                offset += index * step;
                step *= operand.size(-d);
            }
        }
        return operand.getFlat(offset);
    }

    @Test
    void zeros_and_ones_like_a_tensor_have_its_type_and_shape() {
        var x = Tensor.full(3, 2, 2).to(DType.FLOAT64);
        assertThat(Tensor.onesLike(x)).isEqualTo(Tensor.of(new double[] {1, 1, 1, 1}, 2, 2));
        assertThat(Tensor.zerosLike(x)).isEqualTo(Tensor.zeros(DType.FLOAT64, Shape.of(2, 2)));
        assertThat(x).isEqualTo(Tensor.of(new double[] {3, 3, 3, 3}, 2, 2));
    }

    @Test
    void arithmetic_refuses_shapes_and_types_that_do_not_fit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(32, 30).add(Tensor.zeros(27)))
                .withMessage("add: shapes do not broadcast, a (32, 30), b (27): dimension -1 is 30 and 27");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(2).mul(Tensor.zeros(DType.FLOAT64, Shape.of(2))))
                .withMessage("mul: types differ, a FLOAT32 (2), b FLOAT64 (2); convert one, as with to(DType.FLOAT64)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.arange(3).exp())
                .withMessage("exp: wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to");
    }

    @Test
    void functions_follow_float64() {
        var x = Tensor.rand(random, 7, 13).add(0.1);
        requireClose(x, Tensor::exp, 2e-7);
        requireClose(x, Tensor::log, 2e-7);
        requireClose(x, Tensor::tanh, 2e-7);
        requireClose(x, Tensor::sqrt, 2e-7);
        requireClose(x.sub(0.5), Tensor::relu, 0);
        requireClose(x.sub(0.5), Tensor::abs, 0);
        requireClose(x.sub(0.5), Tensor::neg, 0);
        requireClose(x, t -> t.pow(2), 2e-7);
        requireClose(x, t -> t.pow(-1), 2e-7);
        requireClose(x, t -> t.pow(-1.5), 2e-7);
        requireClose(x, t -> t.pow(0.5), 2e-7);
    }

    private static void requireClose(Tensor x, UnaryOperator<Tensor> function, double relative) {
        var actual = function.apply(x);
        var expected = function.apply(x.to(DType.FLOAT64));
        assertThat(actual.dtype()).isEqualTo(DType.FLOAT32);
        for (int i = 0; i < x.shape().elements(); i++) {
            double wanted = expected.getFlat(i);
            assertThat(actual.getFlat(i)).isEqualTo(wanted, within(relative * Math.abs(wanted)));
        }
    }

    @Test
    void relu_keeps_nan() {
        assertThat(Tensor.of(new float[] {Float.NaN, -1, 2}, 3).relu().floats()).containsExactly(Float.NaN, 0, 2);
    }

    @Test
    void sums_over_a_dimension() {
        assertThat(matrix().sum(0)).isEqualTo(Tensor.of(new float[] {5, 7, 9}, 3));
        assertThat(matrix().sum(1, true)).isEqualTo(Tensor.of(new float[] {6, 15}, 2, 1));
        assertThat(matrix().sum()).isEqualTo(Tensor.scalar(21));
        assertThat(matrix().mean(-1)).isEqualTo(Tensor.of(new float[] {2, 5}, 2));
        assertThat(matrix().mean().item()).isEqualTo(3.5);
        assertThat(Tensor.zeros(0, 3).sum(0)).isEqualTo(Tensor.zeros(3));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void sums_of_long_rows_and_middle_dimensions_are_right(DType dtype) {
        var x = Tensor.randn(random, 3, 207, 5).to(dtype);
        var middle = x.sum(1);
        assertThat(middle.shape()).isEqualTo(Shape.of(3, 5));
        for (int o = 0; o < 3; o++) {
            for (int j = 0; j < 5; j++) {
                double sum = 0;
                for (int i = 0; i < 207; i++) {
                    sum += x.get(o, i, j);
                }
                assertThat(middle.get(o, j)).isEqualTo(sum, within(1e-4));
            }
        }
        var row = x.reshape(3 * 207 * 5).sum().item();
        double sum = 0;
        for (int i = 0; i < 3 * 207 * 5; i++) {
            sum += x.getFlat(i);
        }
        assertThat(row).isEqualTo(sum, within(1e-3));
    }

    @Test
    void variance_is_unbiased_or_biased() {
        var x = Tensor.of(new float[] {1, 2, 3, 4}, 4);
        assertThat(x.var().item()).isEqualTo(5.0 / 3, within(1e-6));
        assertThat(x.var(0, Variance.BIASED, false).item()).isEqualTo(1.25, within(1e-6));
        assertThat(x.std().item()).isEqualTo(Math.sqrt(5.0 / 3), within(1e-6));
        assertThat(matrix().var(0, Variance.UNBIASED, true)).isEqualTo(Tensor.full(4.5, 1, 3));
        assertThat(matrix().std(1, Variance.UNBIASED, false)).isEqualTo(Tensor.ones(2));
        assertThat(Tensor.ones(1).var().item()).isNaN();
        assertThat(Tensor.zeros(0).var().item()).isNaN();
        assertThat(Tensor.zeros(0).mean().item()).isNaN();
    }

    @Test
    void max_and_argmax() {
        var x = Tensor.of(new float[] {1, 7, 7, -1, Float.NaN, 9}, 2, 3);
        assertThat(x.argmax(1)).isEqualTo(Tensor.of(new int[] {1, 1}, 2));
        assertThat(x.max(1, true).floats()).containsExactly(7, Float.NaN);
        assertThat(x.argmax(0)).isEqualTo(Tensor.of(new int[] {0, 1, 1}, 3));
        assertThat(x.to(DType.FLOAT64).argmax(0)).isEqualTo(x.argmax(0));
        assertThat(x.max(0, false).shape()).isEqualTo(Shape.of(3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(2, 0).argmax(1))
                .withMessage("argmax: dimension 1 of (2, 0) is empty");
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "2,3,4", "5,17,31", "32,30,200", "33,45,16", "3,0,2", "0,3,2"})
    void the_forms_of_matmul_agree(int m, int k, int n) {
        for (var dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            var a = Tensor.randn(random, m, k).to(dtype);
            var b = Tensor.randn(random, k, n).to(dtype);
            var product = a.matmul(b);
            assertThat(product.shape()).isEqualTo(Shape.of(m, n));
            requireNear(product, naive(a, b));
            requireNear(a.t().matmulTransposeA(b), naive(a, b));
            requireNear(a.matmulTransposeB(b.t()), naive(a, b));
        }
    }

    private static Tensor naive(Tensor a, Tensor b) {
        var c = Tensor.zeros(DType.FLOAT64, Shape.of(a.size(0), b.size(1)));
        for (int i = 0; i < a.size(0); i++) {
            for (int j = 0; j < b.size(1); j++) {
                double sum = 0;
                for (int p = 0; p < a.size(1); p++) {
                    sum += a.get(i, p) * b.get(p, j);
                }
                c.set(sum, i, j);
            }
        }
        return c;
    }

    private static void requireNear(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < expected.shape().elements(); i++) {
            assertThat(actual.getFlat(i)).isEqualTo(expected.getFlat(i), within(1e-4));
        }
    }

    @Test
    void matmul_folds_leading_dimensions() {
        var a = Tensor.randn(random, 2, 3, 4);
        var b = Tensor.randn(random, 4, 5);
        assertThat(a.matmul(b)).isEqualTo(a.reshape(6, 4).matmul(b).reshape(2, 3, 5));
    }

    @Test
    void matmul_refuses_shapes_that_do_not_fit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(32, 30).matmul(Tensor.zeros(27, 200)))
                .withMessage("matmul: inner dimensions differ, a (32, 30), b (27, 200)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(32, 30).matmulTransposeA(Tensor.zeros(27, 200)))
                .withMessage("matmulTransposeA: first dimensions differ, a (32, 30), b (27, 200)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(32, 30).matmulTransposeB(Tensor.zeros(27, 200)))
                .withMessage("matmulTransposeB: last dimensions differ, a (32, 30), b (27, 200)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(30).matmul(Tensor.zeros(30)))
                .withMessage("matmul: wants a of at least one dimension and a matrix b, a (30), b (30)");
    }

    @Test
    void reshape_shares_and_infers() {
        var x = matrix();
        var y = x.reshape(3, -1);
        y.set(9, 0, 0);
        assertThat(x.get(0, 0)).isEqualTo(9);
        assertThat(y.shape()).isEqualTo(Shape.of(3, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> matrix().reshape(4, -1))
                .withMessage("reshape: (2, 3) with 6 elements does not fit [4, -1]");
    }

    @Test
    void transpose_exchanges_two_dimensions() {
        assertThat(matrix().t()).isEqualTo(Tensor.of(new float[] {1, 4, 2, 5, 3, 6}, 3, 2));
        var x = Tensor.randn(random, 2, 3, 4, 5);
        var y = x.transpose(-1, 1);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 5, 4, 3));
        assertThat(y.get(1, 4, 2, 0)).isEqualTo(x.get(1, 0, 2, 4));
        assertThat(y.transpose(1, 3)).isEqualTo(x);
    }

    @Test
    void index_and_index_add_are_each_others_transpose() {
        var table = matrix();
        var indices = Tensor.of(new int[] {1, 0, 1, 1}, 2, 2);
        assertThat(table.index(indices).shape()).isEqualTo(Shape.of(2, 2, 3));
        assertThat(table.index(indices).get(0, 0, 2)).isEqualTo(6);
        var counts = Tensor.zeros(2, 3).indexAdd(indices, Tensor.ones(2, 2, 3));
        assertThat(counts).isEqualTo(Tensor.of(new float[] {1, 1, 1, 3, 3, 3}, 2, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.index(Tensor.of(new int[] {2}, 1)))
                .withMessage("index: index 2 is outside of 0 to 1");
    }

    @Test
    void index_select_one_hot_and_cat() {
        assertThat(matrix().indexSelect(1, Tensor.of(new int[] {2, 0}, 2)))
                .isEqualTo(Tensor.of(new float[] {3, 1, 6, 4}, 2, 2));
        assertThat(Tensor.of(new int[] {2, 0}, 2).oneHot(3)).isEqualTo(Tensor.of(new float[] {0, 0, 1, 1, 0, 0}, 2, 3));
        assertThat(Tensor.cat(1, matrix(), Tensor.zeros(2, 1)))
                .isEqualTo(Tensor.of(new float[] {1, 2, 3, 0, 4, 5, 6, 0}, 2, 4));
        assertThat(Tensor.cat(0, matrix(), matrix()).shape()).isEqualTo(Shape.of(4, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.cat(0, matrix(), Tensor.zeros(2, 1)))
                .withMessage("cat: tensors may differ in dimension 0 only, a FLOAT32 (2, 3), b FLOAT32 (2, 1)");
    }

    @Test
    void narrow_copies_a_part() {
        assertThat(matrix().narrow(1, 1, 2)).isEqualTo(Tensor.of(new float[] {2, 3, 5, 6}, 2, 2));
        assertThat(matrix().narrow(0, 1, 1)).isEqualTo(Tensor.of(new float[] {4, 5, 6}, 1, 3));
        assertThat(matrix().narrow(0, 2, 0).shape()).isEqualTo(Shape.of(0, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> matrix().narrow(1, 2, 2))
                .withMessage("narrow: 2 from 2 on is not within dimension 1 of (2, 3)");
    }

    @Test
    void converts_and_copies() {
        var x = Tensor.of(new double[] {0.1, 2}, 2);
        assertThat(x.to(DType.FLOAT32).floats()).containsExactly(0.1f, 2f);
        assertThat(x.to(DType.FLOAT64)).isSameAs(x);
        assertThat(x.copy()).isEqualTo(x).isNotSameAs(x);
        assertThatIllegalArgumentException()
                .isThrownBy(x::floats)
                .withMessage("floats: wants FLOAT32, the tensor (2) is FLOAT64");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(new float[5], 2, 3))
                .withMessage("of: shape (2, 3) has 6 elements, the array 5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> matrix().get(2, 0))
                .withMessage("get: index [2, 0] is outside of shape (2, 3)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> matrix().item())
                .withMessage("item: wants one element, the tensor is (2, 3)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.arange(-1))
                .withMessage("shape: negative size in (-1)");
    }

    @Test
    void prints_small_tensors_whole_and_long_ones_in_part() {
        assertThat(matrix()).hasToString("FLOAT32 (2, 3) [[1.0000, 2.0000, 3.0000],\n [4.0000, 5.0000, 6.0000]]");
        assertThat(Tensor.arange(20)).hasToString("INT32 (20) [0, 1, 2, 3, ..., 16, 17, 18, 19]");
        assertThat(Tensor.scalar(1e-7)).hasToString("FLOAT32 () 1.0000e-07");
    }
}
