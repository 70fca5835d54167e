package handgrad.kernel;

import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Row sums on the Vector API. {@code reduceLanes(ADD)} may add in any order and may change it from call to call, so the
 * lanes are added by shuffles in the order that {@link Reduction} fixes. The shuffles are spelled out for each width:
 * in a large method C2 stops inlining all but the Vector API's own methods, and a vector passed to another is boxed.
 */
public final class VectorReduction {
    /** Moves lane l + 8 to lane l, and so on: the upper half of what is left onto the lower half. */
    private static final VectorShuffle<Float> FROM_8 =
            VectorShuffle.fromOp(Species.FLOAT, lane -> (lane + 8) % Species.LANES);

    private static final VectorShuffle<Float> FROM_4 =
            VectorShuffle.fromOp(Species.FLOAT, lane -> (lane + 4) % Species.LANES);
    private static final VectorShuffle<Float> FROM_2 =
            VectorShuffle.fromOp(Species.FLOAT, lane -> (lane + 2) % Species.LANES);
    private static final VectorShuffle<Float> FROM_1 =
            VectorShuffle.fromOp(Species.FLOAT, lane -> (lane + 1) % Species.LANES);

    private VectorReduction() {}

    /** The sum of a block. */
    static float sum(float[] x, int offset, int n) {
        int whole = n - n % Reduction.PARTIAL_SUMS;
        float sum = 0;
        if (whole > 0) {
            sum = switch (Species.LANES) {
                case 16 -> sumBy16(x, offset, offset + whole);
                case 8 -> sumBy8(x, offset, offset + whole);
                default -> sumBy4(x, offset, offset + whole);
            };
        }
        for (int i = whole; i < n; i++) {
            sum += x[offset + i];
        }
        return sum;
    }

    private static float sumBy16(float[] x, int from, int to) {
        var partial = FloatVector.zero(Species.FLOAT);
        for (int i = from; i < to; i += 16) {
            partial = partial.add(FloatVector.fromArray(Species.FLOAT, x, i));
        }
        var halves = partial.add(partial.rearrange(FROM_8));
        var quarters = halves.add(halves.rearrange(FROM_4));
        var pairs = quarters.add(quarters.rearrange(FROM_2));
        return pairs.add(pairs.rearrange(FROM_1)).lane(0);
    }

    private static float sumBy8(float[] x, int from, int to) {
        var low = FloatVector.zero(Species.FLOAT);
        var high = FloatVector.zero(Species.FLOAT);
        for (int i = from; i < to; i += 16) {
            low = low.add(FloatVector.fromArray(Species.FLOAT, x, i));
            high = high.add(FloatVector.fromArray(Species.FLOAT, x, i + 8));
        }
        var halves = low.add(high);
        var quarters = halves.add(halves.rearrange(FROM_4));
        var pairs = quarters.add(quarters.rearrange(FROM_2));
        return pairs.add(pairs.rearrange(FROM_1)).lane(0);
    }

    private static float sumBy4(float[] x, int from, int to) {
        var first = FloatVector.zero(Species.FLOAT);
        var second = FloatVector.zero(Species.FLOAT);
        var third = FloatVector.zero(Species.FLOAT);
        var fourth = FloatVector.zero(Species.FLOAT);
        for (int i = from; i < to; i += 16) {
            first = first.add(FloatVector.fromArray(Species.FLOAT, x, i));
            second = second.add(FloatVector.fromArray(Species.FLOAT, x, i + 4));
            third = third.add(FloatVector.fromArray(Species.FLOAT, x, i + 8));
            fourth = fourth.add(FloatVector.fromArray(Species.FLOAT, x, i + 12));
        }
        var quarters = first.add(third).add(second.add(fourth));
        var pairs = quarters.add(quarters.rearrange(FROM_2));
        return pairs.add(pairs.rearrange(FROM_1)).lane(0);
    }

    /** How many of the first n elements are seen to be finite: all that fill whole vectors, or none. */
    static int finite(float[] x, int n) {
        int whole = Species.FLOAT.loopBound(n);
        var zeros = FloatVector.zero(Species.FLOAT);
        for (int i = 0; i < whole; i += Species.LANES) {
            // 0 times a number is 0, and times infinity or NaN it is NaN.
            zeros = zeros.add(FloatVector.fromArray(Species.FLOAT, x, i).mul(0f));
        }
        return zeros.reduceLanes(VectorOperators.ADD) == 0 ? whole : 0;
    }

    /** out[outOffset + j - first] += Σ over rows of the columns j from {@code first} on, which fill a vector. */
    static void addRows(float[] x, int xOffset, int rows, int columns, int first, int end, float[] out, int outOffset) {
        int width = end - first;
        int whole = width - width % Species.LANES;
        float[] sums = Scratch.floats(width + Species.LANES);
        sumRows(x, xOffset, rows, columns, first, end, sums);
        // Of the vector that was moved back only the lanes that no other vector has.
        System.arraycopy(sums, whole + Species.LANES - (width - whole), sums, whole, width - whole);
        int done = VectorArithmetic.both(BinaryOperation.ADD, out, outOffset, sums, 0, out, outOffset, width);
        for (int j = done; j < width; j++) {
            out[outOffset + j] += sums[j];
        }
    }

    /**
     * Sums of the columns from {@code first} to before {@code end}, at least as many as a vector has lanes, kept vector
     * by vector, the last one moved back to end with the columns. Rows are read as they lie in memory, eight at a time,
     * and the sums stay in the first-level cache: a walk down the columns of 1024 x 1024 floats meets the same few sets
     * of the cache in every row.
     *
     * @param sums written; as many as there are columns, and a vector more
     */
    public static void sumRows(float[] x, int xOffset, int rows, int columns, int first, int end, float[] sums) {
        int width = end - first;
        int whole = width - width % Species.LANES;
        double[] totals = Reduction.beginSums(sums, width + Species.LANES, rows);
        for (int i = 0; i < rows; i += 8) {
            int row = xOffset + i * columns;
            int count = Math.min(8, rows - i);
            addUpTo8Rows(x, row + first, count, columns, whole, sums, 0);
            if (whole < width) {
                addUpTo8Rows(x, row + end - Species.LANES, count, columns, Species.LANES, sums, whole);
            }
            Reduction.endRows(sums, totals, width + Species.LANES, i + count, rows);
        }
    }

    /** The loop over whole vectors, whose bounds C2 checks before it and not in it. */
    private static void addUpTo8Rows(float[] x, int at, int rows, int columns, int width, float[] sums, int sumsAt) {
        if (rows == 8) {
            for (int j = 0; j < width; j += Species.LANES) {
                FloatVector.fromArray(Species.FLOAT, sums, sumsAt + j)
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + columns + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + 2 * columns + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + 3 * columns + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + 4 * columns + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + 5 * columns + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + 6 * columns + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + 7 * columns + j))
                        .intoArray(sums, sumsAt + j);
            }
            return;
        }
        for (int row = at; row < at + rows * columns; row += columns) {
            for (int j = 0; j < width; j += Species.LANES) {
                FloatVector.fromArray(Species.FLOAT, sums, sumsAt + j)
                        .add(FloatVector.fromArray(Species.FLOAT, x, row + j))
                        .intoArray(sums, sumsAt + j);
            }
        }
    }
}
