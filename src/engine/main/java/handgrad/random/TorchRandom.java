package handgrad.random;

import java.util.Arrays;

/**
 * Draws numbers as {@code torch.Generator} draws them on the CPU: the same seed and the same calls give the same
 * numbers.
 *
 * <p>Integers, permutations and uniform numbers are those of PyTorch bit for bit. Normal numbers are those of its
 * scalar code to 2 ulp, most of them exactly, because logarithm, sine and cosine are the C library's there and {@link
 * Math}'s here. Its AVX2 code approximates these functions: 8 million numbers of it differed from its scalar code by
 * 2.4e-6 at most.
 *
 * <p>How PyTorch spends the words of its Mersenne Twister (read in ATen's {@code DistributionsHelper.h},
 * {@code DistributionTemplates.h} and {@code native/Distributions.cpp}, checked against values of version 1.13):
 *
 * <ul>
 *   <li>a float32 uniform takes the low 24 bits of one word, a float64 uniform the low 53 bits of two, high word first;
 *   <li>fewer than 16 normal numbers are made one pair at a time in float64, and the second of a pair is kept for the
 *       next such call;
 *   <li>16 and more are made from blocks of 16 uniforms, and a last block that is not full overlaps its neighbour;
 *   <li>a draw from Bernoulli's distribution compares one float64 uniform, of a float32 tensor too;
 *   <li>an integer below n is one word modulo n, so the first integers are likelier than the last, by a factor of up to
 *       1 + n/2³²; {@link #randperm} swaps with such integers.
 * </ul>
 *
 * <p>A generator is not safe for use by several threads. It allocates for {@link #randperm} and for draws without
 * replacement, and for those with replacement a buffer when there are more categories than ever before; all else
 * allocates nothing.
 */
public final class TorchRandom {
    private static final int BLOCK = BoxMuller.BLOCK;

    /** The least share of the sum with which PyTorch's float32 sums of probabilities are good enough. */
    private static final double LEAST_SHARE = 0x1p-16;

    private static final double LARGEST_FLOAT_SUM = 0x1p127;

    private final MersenneTwister twister;
    private boolean hasSecondNormal;
    private double secondNormal;
    private double[] cumulative = {};
    private long[] keys = {};

    private TorchRandom(int seed) {
        twister = MersenneTwister.seeded(seed);
    }

    /** A generator as after {@code manual_seed(seed)}, which uses the low 32 bits of the seed alone. */
    public static TorchRandom seeded(long seed) {
        return new TorchRandom((int) seed);
    }

    /** A generator in the state of this one: both draw the same numbers from here on. */
    public TorchRandom copy() {
        var copy = new TorchRandom(0);
        copy.set(this);
        return copy;
    }

    /** Goes on from the state of another generator; allocates nothing. */
    public void set(TorchRandom other) {
        twister.set(other.twister);
        hasSecondNormal = other.hasSecondNormal;
        secondNormal = other.secondNormal;
    }

    /** Goes on as after {@code manual_seed(seed)}, which uses the low 32 bits of the seed alone; allocates nothing. */
    public void seed(long seed) {
        twister.seed((int) seed);
        hasSecondNormal = false;
        secondNormal = 0;
    }

    /** The state, which does not follow the generator: what was drawn since is drawn again after {@link #setState}. */
    public RandomState state() {
        return new RandomState(twister, hasSecondNormal, secondNormal);
    }

    /** Goes on from a state, of this generator or of another one. */
    public void setState(RandomState state) {
        state.writeTo(twister);
        hasSecondNormal = state.hasSecondNormal();
        secondNormal = state.secondNormal();
    }

    /** Fills with uniform numbers from [0, 1), as {@code torch.rand(out.length)}. */
    public void rand(float[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = uniformFloat();
        }
    }

    /** Fills with uniform numbers from [0, 1), as {@code torch.rand(out.length, dtype=torch.float64)}. */
    public void rand(double[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = uniformDouble();
        }
    }

    /** Fills with numbers of the standard normal distribution, as {@code torch.randn(out.length)}. */
    public void randn(float[] out) {
        if (out.length < BLOCK) {
            for (int i = 0; i < out.length; i++) {
                out[i] = (float) normal();
            }
            return;
        }
        rand(out);
        for (int start = 0; start <= out.length - BLOCK; start += BLOCK) {
            BoxMuller.apply(out, start);
        }
        if (out.length % BLOCK != 0) {
            int start = out.length - BLOCK;
            for (int i = start; i < out.length; i++) {
                out[i] = uniformFloat();
            }
            BoxMuller.apply(out, start);
        }
    }

    /**
     * Fills with numbers of the standard normal distribution, as {@code torch.randn(out.length, dtype=torch.float64)}.
     */
    public void randn(double[] out) {
        if (out.length < BLOCK) {
            for (int i = 0; i < out.length; i++) {
                out[i] = normal();
            }
            return;
        }
        rand(out);
        for (int start = 0; start <= out.length - BLOCK; start += BLOCK) {
            BoxMuller.apply(out, start);
        }
        if (out.length % BLOCK != 0) {
            int start = out.length - BLOCK;
            for (int i = start; i < out.length; i++) {
                out[i] = uniformDouble();
            }
            BoxMuller.apply(out, start);
        }
    }

    /**
     * Fills with ones, each with probability p, and zeros, as {@code torch.empty(out.length).bernoulli_(p)}. A PyTorch
     * that is built with Intel's MKL draws these from MKL, and so others; this is all other builds, such as Debian's.
     *
     * @param p from 0 to 1
     * @throws IllegalArgumentException if p is not
     */
    public void bernoulli(double p, float[] out) {
        checkProbability(p);
        for (int i = 0; i < out.length; i++) {
            out[i] = uniformDouble() < p ? 1 : 0;
        }
    }

    /** As {@link #bernoulli(double, float[])}, which draws the same. */
    public void bernoulli(double p, double[] out) {
        checkProbability(p);
        for (int i = 0; i < out.length; i++) {
            out[i] = uniformDouble() < p ? 1 : 0;
        }
    }

    /**
     * An integer from [0, high), as {@code torch.randint(high, (1,))}.
     *
     * @throws IllegalArgumentException if {@code high} is not positive
     */
    public int randint(int high) {
        checkRange(0, high);
        return Integer.remainderUnsigned(twister.nextInt(), high);
    }

    /**
     * Fills with integers from [low, high), as {@code torch.randint(low, high, (out.length,))}.
     *
     * @throws IllegalArgumentException if {@code high} is not greater than {@code low}
     */
    public void randint(int low, int high, int[] out) {
        checkRange(low, high);
        int range = high - low; // as an unsigned number, so any low < high will do
        for (int i = 0; i < out.length; i++) {
            out[i] = low + Integer.remainderUnsigned(twister.nextInt(), range);
        }
    }

    /**
     * An integer from [0, 2⁶³), as {@code torch.empty((), dtype=torch.int64).random_()}: the low 63 bits of two words,
     * high word first. PyTorch's data loaders draw their seeds so.
     */
    public long random64() {
        return uniformBits() & Long.MAX_VALUE;
    }

    /**
     * The integers from 0 to n - 1 in random order, as {@code torch.randperm(n)}.
     *
     * @throws IllegalArgumentException if {@code n} is negative
     */
    public int[] randperm(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("randperm: n " + n + " must be at least 0");
        }
        var permutation = new int[n];
        Arrays.setAll(permutation, i -> i);
        for (int i = 0; i < n - 1; i++) {
            int j = i + Integer.remainderUnsigned(twister.nextInt(), n - i);
            int swapped = permutation[i];
            permutation[i] = permutation[j];
            permutation[j] = swapped;
        }
        return permutation;
    }

    /**
     * One index drawn with the given probabilities, as {@code torch.multinomial(probabilities, 1)}.
     *
     * <p>Index j gets an exponential number q and the largest p / q wins, which happens with probability p / Σ p,
     * however small or large the numbers p are.
     *
     * @param probabilities finite numbers of at least 0, not all 0; they need not sum to 1
     * @throws IllegalArgumentException if a probability is not as said
     */
    public int multinomial(float[] probabilities) {
        checkProbabilities(probabilities);
        int drawn = -1;
        long largest = 0;
        for (int j = 0; j < probabilities.length; j++) {
            long score = ExponentialRace.score(probabilities[j], exponential());
            if (score > largest) {
                drawn = j;
                largest = score;
            }
        }
        return drawn;
    }

    /**
     * Fills with indices drawn with the given probabilities, as {@code torch.multinomial(probabilities, out.length,
     * replacement)}.
     *
     * <p>With replacement, each index is a search for one uniform number in the cumulative probabilities. Without,
     * every index gets an exponential number q, and those with the largest p / q are drawn, largest first.
     *
     * <p>The cumulative probabilities are PyTorch's float32 sums as long as these are good enough: where no probability
     * but 0 is less than 2⁻¹⁶ of the sum, so that each keeps eight of its bits. Otherwise they are float64 sums. An
     * index of probability 0 is never drawn.
     *
     * <p>A single draw with replacement still searches the cumulative probabilities, as PyTorch did until it took the
     * other way for one draw; {@link #multinomial(float[])} is that other way.
     *
     * @param probabilities finite numbers of at least 0, not all 0; they need not sum to 1
     * @throws IllegalArgumentException if a probability is not as said, or if fewer are positive than indices are to be
     *     drawn without replacement
     */
    public void multinomial(float[] probabilities, boolean replacement, int[] out) {
        int positive = checkProbabilities(probabilities);
        if (replacement) {
            drawWithReplacement(probabilities, out);
            return;
        }
        if (out.length > positive) {
            throw new IllegalArgumentException("multinomial: " + out.length + " draws without replacement need as many"
                    + " positive probabilities, there are " + positive);
        }
        drawWithoutReplacement(probabilities, out);
    }

    private void drawWithReplacement(float[] probabilities, int[] out) {
        int categories = probabilities.length;
        if (cumulative.length < categories) {
            cumulative = new double[categories];
        }
        double sum = 0;
        float least = Float.MAX_VALUE;
        for (int j = 0; j < categories; j++) {
            sum += probabilities[j];
            cumulative[j] = sum;
            least = probabilities[j] == 0 ? least : Math.min(least, probabilities[j]);
        }
        if (least >= LEAST_SHARE * sum && sum < LARGEST_FLOAT_SUM) {
            accumulateAsPyTorch(probabilities);
        } else {
            for (int j = 0; j < categories; j++) {
                cumulative[j] /= sum;
            }
        }
        for (int i = 0; i < out.length; i++) {
            double uniform = uniformDouble();
            int low = 0;
            int high = categories - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (cumulative[middle] <= uniform) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            out[i] = low;
        }
    }

    private void accumulateAsPyTorch(float[] probabilities) {
        float sum = 0;
        for (int j = 0; j < probabilities.length; j++) {
            sum += probabilities[j];
            cumulative[j] = sum;
        }
        for (int j = 0; j < probabilities.length; j++) {
            cumulative[j] = (float) cumulative[j] / sum;
        }
    }

    private void drawWithoutReplacement(float[] probabilities, int[] out) {
        int categories = probabilities.length;
        if (keys.length < categories) {
            keys = new long[categories];
        }
        for (int j = 0; j < categories; j++) {
            // Taken from the largest int, the scores sort the largest first.
            keys[j] = ((Integer.MAX_VALUE - ExponentialRace.score(probabilities[j], exponential())) << 32) | j;
        }
        Arrays.sort(keys, 0, categories);
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) keys[i];
        }
    }

    private float uniformFloat() {
        return (twister.nextInt() & 0xffffff) * 0x1p-24f;
    }

    private double uniformDouble() {
        return (uniformBits() & ((1L << 53) - 1)) * 0x1p-53;
    }

    /** Two words, high word first. */
    private long uniformBits() {
        long high = twister.nextInt();
        return high << 32 | Integer.toUnsignedLong(twister.nextInt());
    }

    /** A number of the exponential distribution of rate 1; from 0.0, not -0.0, up. */
    private float exponential() {
        return (float) (0.0 - StrictMath.log(1 - uniformDouble()));
    }

    /** One normal number by Box and Muller's method, which makes two: the second waits for the next call. */
    private double normal() {
        if (hasSecondNormal) {
            hasSecondNormal = false;
            return secondNormal;
        }
        double angle = 2 * Math.PI * uniformDouble();
        double radius = Math.sqrt(-2 * StrictMath.log(1 - uniformDouble()));
        secondNormal = radius * Circle.sin(angle);
        hasSecondNormal = true;
        return radius * Circle.cos(angle);
    }

    private static void checkProbability(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("bernoulli: p must be from 0 to 1, it is " + p);
        }
    }

    private static void checkRange(int low, int high) {
        if (high <= low) {
            throw new IllegalArgumentException("randint: high " + high + " must be greater than low " + low);
        }
    }

    /** How many of the probabilities are positive. */
    private static int checkProbabilities(float[] probabilities) {
        int positive = 0;
        for (int j = 0; j < probabilities.length; j++) {
            float probability = probabilities[j];
            if (!(probability >= 0 && probability < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("multinomial: probability " + probability + " at index " + j
                        + " must be finite and at least 0");
            }
            if (probability > 0) {
                positive++;
            }
        }
        if (positive == 0) {
            throw new IllegalArgumentException(
                    "multinomial: none of the " + probabilities.length + " probabilities is positive");
        }
        return positive;
    }
}
