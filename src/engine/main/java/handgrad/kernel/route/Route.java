package handgrad.kernel.route;

import handgrad.kernel.runtime.VectorSupport;

/**
 * Which products go to OpenBLAS, for each {@link Form}. The others go to the Java kernels. A product is judged by its
 * work, m n k multiply-adds.
 *
 * @param nn for A B
 * @param nt for A Bᵀ
 * @param tn for Aᵀ B
 */
public record Route(Range nn, Range nt, Range tn) {
    /**
     * The work that goes to OpenBLAS. Below it, the call costs more than OpenBLAS saves; above it, a thread is as fast
     * in Java, and there threads add up.
     *
     * @param from the least work
     * @param to the work from which on it is too much
     */
    public record Range(long from, long to) {
        boolean holds(long work) {
            return from <= work && work < to;
        }
    }

    /** The multiply-adds of a block that the Java kernel gives to a thread, at least: about 20 µs on one core. */
    public static final long JAVA_BLOCK_WORK = 1L << 21;

    static final Range ALL = new Range(0, Long.MAX_VALUE);
    static final Range NONE = new Range(Long.MAX_VALUE, Long.MAX_VALUE);

    /** Everything to the Java kernels. */
    public static final Route JAVA = of(NONE);

    /** Everything to OpenBLAS. */
    public static final Route OPENBLAS = of(ALL);

    /** Without a calibration. */
    static final Route DEFAULT = byDefault(VectorSupport.BITS, BlasKernels.IN_USE);

    /**
     * The route for Java vectors of some bits beside these kernels of OpenBLAS, by what was faster at the products of
     * the lectures' models; {@code ./handgrad bench matmul} compares them. Kernels for wider vectors than Java's get
     * all that Java's threads would not share, and so do those for AVX-512 beside Java's of the same width, because
     * they are for small matrices too. Those for AVX2 get nothing beside Java's of AVX2 or wider: the Java kernel is
     * the faster one for small matrices, and its threads share large ones, while calls of OpenBLAS have to take turns.
     * Older ones get what is too small to be worth Java's packing where Java has narrow vectors and no fused
     * multiply-add, else nothing.
     */
    static Route byDefault(int bits, BlasKernels kernels) {
        var unshared = of(new Range(0, JAVA_BLOCK_WORK + 1));
        return switch (kernels) {
            case AVX512 -> unshared;
            case AVX2 -> bits >= 256 ? JAVA : unshared;
            case OLDER -> bits >= 256 || VectorSupport.FMA ? JAVA : of(new Range(0, 1 << 20));
        };
    }

    /** With fewer columns of C, the vectors of the Java kernel stay half empty, however much work there is. */
    private static final int FEW_COLUMNS = 20;

    private static Route of(Range range) {
        return new Route(range, range, range);
    }

    /** Whether a product goes to OpenBLAS. */
    public boolean openBlas(Form form, int m, int n, int k) {
        var range = range(form);
        long work = (long) m * n * k;
        if (work >= range.to) {
            return n < FEW_COLUMNS;
        }
        return range.from <= work && (range.equals(ALL) || !slowInOpenBlas(form, m, n, k));
    }

    /**
     * Where OpenBLAS loses to Java on AVX-512, though it wins at most other sizes: at products that its kernels for
     * small matrices do not take, and at Aᵀ B whose last vector holds 9 to 11 columns, such as 200x32x27 TN of
     * {@code ./handgrad bench matmul}.
     */
    private static boolean slowInOpenBlas(Form form, int m, int n, int k) {
        if (!SmallProducts.EXIST || n < FEW_COLUMNS) {
            return false;
        }
        int last = n % 16;
        return !SmallProducts.has(m, n, k) || (form == Form.TN && k <= 48 && 9 <= last && last <= 11);
    }

    Range range(Form form) {
        return switch (form) {
            case NN -> nn;
            case NT -> nt;
            case TN -> tn;
        };
    }
}
