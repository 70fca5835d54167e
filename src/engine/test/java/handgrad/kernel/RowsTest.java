package handgrad.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("no-product")
class RowsTest {
    /** A far row makes the table too large to keep its sums, so the rows of x are sorted. */
    @ParameterizedTest
    @CsvSource({"1, 40", "10, 4000", "64, 1001"})
    void sumsReadInOrderHaveTheBitsOfSortedOnes(int columns, int count) {
        var random = new Random(count);
        int rows = 9;
        int far = (1 << 15) / columns + 1;
        float[] x = new float[(count + 1) * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(9)));
        }
        int[] indices = random.ints(count + 1, 0, rows).toArray();
        float[] inOrder = new float[rows * columns];
        Arrays.fill(inOrder, -0.7f);
        Rows.scatterAdd(inOrder, columns, indices, count, x);
        float[] sorted = new float[(far + 1) * columns];
        Arrays.fill(sorted, -0.7f);
        indices[count] = far;
        Rows.scatterAdd(sorted, columns, indices, count + 1, x);
        assertThat(Arrays.copyOf(sorted, rows * columns)).containsExactly(inOrder);

        double[] exact = new double[rows * columns];
        Arrays.fill(exact, -0.7f);
        for (int i = 0; i < count * columns; i++) {
            exact[indices[i / columns] * columns + i % columns] += x[i];
        }
        for (int i = 0; i < exact.length; i++) {
            assertThat(inOrder[i]).isEqualTo((float) exact[i]);
        }
    }
}
