package handgrad.random;

import java.util.Collections;
import java.util.List;

/**
 * Draws numbers as CPython's module {@code random} does: the same seed and the same calls give the same numbers.
 *
 * <p>The rules are those of CPython's {@code Modules/_randommodule.c} and {@code Lib/random.py}, checked against values
 * of version 3.11. A generator is not safe for use by several threads.
 */
public final class PythonRandom {
    private final MersenneTwister twister;

    private PythonRandom(MersenneTwister twister) {
        this.twister = twister;
    }

    /** A generator as after {@code random.seed(seed)}, which takes the seed without its sign. */
    public static PythonRandom seeded(long seed) {
        long magnitude = Math.abs(seed); // of Long.MIN_VALUE it is 2^63 as an unsigned number, which is right here
        int low = (int) magnitude;
        int high = (int) (magnitude >>> 32);
        return new PythonRandom(
                high == 0 ? MersenneTwister.seededByArray(low) : MersenneTwister.seededByArray(low, high));
    }

    /** A uniform number from [0, 1) with 53 random bits, as {@code random.random()}. */
    public double random() {
        int high = twister.nextInt() >>> 5;
        int low = twister.nextInt() >>> 6;
        return ((long) high << 26 | low) * 0x1p-53;
    }

    /**
     * An integer from [0, n), each equally likely, as {@code random.randrange(n)}.
     *
     * @throws IllegalArgumentException if {@code n} is not positive
     */
    public int randrange(int n) {
        if (n <= 0) {
            throw new IllegalArgumentException("randrange: n " + n + " must be positive");
        }
        int unusedBits = Integer.numberOfLeadingZeros(n);
        int drawn;
        do {
            drawn = twister.nextInt() >>> unusedBits;
        } while (drawn >= n);
        return drawn;
    }

    /** Puts the elements in random order, in place, as {@code random.shuffle(list)}. */
    public void shuffle(List<?> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            Collections.swap(list, i, randrange(i + 1));
        }
    }
}
