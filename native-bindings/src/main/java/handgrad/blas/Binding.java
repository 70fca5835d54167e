package handgrad.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The functions of one loaded OpenBLAS. Arguments are not checked here: a wrong one reaches native code.
 *
 * <p>The handles are components of a record because the JIT compiler treats those as constants when the record itself is a
 * {@code static final}, so a call costs as little as through a {@code static final} handle, and a library can still be tried
 * before it is chosen.
 *
 * <p>Arrays are passed as they are ({@link Linker.Option#critical}): no copy, no change of thread state. In return no
 * safepoint, hence no garbage collection, completes during a call, which is why callers split long products.
 *
 * @param concurrent whether calls may overlap; otherwise one lock lets them through one by one
 */
record Binding(OpenBlas.Library library, boolean concurrent, MethodHandle sgemm, MethodHandle dgemm) {
    // The values of CBLAS_ORDER and CBLAS_TRANSPOSE in cblas.h.
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;

    private static final Object LOCK = new Object();

    /** Binds a library, sets it to one thread and refuses it if it is not an OpenBLAS to be trusted. */
    static Binding of(SymbolLookup symbols, String origin) throws UnusableLibraryException {
        // The config first: what lacks it is another BLAS, and nothing else of it is called.
        String config = string(symbols, "openblas_get_config");
        var version = Version.fromConfig(config);
        version.requireTrusted();
        if (config.contains("USE64BITINT")) {
            throw new UnusableLibraryException(
                    "built for 64-bit integers (ILP64), a build for 32-bit integers is needed");
        }
        MethodHandle sgemm = function(symbols, "cblas_sgemm", gemm(JAVA_FLOAT), Linker.Option.critical(true));
        MethodHandle dgemm = function(symbols, "cblas_dgemm", gemm(JAVA_DOUBLE), Linker.Option.critical(true));
        useOneThread(symbols);
        // 0 stands for a build without threads, which has no locks at all (OpenBLAS #1755, #2126).
        boolean threadSafe = integer(symbols, "openblas_get_parallel") != 0;
        var library =
                new OpenBlas.Library(version.toString(), string(symbols, "openblas_get_corename"), config, origin);
        return new Binding(library, threadSafe && version.allowsConcurrentCalls(), sgemm, dgemm);
    }

    void sgemm(GemmLayout layout, float alpha, float[] a, float[] b, float beta, float[] c) {
        if (concurrent) {
            callSgemm(layout, alpha, a, b, beta, c);
        } else {
            synchronized (LOCK) {
                callSgemm(layout, alpha, a, b, beta, c);
            }
        }
    }

    private void callSgemm(GemmLayout layout, float alpha, float[] a, float[] b, float beta, float[] c) {
        try {
            sgemm.invokeExact(
                    ROW_MAJOR,
                    transpose(layout.transposeA()),
                    transpose(layout.transposeB()),
                    layout.m(),
                    layout.n(),
                    layout.k(),
                    alpha,
                    MemorySegment.ofArray(a).asSlice(layout.aOffset() * JAVA_FLOAT.byteSize()),
                    layout.lda(),
                    MemorySegment.ofArray(b).asSlice(layout.bOffset() * JAVA_FLOAT.byteSize()),
                    layout.ldb(),
                    beta,
                    MemorySegment.ofArray(c).asSlice(layout.cOffset() * JAVA_FLOAT.byteSize()),
                    layout.ldc());
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    void dgemm(GemmLayout layout, double alpha, double[] a, double[] b, double beta, double[] c) {
        if (concurrent) {
            callDgemm(layout, alpha, a, b, beta, c);
        } else {
            synchronized (LOCK) {
                callDgemm(layout, alpha, a, b, beta, c);
            }
        }
    }

    private void callDgemm(GemmLayout layout, double alpha, double[] a, double[] b, double beta, double[] c) {
        try {
            dgemm.invokeExact(
                    ROW_MAJOR,
                    transpose(layout.transposeA()),
                    transpose(layout.transposeB()),
                    layout.m(),
                    layout.n(),
                    layout.k(),
                    alpha,
                    MemorySegment.ofArray(a).asSlice(layout.aOffset() * JAVA_DOUBLE.byteSize()),
                    layout.lda(),
                    MemorySegment.ofArray(b).asSlice(layout.bOffset() * JAVA_DOUBLE.byteSize()),
                    layout.ldb(),
                    beta,
                    MemorySegment.ofArray(c).asSlice(layout.cOffset() * JAVA_DOUBLE.byteSize()),
                    layout.ldc());
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    private static int transpose(boolean transpose) {
        return transpose ? TRANSPOSE : NO_TRANSPOSE;
    }

    /** cblas_?gemm(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) */
    private static FunctionDescriptor gemm(MemoryLayout real) {
        return FunctionDescriptor.ofVoid(
                JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, real, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT,
                real, ADDRESS, JAVA_INT);
    }

    /**
     * The threads belong to the Java side. Left alone, OpenBLAS starts one per core, and they spin for about 0.1 s after
     * each call. A build on OpenMP may ignore the request (OpenBLAS #5806), so it is asked back.
     */
    private static void useOneThread(SymbolLookup symbols) throws UnusableLibraryException {
        MethodHandle setter = function(symbols, "openblas_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT));
        try {
            setter.invokeExact(1);
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
        int threads = integer(symbols, "openblas_get_num_threads");
        if (threads != 1) {
            throw new UnusableLibraryException(
                    "does not obey openblas_set_num_threads(1), it keeps " + threads + " threads");
        }
    }

    private static int integer(SymbolLookup symbols, String name) throws UnusableLibraryException {
        MethodHandle function = function(symbols, name, FunctionDescriptor.of(JAVA_INT));
        try {
            return (int) function.invokeExact();
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    private static String string(SymbolLookup symbols, String name) throws UnusableLibraryException {
        MethodHandle function = function(symbols, name, FunctionDescriptor.of(ADDRESS));
        MemorySegment address;
        try {
            address = (MemorySegment) function.invokeExact();
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
        if (address.equals(MemorySegment.NULL)) {
            throw new UnusableLibraryException(name + " gives nothing");
        }
        return address.reinterpret(Long.MAX_VALUE).getString(0).strip();
    }

    private static MethodHandle function(
            SymbolLookup symbols, String name, FunctionDescriptor type, Linker.Option... options)
            throws UnusableLibraryException {
        MemorySegment address = symbols.find(name)
                .orElseThrow(() -> new UnusableLibraryException("not a whole OpenBLAS: it has no " + name));
        return Linker.nativeLinker().downcallHandle(address, type, options);
    }

    /** A downcall has no checked exceptions, but {@code invokeExact} declares them. */
    private static RuntimeException unchecked(Throwable failure) {
        return switch (failure) {
            case RuntimeException runtime -> runtime;
            case Error error -> throw error;
            default -> new IllegalStateException(failure);
        };
    }
}
