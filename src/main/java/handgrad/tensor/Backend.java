package handgrad.tensor;

import handgrad.blas.OpenBlas;
import handgrad.kernel.Parallel;
import handgrad.kernel.VectorSupport;

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
