package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Softmax, its logarithm and the logarithm of its divisor: their bounds, and the numbers that are special. */
@Tag("no-product")
class SoftmaxTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private static Tensor row(DType dtype, double... numbers) {
        return Tensor.of(numbers, numbers.length).to(dtype);
    }

    private static double unit(DType dtype) {
        return dtype == DType.FLOAT32 ? 0x1p-24 : 0x1p-53;
    }

    /** Widths from one element to more than one block of a sum, wide and narrow spreads, far from 0 and near. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 16, 17, 100, 1000, 20_000})
    void errors_are_within_their_bounds(int n) {
        var random = TorchRandom.seeded(n);
        for (double scale : new double[] {0.01, 1, 20}) {
            for (double shift : new double[] {0, 1000, -1e6}) {
                var x = Tensor.randn(random, 3, n).mul(scale).add(shift);
                requireBounds(x, 1);
                requireBounds(x.t(), 0);
            }
        }
    }

    private static void requireBounds(Tensor x, int d) {
        int n = x.size(d);
        double u = unit(x.dtype());
        double logarithm = n == 1 ? 0 : Math.log(n) / Math.log(2);
        float[] softmax = x.softmax(d).transpose(d, 1).floats();
        float[] logSoftmax = x.logSoftmax(d).transpose(d, 1).floats();
        var logSumExp = x.logSumExp(d);
        float[] rows = x.transpose(d, 1).floats();
        for (int i = 0; i < 3; i++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int at = i * n; at < (i + 1) * n; at++) {
                largest = Math.max(largest, rows[at]);
            }
            double sum = 0;
            for (int at = i * n; at < (i + 1) * n; at++) {
                sum += Math.exp(rows[at] - largest);
            }
            double log = Math.log(sum);
            double bound = (9 * logarithm + 3) * u;
            assertThat(logSumExp.get(i)).isEqualTo(largest + log, within(bound + u * Math.abs(largest + log)));
            for (int at = i * n; at < (i + 1) * n; at++) {
                double difference = rows[at] - largest;
                double exact = Math.exp(difference) / sum;
                double relative = (-difference + 9 * logarithm + 7) * u;
                requireClose(softmax[at], exact, relative * exact + 1e-44);
                requireClose(logSoftmax[at], difference - log, bound + u * Math.abs(difference - log));
            }
        }
    }

    /** Of millions of numbers: what makes the message is done for a wrong one alone. */
    private static void requireClose(double actual, double exact, double bound) {
        if (!(Math.abs(actual - exact) <= bound)) {
            assertThat(actual).isEqualTo(exact, within(bound));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void numbers_of_any_size_overflow_nowhere(DType dtype) {
        var x = row(dtype, 3e38, -3e38, 3e38);
        assertThat(x.softmax(0)).isEqualTo(row(dtype, 0.5, 0, 0.5));
        assertThat(x.logSumExp(0).item()).isEqualTo(x.get(0));
        assertThat(x.logSoftmax(0).get(0)).isEqualTo(-Math.log(2), within(1e-7));
        assertThat(row(dtype, 0, -1000).logSoftmax(0)).isEqualTo(row(dtype, 0, -1000));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void infinities_and_nan_have_their_limits(DType dtype) {
        assertThat(row(dtype, 1, -INFINITY, 1).softmax(0)).isEqualTo(row(dtype, 0.5, 0, 0.5));
        assertThat(row(dtype, 0, -INFINITY).logSoftmax(0)).isEqualTo(row(dtype, 0, -INFINITY));
        assertThat(row(dtype, 1, INFINITY, 2).softmax(0)).isEqualTo(row(dtype, NAN, NAN, NAN));
        assertThat(row(dtype, -INFINITY, -INFINITY).softmax(0)).isEqualTo(row(dtype, NAN, NAN));
        assertThat(row(dtype, 1, NAN, 2).logSoftmax(0)).isEqualTo(row(dtype, NAN, NAN, NAN));
        assertThat(row(dtype, 1, INFINITY).logSumExp(0).item()).isEqualTo(INFINITY);
        assertThat(row(dtype, -INFINITY, -INFINITY).logSumExp(0).item()).isEqualTo(-INFINITY);
        assertThat(row(dtype, -INFINITY, 2).logSumExp(0).item()).isEqualTo(2);
        assertThat(row(dtype, INFINITY, NAN).logSumExp(0).item()).isNaN();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void no_elements_have_no_softmax_and_a_sum_of_0(DType dtype) {
        var none = Tensor.zeros(dtype, Shape.of(2, 0));
        assertThat(none.softmax(1)).isEqualTo(none);
        assertThat(none.logSoftmax(1)).isEqualTo(none);
        assertThat(none.logSumExp(1)).isEqualTo(row(dtype, -INFINITY, -INFINITY));
        assertThat(none.logSumExp(0)).isEqualTo(Tensor.zeros(dtype, Shape.of(0)));
    }

    /** Rows are shared by threads, and each has the same bits alone. */
    @Test
    void a_row_does_not_depend_on_the_rows_beside_it() {
        var x = Tensor.randn(TorchRandom.seeded(5), 3000, 37);
        for (int i : new int[] {0, 1500, 2999}) {
            assertThat(x.softmax(1).narrow(0, i, 1)).isEqualTo(x.narrow(0, i, 1).softmax(1));
            assertThat(x.logSoftmax(1).narrow(0, i, 1))
                    .isEqualTo(x.narrow(0, i, 1).logSoftmax(1));
            assertThat(x.logSumExp(1).narrow(0, i, 1))
                    .isEqualTo(x.narrow(0, i, 1).logSumExp(1));
        }
    }
}
