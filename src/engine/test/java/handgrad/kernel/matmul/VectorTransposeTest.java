package handgrad.kernel.matmul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.kernel.runtime.Species;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VectorTransposeTest {
    private static final float PADDING = -77f;

    @Test
    void transposesAnyShapeAndWritesNothingBesideIt() {
        assumeTrue(VectorSupport.ENABLED, "the Vector API is off");
        for (int rows = 1; rows <= 2 * Species.LANES + 1; rows++) {
            for (int columns = 1; columns <= 2 * Species.LANES + 1; columns++) {
                int xStride = columns + 3;
                int outStride = rows + 2;
                float[] x = new float[5 + (rows - 1) * xStride + columns];
                var random = new SplittableRandom(rows * 100L + columns);
                for (int i = 0; i < x.length; i++) {
                    x[i] = random.nextFloat();
                }
                float[] expected = new float[7 + (columns - 1) * outStride + rows];
                Arrays.fill(expected, PADDING);
                float[] out = expected.clone();
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < columns; j++) {
                        expected[7 + j * outStride + i] = x[5 + i * xStride + j];
                    }
                }
                VectorTranspose.transpose(rows, columns, x, 5, xStride, out, 7, outStride);
                assertThat(out).as("%d x %d", rows, columns).containsExactly(expected);
            }
        }
    }
}
