package handgrad.tensor;

import handgrad.blas.OpenBlas;
import handgrad.file.PrintableText;
import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.route.BlasKernels;
import handgrad.kernel.route.RouteCalibration;
import handgrad.kernel.route.RouteCheck;
import handgrad.kernel.route.RouteInUse;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Processor;
import handgrad.kernel.runtime.VectorSupport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** What the operations run on: vector kernels, OpenBLAS and threads. */
public final class Backend {
    private static final String FROM_SOURCE = "(from source)";

    private Backend() {}

    /** The version of handgrad, or {@code (from source)} where it runs from class files without one. */
    public static String version() {
        var descriptor = Backend.class.getModule().getDescriptor();
        var onClassPath = Optional.ofNullable(Backend.class.getPackage().getImplementationVersion());
        return (descriptor == null ? onClassPath : descriptor.rawVersion()).orElse(FROM_SOURCE);
    }

    /** All that the bits of results depend on here besides the program, its inputs and its seed. */
    public static Environment environment() {
        return Environment.current();
    }

    /** One line on the vector kernels: their width, or why they are off. */
    public static String vectors() {
        return VectorSupport.description();
    }

    /** One line on OpenBLAS: version, core and file, or why it is off. */
    public static String blas() {
        return PrintableText.of(OpenBlas.description());
    }

    /** A sentence on kernels of OpenBLAS that are older than the CPU, with the remedy; empty if they are not. */
    public static Optional<String> blasAdvice() {
        return BlasKernels.advice();
    }

    /** One line on matrix products: which go to OpenBLAS and which to Java, and who says so. */
    public static String matmul() {
        return PrintableText.of(RouteInUse.description());
    }

    /**
     * Finds out which matrix products are faster in OpenBLAS and which in Java, and keeps it for later runs of this
     * user on this machine. It changes their speed, and the last bits of their results; those of this run stay as they
     * are.
     *
     * @param time how long to measure
     * @return lines for people: what was measured, the route, and where it was written
     * @throws IllegalStateException if OpenBLAS or the vectors are off, so that there is nothing to choose
     * @throws IOException if the route cannot be written
     */
    public static List<String> calibrateMatmul(Duration time) throws IOException {
        return RouteCalibration.run(MatrixProduct::multiply, time);
    }

    /**
     * Measures in some milliseconds how the route of matrix products compares with the better of Java and OpenBLAS.
     * It changes nothing.
     *
     * @return lines for people, with what to do if it is slow; none if OpenBLAS or the vectors are off, so that there
     *     is nothing to choose
     */
    public static List<String> checkMatmul() {
        return OpenBlas.isAvailable() && VectorSupport.ENABLED ? RouteCheck.run(MatrixProduct::multiply) : List.of();
    }

    /** The model of the processor, or its architecture where the system does not tell. */
    public static String processor() {
        return Processor.model();
    }

    /**
     * How many threads share a large operation; by default one for each processor that the process may use, by its
     * affinity and its cgroup, or as many as {@code SLURM_CPUS_PER_TASK} says where that is less.
     */
    public static int threads() {
        return Parallel.threads();
    }

    /**
     * Where the default number of threads is from, if the variable {@code SLURM_CPUS_PER_TASK} is set: its name where
     * it is followed, or why it is not; empty without it.
     */
    public static String threadsOrigin() {
        return Parallel.defaultThreadsOrigin();
    }

    /**
     * Sets how many threads share a large operation. It changes the speed, never the result.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public static void setThreads(int threads) {
        Parallel.setThreads(threads);
    }

    /**
     * Runs pieces of work that do not depend on each other, several at once where there are threads, and returns when
     * all are done. An operation inside a piece stays in the thread of the piece. If a piece throws, those not yet
     * begun are left out and the first exception reaches the caller.
     *
     * @param pieces how many
     * @param work does the piece of a number, counted from 0
     */
    public static void share(int pieces, IntConsumer work) {
        Parallel.blocks(pieces, work);
    }
}
