package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sums, means and variances have the errors that {@link Tensor} states, over each dimension, of hard numbers. */
@Tag("no-product")
class ReductionBoundTest {
    private static final int SEEDS = 50;

    /** Numbers that sums go wrong with, by their position. */
    private interface Numbers {
        double at(int i, double normal);
    }

    private static final List<Numbers> HARD = List.of(
            (_, normal) -> normal,
            (_, normal) -> 1e4 + normal,
            (_, normal) -> -1e6 + normal,
            (_, normal) -> 1e6 + normal / 16,
            (i, _) -> i % 2 == 0 ? 1e3 : -1e3,
            (i, normal) -> (i % 2 == 0 ? 1e6 : -1e6) + normal,
            (_, _) -> 0.1f,
            (i, normal) -> i == 0 ? 1e6 : normal,
            (i, normal) -> i < 100 ? 1e5 + normal : normal,
            (i, _) -> i,
            (_, normal) -> Math.scalb(normal, (int) (8 * normal)),
            (_, normal) -> 1e-30 * normal,
            (_, normal) -> 1e30 * normal);

    private static final int[][] SHAPES = {
        {2}, {31}, {511}, {513}, {70_001}, {40, 100}, {1000, 7}, {3, 700, 5}, {5, 40, 34}
    };

    private static double unit(DType dtype) {
        return dtype == DType.FLOAT32 ? 0x1p-24 : 0x1p-53;
    }

    private static Tensor tensor(DType dtype, Numbers numbers, TorchRandom random, int[] shape) {
        var normals = Tensor.randn(random, shape);
        var x = Tensor.zeros(dtype, Shape.of(shape));
        for (int i = 0; i < x.shape().elements(); i++) {
            x.setFlat(i, numbers.at(i, normals.getFlat(i)));
        }
        return x;
    }

    @Test
    void sums_means_and_variances_over_each_dimension() {
        checkAll(TorchRandom.seeded(0), 3);
    }

    @Test
    @Tag("long")
    void sums_means_and_variances_of_many_seeds() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            checkAll(TorchRandom.seeded(seed), 1);
        }
    }

    /** Checks every so many columns of each shape. */
    private static void checkAll(TorchRandom random, int step) {
        for (var numbers : HARD) {
            for (int[] shape : SHAPES) {
                for (var dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
                    var x = tensor(dtype, numbers, random, shape);
                    for (int d = 0; d < shape.length; d++) {
                        check(x, d, step, "numbers " + HARD.indexOf(numbers) + ", " + dtype + " " + x.shape());
                    }
                }
            }
        }
    }

    private static void check(Tensor x, int d, int step, String name) {
        int n = x.size(d);
        int inner = x.shape().inner(d);
        var sum = x.sum(d);
        var mean = x.mean(d);
        var variance = x.var(d, Variance.UNBIASED, false);
        var deviation = x.std(d, Variance.BIASED, false);
        double unit = unit(x.dtype()) * Math.log(n) / Math.log(2);
        for (int k = 0; k < sum.shape().elements(); k += step) {
            int start = k / inner * n * inner + k % inner;
            double[] numbers = new double[n];
            Arrays.setAll(numbers, i -> x.getFlat(start + i * inner));
            IntToDoubleFunction element = i -> numbers[i];
            double exact = ExactSum.of(n, element);
            double magnitude = ExactSum.of(n, i -> Math.abs(numbers[i]));
            double squares = ExactSum.squares(n, element);
            int column = k;
            Supplier<String> at = () -> name + " over " + d + ", " + column;
            requireClose(() -> at.get() + ", sum", sum.getFlat(k), exact, 8 * unit * magnitude);
            requireClose(() -> at.get() + ", mean", mean.getFlat(k), exact / n, 8 * unit * magnitude / n);
            requireClose(
                    () -> at.get() + ", std",
                    deviation.getFlat(k),
                    Math.sqrt(squares / n),
                    9 * unit * Math.sqrt(squares / n));
            double bound = 16 * unit * squares / (n - 1);
            if (x.dtype() == DType.FLOAT32) {
                // The variance of very large or very small numbers is no float.
                float rounded = (float) (squares / (n - 1));
                if (Float.isInfinite(rounded) || rounded < Float.MIN_NORMAL) {
                    assertThat(variance.getFlat(k)).as(at).isEqualTo(rounded);
                    continue;
                }
            }
            requireClose(() -> at.get() + ", var", variance.getFlat(k), squares / (n - 1), bound);
        }
    }

    private static void requireClose(Supplier<String> name, double actual, double expected, double bound) {
        if (!(Math.abs(actual - expected) <= bound)) {
            assertThat(actual).as(name.get() + ", bound " + bound).isEqualTo(expected);
        }
    }

    @Test
    void equal_numbers_have_no_variance() {
        for (double number : new double[] {0, 10.1, -0.1, 1e6 + 0.3, 1.0 / 3, 1e-40, 3e38}) {
            for (int n : new int[] {2, 3, 32, 33, 100, 513, 4096, 20_000}) {
                for (var dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
                    for (int[] shape : new int[][] {{n}, {n, 3}, {n, 33}, {2, n}}) {
                        var x = Tensor.zeros(dtype, Shape.of(shape)).fill(number);
                        int d = shape.length == 2 && shape[0] == 2 && n > 3 ? 1 : 0;
                        assertThat(x.var(d, Variance.UNBIASED, true).abs().sum().item())
                                .isZero();
                        assertThat(x.std(d, Variance.BIASED, true).abs().sum().item())
                                .isZero();
                    }
                }
            }
        }
    }

    @Test
    void what_is_finite_does_not_overflow_on_the_way() {
        for (int n : new int[] {2, 16, 40, 600, 5000}) {
            var huge = Tensor.full(3e38, n);
            assertThat(huge.mean().item()).isEqualTo(3e38f);
            assertThat(Tensor.full(3e38, n, 20).mean(0).get(17)).isEqualTo(3e38f);
            for (int i = 0; i < n; i += 2) {
                huge.setFlat(i, -3e38);
            }
            assertThat(huge.sum().item()).isZero();
            assertThat(huge.std(0, Variance.BIASED, false).item()).isCloseTo(3e38, within(1e32));
            assertThat(huge.mul(1e-38).mul(1e-30).std(0, Variance.BIASED, false).item())
                    .isCloseTo(3e-30, within(1e-36));
        }
    }

    @Test
    void nan_and_infinity_propagate() {
        for (int n : new int[] {5, 40, 700}) {
            for (int columns : new int[] {1, 20}) {
                var x = Tensor.randn(TorchRandom.seeded(1), n, columns);
                x.set(Double.POSITIVE_INFINITY, n / 2, 0);
                assertThat(x.sum(0).get(0)).isInfinite();
                assertThat(x.mean(0).get(0)).isInfinite();
                assertThat(x.var(0, Variance.UNBIASED, false).get(0)).isNaN();
                x.set(Double.NaN, n - 1, 0);
                assertThat(x.sum(0).get(0)).isNaN();
                assertThat(x.mean(0).get(0)).isNaN();
                assertThat(x.std(0, Variance.UNBIASED, false).get(0)).isNaN();
                assertThat(x.narrow(1, columns - 1, 1).sum().item()).isNotEqualTo(columns == 1 ? 0 : Double.NaN);
            }
        }
    }

    @Test
    void no_numbers_or_one() {
        assertThat(Tensor.zeros(0).sum().item()).isZero();
        assertThat(Tensor.zeros(0).mean().item()).isNaN();
        assertThat(Tensor.zeros(0).var().item()).isNaN();
        assertThat(Tensor.zeros(0, 3).var(0, Variance.BIASED, false).get(2)).isNaN();
        assertThat(Tensor.ones(1).var().item()).isNaN();
        assertThat(Tensor.ones(1, 3).std(0, Variance.UNBIASED, false).get(2)).isNaN();
        assertThat(Tensor.ones(1).var(0, Variance.BIASED, false).item()).isZero();
        assertThat(Tensor.zeros(3, 0).var(0, Variance.BIASED, false).shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void a_row_of_a_table_that_is_named_often_gets_all_its_gradients() {
        int count = 50_000;
        int[] indices = new int[count];
        for (int i = 0; i < count; i++) {
            indices[i] = i % 11 == 0 ? 4 : i % 7 == 0 ? 0 : 9;
        }
        for (var dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            var x = tensor(dtype, (_, normal) -> 0.1f + 1e-3 * normal, TorchRandom.seeded(2), new int[] {count, 3});
            var table = Tensor.zeros(dtype, Shape.of(12, 3)).fill(0.5).indexAdd(Tensor.of(indices, count), x);
            for (int row = 0; row < 12; row++) {
                int named = row;
                double exact = ExactSum.of(count, i -> indices[i] == named ? x.get(i, 2) : 0);
                requireClose(
                        () -> "row " + named, table.get(row, 2), 0.5 + exact, 8 * 15 * unit(dtype) * (exact + 0.5));
            }
        }
    }
}
