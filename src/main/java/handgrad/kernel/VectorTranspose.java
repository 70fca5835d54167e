package handgrad.kernel;

import static handgrad.kernel.Species.FLOAT;
import static handgrad.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes a matrix in squares as wide as a vector: in each step, two vectors exchange the half of their elements that lies
 * on the other side of the diagonal. The last square of a row or column overlaps the one before.
 */
final class VectorTranspose {
    /** Exchanges the elements so many apart. */
    private static final VectorShuffle<Float> SWAP_1 = VectorShuffle.fromOp(FLOAT, lane -> lane ^ 1);

    private static final VectorShuffle<Float> SWAP_2 = VectorShuffle.fromOp(FLOAT, lane -> lane ^ 2);
    private static final VectorShuffle<Float> SWAP_4 = VectorShuffle.fromOp(FLOAT, lane -> (lane ^ 4) % LANES);
    private static final VectorShuffle<Float> SWAP_8 = VectorShuffle.fromOp(FLOAT, lane -> (lane ^ 8) % LANES);

    /** The second of each two groups of so many elements. */
    private static final VectorMask<Float> UPPER_1 = VectorMask.fromLong(FLOAT, 0xAAAA_AAAA_AAAA_AAAAL);

    private static final VectorMask<Float> UPPER_2 = VectorMask.fromLong(FLOAT, 0xCCCC_CCCC_CCCC_CCCCL);
    private static final VectorMask<Float> UPPER_4 = VectorMask.fromLong(FLOAT, 0xF0F0_F0F0_F0F0_F0F0L);
    private static final VectorMask<Float> UPPER_8 = VectorMask.fromLong(FLOAT, 0xFF00_FF00_FF00_FF00L);

    private VectorTranspose() {}

    /**
     * out[j, i] = x[i, j].
     *
     * @param rows of x, at least as many as a vector has lanes
     * @param columns of x, at least as many
     * @param xStride from a row of x to the next
     * @param outStride from a row of out to the next
     */
    static void transpose(
            int rows, int columns, float[] x, int xOffset, int xStride, float[] out, int outOffset, int outStride) {
        for (int next = 0; next < rows; next += LANES) {
            int i = Math.min(next, rows - LANES);
            transposeStrip(columns, x, xOffset + i * xStride, xStride, out, outOffset + i, outStride);
        }
    }

    /** Transposes as many rows as a vector has lanes, square by square in out itself. */
    private static void transposeStrip(
            int columns, float[] x, int xOffset, int xStride, float[] out, int outOffset, int outStride) {
        for (int next = 0; next < columns; next += LANES) {
            int column = Math.min(next, columns - LANES);
            int from = xOffset + column;
            int fromStride = xStride;
            float[] source = x;
            int to = outOffset + column * outStride;
            if (LANES == 16) {
                for (int r = 0; r < 4; r++) {
                    int in = from + r * xStride;
                    int at = to + r * outStride;
                    var r0 = FloatVector.fromArray(FLOAT, x, in);
                    var r1 = FloatVector.fromArray(FLOAT, x, in + 4 * xStride);
                    var r2 = FloatVector.fromArray(FLOAT, x, in + 8 * xStride);
                    var r3 = FloatVector.fromArray(FLOAT, x, in + 12 * xStride);
                    var s0 = r0.blend(r2.rearrange(SWAP_8), UPPER_8);
                    var s2 = r0.rearrange(SWAP_8).blend(r2, UPPER_8);
                    var s1 = r1.blend(r3.rearrange(SWAP_8), UPPER_8);
                    var s3 = r1.rearrange(SWAP_8).blend(r3, UPPER_8);
                    s0.blend(s1.rearrange(SWAP_4), UPPER_4).intoArray(out, at);
                    s0.rearrange(SWAP_4).blend(s1, UPPER_4).intoArray(out, at + 4 * outStride);
                    s2.blend(s3.rearrange(SWAP_4), UPPER_4).intoArray(out, at + 8 * outStride);
                    s2.rearrange(SWAP_4).blend(s3, UPPER_4).intoArray(out, at + 12 * outStride);
                }
            } else if (LANES == 8) {
                for (int r = 0; r < 4; r++) {
                    int in = from + r * xStride;
                    int at = to + r * outStride;
                    var r0 = FloatVector.fromArray(FLOAT, x, in);
                    var r1 = FloatVector.fromArray(FLOAT, x, in + 4 * xStride);
                    r0.blend(r1.rearrange(SWAP_4), UPPER_4).intoArray(out, at);
                    r0.rearrange(SWAP_4).blend(r1, UPPER_4).intoArray(out, at + 4 * outStride);
                }
            }
            if (LANES > 4) {
                source = out;
                from = to;
                fromStride = outStride;
            }
            for (int r = 0; r < LANES; r += 4) {
                int in = from + r * fromStride;
                int at = to + r * outStride;
                var r0 = FloatVector.fromArray(FLOAT, source, in);
                var r1 = FloatVector.fromArray(FLOAT, source, in + fromStride);
                var r2 = FloatVector.fromArray(FLOAT, source, in + 2 * fromStride);
                var r3 = FloatVector.fromArray(FLOAT, source, in + 3 * fromStride);
                var s0 = r0.blend(r2.rearrange(SWAP_2), UPPER_2);
                var s2 = r0.rearrange(SWAP_2).blend(r2, UPPER_2);
                var s1 = r1.blend(r3.rearrange(SWAP_2), UPPER_2);
                var s3 = r1.rearrange(SWAP_2).blend(r3, UPPER_2);
                s0.blend(s1.rearrange(SWAP_1), UPPER_1).intoArray(out, at);
                s0.rearrange(SWAP_1).blend(s1, UPPER_1).intoArray(out, at + outStride);
                s2.blend(s3.rearrange(SWAP_1), UPPER_1).intoArray(out, at + 2 * outStride);
                s2.rearrange(SWAP_1).blend(s3, UPPER_1).intoArray(out, at + 3 * outStride);
            }
        }
    }
}
