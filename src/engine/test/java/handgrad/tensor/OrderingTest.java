package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import java.math.BigDecimal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums so far, orders and picked elements, at the numbers that are special. */
@Tag("no-product")
class OrderingTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private static Tensor row(DType dtype, double... numbers) {
        return Tensor.of(numbers, numbers.length).to(dtype);
    }

    private static Tensor indices(int... indices) {
        return Tensor.of(indices, indices.length);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void equal_elements_keep_their_order_and_nan_is_the_largest(DType dtype) {
        var x = row(dtype, 2, NAN, -0.0, 1, 0, INFINITY, 2, -INFINITY, NAN, -3);
        var up = x.sort(0);
        assertThat(up.indices()).isEqualTo(indices(7, 9, 2, 4, 3, 0, 6, 5, 1, 8));
        assertThat(up.values()).isEqualTo(row(dtype, -INFINITY, -3, -0.0, 0, 1, 2, 2, INFINITY, NAN, NAN));
        var down = x.sort(0, SortOrder.DESCENDING);
        assertThat(down.indices()).isEqualTo(indices(1, 8, 5, 0, 6, 3, 2, 4, 9, 7));
        assertThat(x.topK(4, 0).indices()).isEqualTo(indices(1, 8, 5, 0));
        assertThat(x.topK(4, 0).values()).isEqualTo(row(dtype, NAN, NAN, INFINITY, 2));
        assertThat(x.topK(0, 0).indices()).isEqualTo(indices());
    }

    /** Threads share rows, and each has the same order alone. */
    @Test
    void long_rows_are_in_order() {
        var x = Tensor.randn(TorchRandom.seeded(3), 40, 3001);
        var sorted = x.sort(1);
        for (int i = 0; i < 40; i++) {
            assertThat(sorted.values().narrow(0, i, 1).floats()).isSorted();
        }
        assertThat(x.gather(1, sorted.indices())).isEqualTo(sorted.values());
        assertThat(x.sort(1, SortOrder.DESCENDING).values().narrow(1, 0, 1).reshape(40))
                .isEqualTo(x.max(1, false));
        assertThat(x.t().sort(0).values()).isEqualTo(sorted.values().t());
        assertThat(x.topK(7, 1).values())
                .isEqualTo(x.sort(1, SortOrder.DESCENDING).values().narrow(1, 0, 7));
        assertThat(x.to(DType.FLOAT64).sort(1).indices()).isEqualTo(sorted.indices());
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void sums_so_far_are_within_their_bound(DType dtype) {
        var random = TorchRandom.seeded(4);
        double u = dtype == DType.FLOAT32 ? 0x1p-24 : 0x1p-53;
        for (double mean : new double[] {0, 1000}) {
            var x = Tensor.randn(random, 2, 5000, 2).add(mean).to(dtype);
            var sums = x.cumsum(1);
            var exact = BigDecimal.ZERO;
            double magnitude = 0;
            for (int i = 0; i < 5000; i++) {
                exact = exact.add(new BigDecimal(x.get(1, i, 1)));
                magnitude += Math.abs(x.get(1, i, 1));
                double bound = 2 * u * Math.abs(exact.doubleValue()) + (i + 1.0) * (i + 1.0) * 0x1p-106 * magnitude;
                double error =
                        exact.subtract(new BigDecimal(sums.get(1, i, 1))).abs().doubleValue();
                assertThat(error).isLessThanOrEqualTo(bound);
            }
        }
    }

    @Test
    void sums_so_far_cancel_without_loss() {
        assertThat(row(DType.FLOAT64, 1, 1e100, 1, -1e100).cumsum(0)).isEqualTo(row(DType.FLOAT64, 1, 1e100, 1e100, 2));
        assertThat(row(DType.FLOAT32, 3e38, 3e38, -3e38).cumsum(0))
                .isEqualTo(Tensor.of(new float[] {3e38f, Float.POSITIVE_INFINITY, 3e38f}, 3));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void infinite_sums_stay_infinite_until_they_cancel(DType dtype) {
        assertThat(row(dtype, 1, INFINITY, 5, -INFINITY, 1).cumsum(0))
                .isEqualTo(row(dtype, 1, INFINITY, INFINITY, NAN, NAN));
        assertThat(row(dtype, 1, NAN, 2).cumsum(0)).isEqualTo(row(dtype, 1, NAN, NAN));
        assertThat(Tensor.zeros(dtype, Shape.of(3, 0)).cumsum(1)).isEqualTo(Tensor.zeros(dtype, Shape.of(3, 0)));
    }

    @Test
    void integers_are_gathered_too() {
        assertThat(Tensor.arange(6).reshape(2, 3).gather(1, Tensor.of(new int[] {2, 0}, 2, 1)))
                .isEqualTo(Tensor.of(new int[] {2, 3}, 2, 1));
    }

    @Test
    void an_element_that_is_named_often_is_rounded_once() {
        int n = 10_000;
        var x = Tensor.full(0.1f, n);
        var sums = Tensor.zeros(2).scatterAdd(0, Tensor.zeros(DType.INT32, Shape.of(n)), x);
        assertThat(sums.get(0)).isEqualTo((float) (n * (double) 0.1f), within(0.0));
        assertThat(sums.get(1)).isZero();
    }

    @Test
    void a_tensor_is_not_scattered_into_itself() {
        var x = Tensor.zeros(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> x.scatterAdd(0, indices(0, 1, 2), x))
                .withMessage("scatterAdd: this tensor must not share the elements of x");
    }
}
