package handgrad.tensor;

import handgrad.blas.OpenBlas;
import handgrad.kernel.Parallel;
import handgrad.kernel.Processor;
import handgrad.kernel.RouteCalibration;
import handgrad.kernel.RouteInUse;
import handgrad.kernel.VectorSupport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What the operations run on: vector kernels, OpenBLAS and threads. */
public final class Backend {
    private Backend() {}

    /** One line on the vector kernels: their width, or why they are off. */
    public static String vectors() {
        return VectorSupport.description();
    }

    /** One line on OpenBLAS: version, core and file, or why it is off. */
    public static String blas() {
        return OpenBlas.description();
    }

    /** One line on matrix products: which go to OpenBLAS and which to Java, and who says so. */
    public static String matmul() {
        return RouteInUse.description();
    }

    /**
     * Finds out which matrix products are faster in OpenBLAS and which in Java, and keeps it for later runs of this user on this
     * machine. It changes their speed, and the last bits of their results; those of this run stay as they are.
     *
     * @param time how long to measure
     * @return lines for people: what was measured, the route, and where it was written
     * @throws IllegalStateException if OpenBLAS or the vectors are off, so that there is nothing to choose
     * @throws IOException if the route cannot be written
     */
    public static List<String> calibrateMatmul(Duration time) throws IOException {
        return RouteCalibration.run(time);
    }

    /** The model of the processor, or its architecture where the system does not tell. */
    public static String processor() {
        return Processor.model();
    }

    /** How many threads share a large operation; by default one for each processor. */
    public static int threads() {
        return Parallel.threads();
    }

    /**
     * Sets how many threads share a large operation. It changes the speed, never the result.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public static void setThreads(int threads) {
        Parallel.setThreads(threads);
    }
}
