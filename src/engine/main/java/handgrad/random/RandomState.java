package handgrad.random;

import java.util.Arrays;

/**
 * The state of a {@link TorchRandom}, a value: the words of its Mersenne Twister, how many of them have been drawn, and
 * the second normal number of a pair. As integers it can be saved, {@link #toArray}, and made again, {@link #of}.
 */
public final class RandomState {
    /** 624 words and their position, then whether there is a second normal number, and its 64 bits, high half first. */
    private static final int LENGTH = MersenneTwister.SIZE + 4;

    private static final int POSITION = MersenneTwister.SIZE;
    private static final int HAS_NORMAL = POSITION + 1;
    private static final int NORMAL = POSITION + 2;

    private final int[] integers;

    private RandomState(int[] integers) {
        this.integers = integers;
    }

    RandomState(MersenneTwister twister, boolean hasSecondNormal, double secondNormal) {
        integers = new int[LENGTH];
        twister.writeTo(integers);
        if (hasSecondNormal) {
            long bits = Double.doubleToRawLongBits(secondNormal);
            integers[HAS_NORMAL] = 1;
            integers[NORMAL] = (int) (bits >>> 32);
            integers[NORMAL + 1] = (int) bits;
        }
    }

    /**
     * The state of these integers.
     *
     * @param integers as {@link #toArray} gave them
     * @throws IllegalArgumentException if they are not a state: 628 numbers, of which the words are not all 0, the
     *     position is from 0 to 624 and the sign of a second normal number is 0 or 1
     */
    public static RandomState of(int... integers) {
        if (integers.length != LENGTH) {
            throw new IllegalArgumentException(
                    "RandomState: wants " + LENGTH + " integers, there are " + integers.length);
        }
        int position = integers[POSITION];
        if (position < 0 || position > MersenneTwister.SIZE) {
            throw new IllegalArgumentException(
                    "RandomState: the position must be from 0 to " + MersenneTwister.SIZE + ", it is " + position);
        }
        int hasNormal = integers[HAS_NORMAL];
        if (hasNormal != 0 && hasNormal != 1) {
            throw new IllegalArgumentException(
                    "RandomState: integer " + HAS_NORMAL + " must be 0 or 1, it is " + hasNormal);
        }
        if (Arrays.stream(integers, 0, MersenneTwister.SIZE).allMatch(word -> word == 0)) {
            throw new IllegalArgumentException("RandomState: the words are all 0; such a generator draws nothing else");
        }
        return new RandomState(integers.clone());
    }

    /** The state as 628 integers, a copy. */
    public int[] toArray() {
        return integers.clone();
    }

    void writeTo(MersenneTwister twister) {
        twister.readFrom(integers);
    }

    boolean hasSecondNormal() {
        return integers[HAS_NORMAL] == 1;
    }

    double secondNormal() {
        return Double.longBitsToDouble((long) integers[NORMAL] << 32 | Integer.toUnsignedLong(integers[NORMAL + 1]));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RandomState state && Arrays.equals(integers, state.integers);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(integers);
    }
}
