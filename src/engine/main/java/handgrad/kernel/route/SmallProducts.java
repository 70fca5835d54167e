package handgrad.kernel.route;

import handgrad.kernel.runtime.VectorSupport;

/**
 * The products that OpenBLAS's kernels for small matrices take. It has them on AVX-512; they read A and B as they lie.
 * The limits are those of OpenBLAS's {@code sgemm_small_kernel_permit_skylakex.c}.
 */
public final class SmallProducts {
    /** Whether OpenBLAS has such kernels here. */
    static final boolean EXIST = VectorSupport.BITS == 512 && BlasKernels.IN_USE == BlasKernels.AVX512;

    /** Multiply-adds that they take, at most. */
    public static final long WORK = 1_000_000;

    /** The rows of a call are a multiple of this. */
    public static final int ROWS = 16;

    private SmallProducts() {}

    /** Whether they take the product, in one call or in several. */
    public static boolean has(int m, int n, int k) {
        return EXIST && (long) n * k <= WORK / Math.min(m, ROWS);
    }
}
