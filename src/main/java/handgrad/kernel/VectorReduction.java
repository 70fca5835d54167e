package handgrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Row sums on the Vector API. {@code reduceLanes(ADD)} may add in any order and may change it from call to call, so the
 * lanes are added by shuffles in the order that {@link Reduction} fixes. The shuffles are spelled out for each width: in a
 * large method C2 stops inlining all but the Vector API's own methods, and a vector passed to another is boxed.
 */
final class VectorReduction {
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

    /** Adds the rows of as many columns as fill whole vectors, and returns how many those are. */
    static int addRows(float[] x, int xOffset, int rows, int columns, float[] out, int outOffset) {
        int j = 0;
        for (; j <= columns - Species.LANES; j += Species.LANES) {
            var sum = FloatVector.fromArray(Species.FLOAT, out, outOffset + j);
            for (int i = 0; i < rows; i++) {
                sum = sum.add(FloatVector.fromArray(Species.FLOAT, x, xOffset + i * columns + j));
            }
            sum.intoArray(out, outOffset + j);
        }
        return j;
    }
}
