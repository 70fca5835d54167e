package handgrad.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The one owner of threads: a pool of daemon threads that run the blocks of a task together with the caller.
 *
 * <p>A task is cut into blocks by its author, from the sizes of the data alone. The number of threads decides only who runs
 * a block, so it never changes a result. A call from inside a block, or while another thread uses the pool, runs its
 * blocks in the calling thread.
 *
 * <p>Blocks are handed out one at a time under a lock, so a block should last some tens of microseconds or more.
 */
public final class Parallel {
    /** Work in blocks that do not depend on each other. */
    @FunctionalInterface
    public interface BlockTask {
        /** Does the block of this number, counted from 0. */
        void run(int block);
    }

    private static final BlockTask NOTHING = block -> {};
    private static final Parallel POOL = new Parallel();

    private int threads = Runtime.getRuntime().availableProcessors();
    private int workers;
    private boolean busy;
    private BlockTask task = NOTHING;
    private int blocks;
    private int next;
    private int running;
    private @Nullable Throwable failure;

    private Parallel() {}

    /**
     * Sets how many threads run a task, the caller among them; by default one for each processor.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public static void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, but is " + threads);
        }
        synchronized (POOL) {
            POOL.threads = threads;
        }
    }

    /** How many threads run a task, the caller among them. */
    public static int threads() {
        synchronized (POOL) {
            return POOL.threads;
        }
    }

    /**
     * Runs blocks 0 to {@code blocks - 1} of a task and returns when all are done. If a block throws, blocks not yet begun
     * are left out and the first exception reaches the caller.
     */
    public static void blocks(int blocks, BlockTask task) {
        if (blocks > 1 && POOL.begin(blocks, task)) {
            for (int block = POOL.claim(); block >= 0; block = POOL.claim()) {
                POOL.run(task, block);
            }
            POOL.end();
        } else {
            for (int block = 0; block < blocks; block++) {
                task.run(block);
            }
        }
    }

    /** Takes the pool for a task; false if it is in use or there is only one thread. */
    private synchronized boolean begin(int blocks, BlockTask task) {
        if (busy || threads == 1) {
            return false;
        }
        busy = true;
        this.task = task;
        this.blocks = blocks;
        next = 0;
        while (workers < threads - 1) {
            int worker = ++workers;
            Thread.ofPlatform().daemon().name("handgrad-" + worker).start(() -> work(worker));
        }
        notifyAll();
        return true;
    }

    /** The number of a block for the caller, or -1 when all have been handed out. */
    private synchronized int claim() {
        if (next >= blocks) {
            return -1;
        }
        running++;
        return next++;
    }

    private void run(BlockTask task, int block) {
        Throwable thrown = null;
        try {
            task.run(block);
        } catch (Throwable throwable) {
            thrown = throwable;
        }
        done(thrown);
    }

    private synchronized void done(@Nullable Throwable thrown) {
        if (thrown != null) {
            failure = failure == null ? thrown : failure;
            next = blocks;
        }
        running--;
        if (running == 0) {
            notifyAll();
        }
    }

    /** Waits for the blocks still running, gives the pool back and throws what a block threw. */
    private synchronized void end() {
        boolean interrupted = false;
        while (running > 0) {
            try {
                wait();
            } catch (InterruptedException _) {
                // The blocks write to the caller's arrays, so it must not return before them.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        var thrown = failure;
        failure = null;
        task = NOTHING;
        busy = false;
        switch (thrown) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> throw new IllegalStateException(thrown);
        }
    }

    /** The life of a pool thread. Fewer threads than before leave the last ones waiting. */
    private void work(int worker) {
        while (true) {
            BlockTask current;
            int block;
            synchronized (this) {
                while (next >= blocks || worker >= threads) {
                    try {
                        wait();
                    } catch (InterruptedException _) {
                        // A stray interrupt: the thread waits on until the JVM ends.
                    }
                }
                current = task;
                block = next++;
                running++;
            }
            run(current, block);
        }
    }
}
