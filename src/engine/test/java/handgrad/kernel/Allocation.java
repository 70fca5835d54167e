package handgrad.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a piece of code allocates once it is compiled. */
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 2_000;
    private static final int ROUNDS = 1_000;

    private Allocation() {}

    /**
     * Bytes allocated by the current thread in the best round of many calls. Vectors live on the heap until C2 has
     * compiled the code, so rounds are repeated until one allocates nothing. The tests' JVM compiles in the foreground:
     * how many rounds that takes follows from the calls, not from how busy the machine is.
     */
    public static long leastBytes(Runnable code) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least > 0; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int call = 0; call < CALLS; call++) {
                code.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
