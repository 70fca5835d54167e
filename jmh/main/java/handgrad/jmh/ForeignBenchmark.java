package handgrad.jmh;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import handgrad.blas.OpenBlas;
import handgrad.kernel.matmul.Product;
import handgrad.kernel.matmul.VectorMatmul;
import handgrad.kernel.route.Form;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Question: what does a call of native code cost, and how should arrays get there?
 *
 * <p>Method: {@code openblas_get_num_threads}, which reads a number; {@code cblas_sdot} over 0 to 4096 elements; and
 * {@code cblas_sgemm} of small squares. Each as an ordinary call, which lets a safepoint pass, and as a critical one
 * ({@link Linker.Option#critical}), which does not and can therefore take arrays of the heap. An ordinary call needs
 * its arrays in native memory, where they either are already or are copied for each call.
 *
 * <p>What to expect: some nanoseconds for an ordinary call, for its change of the thread's state; less for a critical
 * one; a copy costs more than both as soon as arrays grow.
 *
 * <p>What it taught: handgrad calls OpenBLAS with heap arrays, critically, and uses Java where a product is so small
 * that the call costs more than it saves.
 */
@State(Scope.Thread)
public class ForeignBenchmark {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    private static final SymbolLookup LIBRARY = SymbolLookup.libraryLookup(openBlas(), Arena.global());
    private static final FunctionDescriptor COUNT = FunctionDescriptor.of(JAVA_INT);
    private static final FunctionDescriptor DOT =
            FunctionDescriptor.of(JAVA_FLOAT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);

    private static final MethodHandle COUNT_ORDINARY = handle("openblas_get_num_threads", COUNT);
    private static final MethodHandle COUNT_CRITICAL =
            handle("openblas_get_num_threads", COUNT, Linker.Option.critical(false));
    private static final MethodHandle DOT_ORDINARY = handle("cblas_sdot", DOT);
    private static final MethodHandle DOT_CRITICAL = handle("cblas_sdot", DOT, Linker.Option.critical(true));

    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow(name), type, options);
    }

    /** The file of the OpenBLAS that is loaded here, as Linux lists it among the mappings of this process. */
    private static Path openBlas() {
        if (!OpenBlas.isAvailable()) {
            throw new StudyException("calls of native code need OpenBLAS, which is " + OpenBlas.description());
        }
        try (var mappings = Files.lines(Path.of("/proc/self/maps"))) {
            return mappings.filter(line -> line.contains("/libopenblas"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .findFirst()
                    .orElseThrow(() -> new StudyException("no mapping of OpenBLAS: " + OpenBlas.description()));
        } catch (IOException failure) {
            throw new UncheckedIOException("the file of OpenBLAS is looked up as Linux shows it", failure);
        }
    }

    /** Two vectors, in the heap and in native memory. */
    @State(Scope.Thread)
    public static class Vectors {
        /** Their length. */
        @Param({"0", "16", "256", "4096"})
        public int n;

        private float[] x = {};
        private float[] y = {};
        private MemorySegment xNative = MemorySegment.NULL;
        private MemorySegment yNative = MemorySegment.NULL;

        /** Draws them and compares each result with float64. */
        @Setup
        public void check() throws Throwable {
            x = RandomOperands.normals(1, n);
            y = RandomOperands.normals(2, n);
            xNative = Arena.global().allocateFrom(JAVA_FLOAT, x);
            yNative = Arena.global().allocateFrom(JAVA_FLOAT, y);
            double product = 0;
            for (int i = 0; i < n; i++) {
                product += (double) x[i] * y[i];
            }
            var benchmark = new ForeignBenchmark();
            ResultCheck.require("ordinary", benchmark.dotOrdinary(this), product, 1e-2);
            ResultCheck.require("copied", benchmark.dotCopied(this), product, 1e-2);
            ResultCheck.require("critical", benchmark.dotCritical(this), product, 1e-2);
            ResultCheck.require("critical, arrays", benchmark.dotArrays(this), product, 1e-2);
            ResultCheck.require("java", benchmark.dotJava(this), product, 1e-2);
        }
    }

    /** A product of two square matrices. */
    @State(Scope.Thread)
    public static class Squares {
        /** Their side. */
        @Param({"4", "8", "16", "32"})
        public int side;

        private float[] a = {};
        private float[] b = {};
        private float[] c = {};

        /** Draws them and compares each result with float64. */
        @Setup
        public void check() {
            a = RandomOperands.normals(1, side * side);
            b = RandomOperands.normals(2, side * side);
            c = new float[side * side];
            var benchmark = new ForeignBenchmark();
            benchmark.gemmArrays(this);
            ResultCheck.require("OpenBLAS", i -> c[i], this::element, side * side, 1e-4);
            benchmark.gemmJava(this);
            ResultCheck.require("Java", i -> c[i], this::element, side * side, 1e-4);
        }

        private double element(int i) {
            double sum = 0;
            for (int p = 0; p < side; p++) {
                sum += (double) a[i / side * side + p] * b[p * side + i % side];
            }
            return sum;
        }
    }

    /** A call that only reads a number. */
    @Benchmark
    public int countOrdinary() throws Throwable {
        return (int) COUNT_ORDINARY.invokeExact();
    }

    /** The same, critical. */
    @Benchmark
    public int countCritical() throws Throwable {
        return (int) COUNT_CRITICAL.invokeExact();
    }

    /** x · y in native memory. */
    @Benchmark
    public float dotOrdinary(Vectors v) throws Throwable {
        return (float) DOT_ORDINARY.invokeExact(v.n, v.xNative, 1, v.yNative, 1);
    }

    /** x · y, copied to native memory for the call. */
    @Benchmark
    public float dotCopied(Vectors v) throws Throwable {
        MemorySegment.copy(v.x, 0, v.xNative, JAVA_FLOAT, 0, v.n);
        MemorySegment.copy(v.y, 0, v.yNative, JAVA_FLOAT, 0, v.n);
        return (float) DOT_ORDINARY.invokeExact(v.n, v.xNative, 1, v.yNative, 1);
    }

    /** x · y in native memory, critical. */
    @Benchmark
    public float dotCritical(Vectors v) throws Throwable {
        return (float) DOT_CRITICAL.invokeExact(v.n, v.xNative, 1, v.yNative, 1);
    }

    /** x · y in arrays, critical. */
    @Benchmark
    public float dotArrays(Vectors v) throws Throwable {
        return (float) DOT_CRITICAL.invokeExact(v.n, MemorySegment.ofArray(v.x), 1, MemorySegment.ofArray(v.y), 1);
    }

    /** x · y in Java. */
    @Benchmark
    public float dotJava(Vectors v) {
        var sum0 = FloatVector.zero(SPECIES);
        var sum1 = sum0;
        int i = 0;
        for (; i <= v.n - 2 * SPECIES.length(); i += 2 * SPECIES.length()) {
            int j = i + SPECIES.length();
            sum0 = FloatVector.fromArray(SPECIES, v.x, i).fma(FloatVector.fromArray(SPECIES, v.y, i), sum0);
            sum1 = FloatVector.fromArray(SPECIES, v.x, j).fma(FloatVector.fromArray(SPECIES, v.y, j), sum1);
        }
        float sum = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
        for (; i < v.n; i++) {
            sum += v.x[i] * v.y[i];
        }
        return sum;
    }

    /** c = a b by OpenBLAS as handgrad calls it: critical, with arrays. */
    @Benchmark
    public float[] gemmArrays(Squares s) {
        OpenBlas.sgemm(false, false, s.side, s.side, s.side, 1, s.a, 0, s.side, s.b, 0, s.side, 0, s.c, 0, s.side);
        return s.c;
    }

    /** c = a b by the Java kernel. */
    @Benchmark
    public float[] gemmJava(Squares s) {
        VectorMatmul.multiply(Product.ofThread(Form.NN, s.side, s.side, s.side), s.a, s.b, s.c);
        return s.c;
    }
}
