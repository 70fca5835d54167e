package handgrad.kernel;

import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;
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

    /**
     * out[outOffset + j] += Σ over rows of x[xOffset + i·columns + j] for j from {@code first} to before {@code end},
     * which fill at least one vector.
     */
    static void addRows(float[] x, int xOffset, int rows, int columns, int first, int end, float[] out, int outOffset) {
        int width = end - first;
        float[] sums = Scratch.floats(width + Species.LANES);
        int last = width - Species.LANES;
        int whole = width - width % Species.LANES;
        System.arraycopy(out, outOffset + first, sums, 0, whole);
        System.arraycopy(out, outOffset + first + last, sums, whole, Species.LANES);
        addRows(x, xOffset, rows, columns, first, end, sums);
        System.arraycopy(sums, 0, out, outOffset + first, whole);
        // The vector that was moved back has new sums only in the lanes that no other vector has.
        System.arraycopy(sums, 2 * whole - last, out, outOffset + first + whole, width - whole);
    }

    /**
     * Adds rows to sums that are kept vector by vector, the last one moved back to end with the columns. Rows are read
     * as they lie in memory, four at a time, and the sums stay in the first-level cache: a walk down the columns of
     * 1024 x 1024 floats meets the same few sets of the cache in every row.
     */
    public static void addRows(float[] x, int xOffset, int rows, int columns, int first, int end, float[] sums) {
        int width = end - first;
        int whole = width - width % Species.LANES;
        int last = end - Species.LANES;
        for (int i = 0; i < rows; i += 4) {
            int row = xOffset + i * columns;
            int count = Math.min(4, rows - i);
            addUpTo4Rows(x, row + first, count, columns, whole, sums, 0);
            if (whole < width) {
                addUpTo4Rows(x, row + last, count, columns, Species.LANES, sums, whole);
            }
        }
    }

    /** The loop over whole vectors, whose bounds C2 checks before it and not in it. */
    private static void addUpTo4Rows(float[] x, int at, int rows, int columns, int width, float[] sums, int sumsAt) {
        if (rows == 4) {
            for (int j = 0; j < width; j += Species.LANES) {
                FloatVector.fromArray(Species.FLOAT, sums, sumsAt + j)
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + columns + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + 2 * columns + j))
                        .add(FloatVector.fromArray(Species.FLOAT, x, at + 3 * columns + j))
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
