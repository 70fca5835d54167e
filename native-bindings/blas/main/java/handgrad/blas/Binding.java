package handgrad.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.FloatBuffer;

/**
 * The functions of one loaded OpenBLAS. Arguments are not checked here: a wrong one reaches native code.
 *
 * <p>Arrays are passed as they are ({@link Linker.Option#critical}): no copy, no change of thread state. In return no
 * safepoint, hence no garbage collection, completes during a call, which is why callers split long products.
 *
 * @param concurrent whether calls may overlap
 * @param sgemm a handle with the arguments of {@link OpenBlas#sgemm}
 */
record Binding(OpenBlas.Library library, boolean concurrent, MethodHandle sgemm) {
    /** CblasRowMajor in cblas.h. */
    private static final int ROW_MAJOR = 101;

    private static final MethodHandle TRANSPOSE = adapter("transpose", int.class, boolean.class);
    private static final MethodHandle SEGMENT = adapter("segment", MemorySegment.class, float[].class, int.class);

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
        MethodHandle sgemm = sgemm(symbols);
        useOneThread(symbols);
        // 0 stands for a build without threads, which has no locks at all (OpenBLAS #1755, #2126).
        boolean threadSafe = integer(symbols, "openblas_get_parallel") != 0;
        var library =
                new OpenBlas.Library(version.toString(), string(symbols, "openblas_get_corename"), config, origin);
        return new Binding(library, threadSafe && version.allowsConcurrentCalls(), sgemm);
    }

    void sgemm(
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
        try {
            sgemm.invokeExact(
                    transposeA, transposeB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc);
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    /**
     * The function cblas_sgemm(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc), taking Java
     * arguments: booleans, and an array with an offset in place of each pointer.
     */
    private static MethodHandle sgemm(SymbolLookup symbols) throws UnusableLibraryException {
        var type = FunctionDescriptor.ofVoid(
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT);
        MethodHandle function = function(symbols, "cblas_sgemm", type, Linker.Option.critical(true));
        MethodHandle rowMajor = MethodHandles.insertArguments(function, 0, ROW_MAJOR);
        MethodHandle withBooleans = MethodHandles.filterArguments(rowMajor, 0, TRANSPOSE, TRANSPOSE);
        // From the last to the first, so that the earlier positions stay.
        MethodHandle withC = MethodHandles.collectArguments(withBooleans, 11, SEGMENT);
        MethodHandle withB = MethodHandles.collectArguments(withC, 8, SEGMENT);
        return MethodHandles.collectArguments(withB, 6, SEGMENT);
    }

    /** By way of a buffer: C2 removes the allocation of this segment, but not always that of a slice of one. */
    static MemorySegment segment(float[] array, int offset) {
        return MemorySegment.ofBuffer(FloatBuffer.wrap(array, offset, array.length - offset));
    }

    /** CblasTrans or CblasNoTrans in cblas.h. */
    static int transpose(boolean transpose) {
        return transpose ? 112 : 111;
    }

    /**
     * The threads belong to the Java side. Left alone, OpenBLAS starts one per core, and they spin for about 0.1 s
     * after each call. A build on OpenMP may ignore the request (OpenBLAS #5806), so it is asked back.
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

    private static MethodHandle adapter(String name, Class<?> result, Class<?>... arguments) {
        try {
            return MethodHandles.lookup().findStatic(Binding.class, name, MethodType.methodType(result, arguments));
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** A downcall has no checked exceptions, but {@code invokeExact} declares them. */
    static RuntimeException unchecked(Throwable failure) {
        return switch (failure) {
            case RuntimeException runtime -> runtime;
            case Error error -> throw error;
            default -> new IllegalStateException(failure);
        };
    }
}
