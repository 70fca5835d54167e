package handgrad.kernel;

/**
 * Which products go to OpenBLAS, for each form of a product: N for a matrix as it is, T for a transposed one, A's letter
 * first. The others go to the Java kernels. A product is judged by its work, m n k multiply-adds.
 *
 * @param nn for A B
 * @param nt for A Bᵀ
 * @param tn for Aᵀ B
 * @param tt for Aᵀ Bᵀ
 */
record Route(Range nn, Range nt, Range tn, Range tt) {
    /**
     * The work that goes to OpenBLAS. Below it, the call costs more than OpenBLAS saves; above it, a thread is as fast in
     * Java, and there threads add up.
     *
     * @param from the least work
     * @param to the work from which on it is too much
     */
    record Range(long from, long to) {
        boolean holds(long work) {
            return from <= work && work < to;
        }
    }

    static final Range ALL = new Range(0, Long.MAX_VALUE);
    static final Range NONE = new Range(Long.MAX_VALUE, Long.MAX_VALUE);

    /** Everything to the Java kernels. */
    static final Route JAVA = of(NONE);

    /** Everything to OpenBLAS. */
    static final Route OPENBLAS = of(ALL);

    /**
     * Without a calibration. 128³ is from where on the Java kernel keeps up with OpenBLAS. Medians of {@code MatmulBenchmark}
     * on one core of an AMD EPYC (Zen 4, AVX-512), OpenBLAS 0.3.31 against Java: 64³ 4.7 µs against 6.0, 128³ 45 against 43,
     * 256³ 334 against 334; the lectures' 32x30x200 3.7 against 5.0.
     */
    static final Route DEFAULT = of(new Range(0, (1 << 21) + 1));

    /** Rows that {@link MatrixProduct} does not cut into blocks: they gain no threads in Java, however much work they are. */
    private static final int FEW_ROWS = 48;

    private static Route of(Range range) {
        return new Route(range, range, range, range);
    }

    /** Whether a product goes to OpenBLAS. */
    boolean openBlas(boolean transposeA, boolean transposeB, int m, int n, int k) {
        var range = range(transposeA, transposeB);
        long work = (long) m * n * k;
        return range.holds(work) || (work >= range.to && m <= FEW_ROWS);
    }

    Range range(boolean transposeA, boolean transposeB) {
        if (transposeA) {
            return transposeB ? tt : tn;
        }
        return transposeB ? nt : nn;
    }
}
