package handgrad.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a piece of code allocates once it is compiled. */
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 2_000;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private Allocation() {}

    /**
     * Bytes allocated by the current thread in the best round of many calls. Vectors live on the heap until C2 has
     * compiled the code, at a moment of its own choosing, so rounds are repeated until one allocates nothing or patience
     * ends.
     */
    public static long leastBytes(Runnable code) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        long least = Long.MAX_VALUE;
        while (least > 0 && System.nanoTime() < end) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int call = 0; call < CALLS; call++) {
                code.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
