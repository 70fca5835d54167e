package handgrad.kernel.runtime;

/** Buffers for each thread, grown when needed and then reused, so that a kernel allocates nothing in steady state. */
public final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private float[] floats = {};
    private float[] shared = {};
    private float[] transposed = {};
    private double[] doubles = {};
    private int[] ints = {};

    private Scratch() {}

    /** At least {@code length} floats with arbitrary content. A kernel that uses them calls no other that does. */
    public static float[] floats(int length) {
        var scratch = OF_THREAD.get();
        if (scratch.floats.length < length) {
            scratch.floats = new float[length];
        }
        return scratch.floats;
    }

    /** As {@link #floats}, a second buffer: for what the caller prepares and the threads of {@link Parallel} read. */
    public static float[] shared(int length) {
        var scratch = OF_THREAD.get();
        if (scratch.shared.length < length) {
            scratch.shared = new float[length];
        }
        return scratch.shared;
    }

    /** As {@link #floats}, a third buffer: for the result of a product that is computed transposed. */
    public static float[] transposed(int length) {
        var scratch = OF_THREAD.get();
        if (scratch.transposed.length < length) {
            scratch.transposed = new float[length];
        }
        return scratch.transposed;
    }

    /** At least {@code length} doubles with arbitrary content, on the same terms as {@link #floats}. */
    public static double[] doubles(int length) {
        var scratch = OF_THREAD.get();
        if (scratch.doubles.length < length) {
            scratch.doubles = new double[length];
        }
        return scratch.doubles;
    }

    /** At least {@code length} ints with arbitrary content, on the same terms as {@link #floats}. */
    public static int[] ints(int length) {
        var scratch = OF_THREAD.get();
        if (scratch.ints.length < length) {
            scratch.ints = new int[length];
        }
        return scratch.ints;
    }
}
