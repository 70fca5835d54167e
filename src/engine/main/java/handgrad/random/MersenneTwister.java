package handgrad.random;

/**
 * The Mersenne Twister MT19937: the source of 32-bit words under PyTorch's and CPython's generators.
 *
 * <p>The state is 624 words. A word of the next state mixes three of the present one, so all 624 are made at once and
 * then tempered at once; drawing a word is one array read. The constants, the recurrence and both ways of seeding are
 * those of M. Matsumoto, T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random
 * number generator", 1998, in the revision of 2002 (mt19937ar).
 */
final class MersenneTwister {
    static final int SIZE = 624;

    private static final int MIDDLE = 397;

    private final int[] state = new int[SIZE];
    private final int[] words = new int[SIZE];
    private int next = SIZE;

    private MersenneTwister(int seed) {
        seed(seed);
    }

    /** Goes on as one that was seeded from this integer. */
    void seed(int seed) {
        state[0] = seed;
        for (int i = 1; i < SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
        next = SIZE;
    }

    /** Seeds from one integer, as PyTorch does. */
    static MersenneTwister seeded(int seed) {
        return new MersenneTwister(seed);
    }

    /** Seeds from an array of at least one word, as CPython does. */
    static MersenneTwister seededByArray(int... key) {
        var twister = new MersenneTwister(19650218);
        twister.mixIn(key);
        return twister;
    }

    private void mixIn(int[] key) {
        int i = 1;
        for (int k = 0; k < Math.max(SIZE, key.length); k++) {
            int j = k % key.length;
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1664525)) + key[j] + j;
            i = following(i);
        }
        for (int k = 0; k < SIZE - 1; k++) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1566083941)) - i;
            i = following(i);
        }
        state[0] = 0x80000000;
    }

    /** The index after i among 1 to 623; index 0 takes the last word on the way round. */
    private int following(int i) {
        if (i + 1 < SIZE) {
            return i + 1;
        }
        state[0] = state[SIZE - 1];
        return 1;
    }

    /** Writes the state and, behind it, how many of its words have been drawn. */
    void writeTo(int[] out) {
        System.arraycopy(state, 0, out, 0, SIZE);
        out[SIZE] = next;
    }

    /** Goes on as another one. */
    void set(MersenneTwister other) {
        System.arraycopy(other.state, 0, state, 0, SIZE);
        System.arraycopy(other.words, 0, words, 0, SIZE);
        next = other.next;
    }

    /** Takes what {@link #writeTo} wrote. */
    void readFrom(int[] saved) {
        System.arraycopy(saved, 0, state, 0, SIZE);
        next = saved[SIZE];
        temperAll();
    }

    /** The next word, all 32 bits of it random. */
    int nextInt() {
        if (next == SIZE) {
            refill();
        }
        return words[next++];
    }

    private void refill() {
        for (int i = 0; i < SIZE - MIDDLE; i++) {
            state[i] = twist(state[i], state[i + 1], state[i + MIDDLE]);
        }
        for (int i = SIZE - MIDDLE; i < SIZE - 1; i++) {
            state[i] = twist(state[i], state[i + 1], state[i + MIDDLE - SIZE]);
        }
        state[SIZE - 1] = twist(state[SIZE - 1], state[0], state[MIDDLE - 1]);
        temperAll();
        next = 0;
    }

    private void temperAll() {
        for (int i = 0; i < SIZE; i++) {
            words[i] = temper(state[i]);
        }
    }

    private static int twist(int word, int following, int middle) {
        int mixed = (word & 0x80000000) | (following & 0x7fffffff);
        return middle ^ (mixed >>> 1) ^ (-(mixed & 1) & 0x9908b0df);
    }

    private static int temper(int word) {
        word ^= word >>> 11;
        word ^= (word << 7) & 0x9d2c5680;
        word ^= (word << 15) & 0xefc60000;
        return word ^ (word >>> 18);
    }
}
