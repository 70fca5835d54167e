package handgrad.blas;

import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products by OpenBLAS.
 *
 * <p>The first use of this class looks for a library, in this order:
 *
 * <ol>
 *   <li>the system property {@code handgrad.blas}, else the environment variable {@code HANDGRAD_BLAS}: the path of a
 *       library, or {@code off}. What is named here is used or refused; nothing is silently put in its place;
 *   <li>the bundled library, unpacked into the user's cache folder and checked against its SHA-256 at every start;
 *   <li>the system's own OpenBLAS. </ol>
 *
 * <p>A library is used only if its version is trusted and its products pass a self-test. Otherwise {@link #isAvailable}
 * is false and {@link #description} says why; nothing is printed and nothing is thrown.
 *
 * <p>OpenBLAS runs with one thread. Calls from many threads are safe: versions before 0.3.34, which cannot take
 * concurrent calls, are called by one thread at a time.
 *
 * <p>No garbage collection completes during a call. Split a product that takes longer than a few milliseconds over rows
 * of C.
 */
public final class OpenBlas {
    private static final Loader.Outcome OUTCOME = Loader.load(Configuration.ofSystem());
    private static final @Nullable Binding BINDING = OUTCOME.binding();

    // The JIT compiler inlines a call through a handle only if the handle is a constant, hence this copy.
    private static final @Nullable MethodHandle SGEMM = BINDING == null ? null : BINDING.sgemm();
    private static final boolean CONCURRENT = BINDING != null && BINDING.concurrent();

    /** Held by the one call at a time of a library that cannot take more. */
    private static final Object LOCK = new Object();

    private OpenBlas() {}

    /**
     * The library in use.
     *
     * @param version for example {@code 0.3.31}
     * @param coreName the processor family whose kernels it chose, for example {@code Haswell}
     * @param config its build, in the words of {@code openblas_get_config}
     * @param origin {@code bundled}, {@code system} with its name, or the property or variable and the path that it
     *     gave
     */
    public record Library(String version, String coreName, String config, String origin) {}

    /** Whether a library was found, is trusted and passed its self-test. */
    public static boolean isAvailable() {
        return BINDING != null;
    }

    /** One line: the library in use, with its version, core and origin; or {@code off: } and why. */
    public static String description() {
        return OUTCOME.description();
    }

    /** The library in use, empty if OpenBLAS is off. */
    public static Optional<Library> library() {
        return Optional.ofNullable(BINDING).map(Binding::library);
    }

    /**
     * C = alpha op(A) op(B) + beta C in float32, all matrices row-major.
     *
     * <p>op(A) is (m, k), op(B) is (k, n), C is (m, n). With {@code transposeA}, A is stored as (k, m); with
     * {@code transposeB}, B is stored as (n, k). With beta = 0, C is only written: what it held, even NaN, does not
     * matter. C must not overlap A or B. A value outside the matrices, such as padding between rows, is neither used
     * nor changed.
     *
     * @param lda the distance between the starts of two rows of A as stored, at least their length; likewise ldb and
     *     ldc
     * @throws IllegalArgumentException if a dimension or an offset is negative, a leading dimension is shorter than a
     *     row, or a matrix does not lie inside its array
     * @throws IllegalStateException if OpenBLAS is off
     */
    public static void sgemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int aOffset,
            int lda,
            float[] b,
            int bOffset,
            int ldb,
            float beta,
            float[] c,
            int cOffset,
            int ldc) {
        if (SGEMM == null) {
            throw new IllegalStateException("sgemm: OpenBLAS is " + description());
        }
        GemmArguments.check(
                transposeA,
                transposeB,
                m,
                n,
                k,
                a.length,
                aOffset,
                lda,
                b.length,
                bOffset,
                ldb,
                c.length,
                cOffset,
                ldc);
        if (m == 0 || n == 0) {
            return;
        }
        try {
            if (CONCURRENT) {
                SGEMM.invokeExact(
                        transposeA,
                        transposeB,
                        m,
                        n,
                        k,
                        alpha,
                        a,
                        aOffset,
                        lda,
                        b,
                        bOffset,
                        ldb,
                        beta,
                        c,
                        cOffset,
                        ldc);
            } else {
                synchronized (LOCK) {
                    SGEMM.invokeExact(
                            transposeA,
                            transposeB,
                            m,
                            n,
                            k,
                            alpha,
                            a,
                            aOffset,
                            lda,
                            b,
                            bOffset,
                            ldb,
                            beta,
                            c,
                            cOffset,
                            ldc);
                }
            }
        } catch (Throwable failure) {
            throw Binding.unchecked(failure);
        }
    }
}
