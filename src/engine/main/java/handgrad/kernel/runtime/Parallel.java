package handgrad.kernel.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The one owner of threads: a pool of daemon threads that run the blocks of a task together with the caller.
 *
 * <p>A task is cut into blocks by its author, from the sizes of the data alone, or by {@link #columns} or {@link
 * #available} where no result depends on the cut. So the number of threads decides only who computes what, and never
 * changes a result. A call from inside a block, or while another thread uses the pool, runs its blocks in the calling
 * thread.
 *
 * <p><b>Structure.</b> {@link #unclaimed} counts the blocks that nobody has begun, {@link #unfinished} those that are
 * not done; taking one down by compare-and-set claims a block. Whoever has claimed one may read the task, because the
 * caller does not replace it before its last block is done. So a thread that comes too late, or that sleeps between
 * reading the count and claiming, claims a block of the task of that moment, which is as good.
 *
 * <p><b>Whose block.</b> Each thread has a range of its own, the same part of every task, and takes from others' ranges
 * when that is done. So a thread mostly reads what it wrote itself in the task before, from its own caches.
 *
 * <p><b>Waiting.</b> To wake a sleeping thread takes some tens of microseconds, as long as a whole loop over a hundred
 * thousand floats. So a thread first looks again and again for {@link #SPIN_NANOS}, and then sleeps: the tasks of one
 * training step follow each other faster than that, and after the step the pool uses no processor. With more threads
 * than processors nobody spins, because the one waited for may need that processor.
 */
public final class Parallel {
    /** Work on a range of elements that does not depend on the other ranges. */
    @FunctionalInterface
    public interface RangeTask {
        /** Does the elements from one index to before another. */
        void run(int from, int to);
    }

    /** Work on a range of rows in operands that are handed to it, so that it captures nothing. */
    @FunctionalInterface
    public interface RowTask<A, B, C, D> {
        /** Does the rows from one index to before another. */
        void run(A a, B b, C c, D d, int columns, int from, int to);
    }

    /**
     * Elements in a block of a loop: some 5 to 15 µs of work, and a multiple of every vector width. A loop over no more
     * than this runs in the calling thread.
     */
    public static final int BLOCK = 1 << 15;

    /** Floats in a cache line. */
    private static final int LINE = 16;

    /**
     * The least columns in a block of sums down the columns: two cache lines of a row, which the processor fetches in
     * pairs.
     */
    private static final int COLUMNS = 32;

    /** How long a thread looks for work, or for the end of its task, before it sleeps. */
    private static final long SPIN_NANOS = 50_000;

    /** Elements of {@link #shares} between two threads: two cache lines, so that one does not wait for the other's. */
    private static final int APART = 16;

    private static final long ONE_FIRST = 1L << 32;

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final DefaultThreads DEFAULT = DefaultThreads.ofThisProcess();
    private static final Parallel POOL = new Parallel();

    private volatile int threads = DEFAULT.count();
    private int workers;
    private final AtomicBoolean busy = new AtomicBoolean();
    private IntConsumer task = Parallel::nothing;

    /** The blocks of each thread that nobody has taken: the first, and in the lower half the one behind the last. */
    private AtomicLongArray shares = new AtomicLongArray(0);

    private int sharers;
    private final AtomicInteger unclaimed = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicInteger sleepers = new AtomicInteger();
    private final BooleanSupplier running = this::isRunning;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private Parallel() {}

    /**
     * Sets how many threads run a task, the caller among them; by default one for each processor that the process may
     * use, or as many as {@code SLURM_CPUS_PER_TASK} says where that is less.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public static void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, but is " + threads);
        }
        POOL.threads = threads;
    }

    /** How many threads run a task, the caller among them. */
    public static int threads() {
        return POOL.threads;
    }

    /**
     * How many threads a task that begins now would run on: 1 inside a block, or while another thread uses the pool.
     */
    public static int available() {
        return POOL.busy.get() ? 1 : POOL.threads;
    }

    /** Who says how many threads there are by default, if it is not the JVM: Slurm, or why it is not followed. */
    public static String defaultThreadsOrigin() {
        return DEFAULT.origin();
    }

    /**
     * Runs blocks 0 to {@code blocks - 1} of a task and returns when all are done. If a block throws, blocks not yet
     * begun are left out and the first exception reaches the caller.
     *
     * @param task does the block of a number, counted from 0; blocks do not depend on each other
     */
    public static void blocks(int blocks, IntConsumer task) {
        if (blocks > 1 && POOL.threads > 1 && POOL.busy.compareAndSet(false, true)) {
            try {
                POOL.share(blocks, task);
            } finally {
                POOL.busy.set(false);
            }
        } else {
            for (int block = 0; block < blocks; block++) {
                task.accept(block);
            }
        }
    }

    /**
     * Runs a task over 0 to {@code n - 1} in ranges of a given length. Kernels do a single range without it, so that
     * small work allocates no task; most of them through {@link #overRows}.
     */
    public static void ranges(int n, int length, RangeTask task) {
        blocks(Math.ceilDiv(n, length), block -> {
            int from = block * length;
            task.run(from, from + Math.min(length, n - from));
        });
    }

    /**
     * Runs a task over 0 to {@code n - 1} in ranges of at most so many elements that are as equal as can be, two of
     * them or four and so on, so that two threads get equal work; in whole cache lines of floats, if the most is. For
     * tasks whose results do not depend on the cut.
     */
    public static void evenRanges(int n, int most, RangeTask task) {
        int length = Math.ceilDiv(n, 2 * Math.ceilDiv(Math.ceilDiv(n, most), 2));
        ranges(n, most % LINE == 0 ? Math.ceilDiv(length, LINE) * LINE : length, task);
    }

    /**
     * Runs a task over rows: at once where they make a single block, otherwise block by block. Only what is cut
     * allocates, if the task itself captures nothing. A task that needs fewer operands takes one of them twice.
     *
     * @param blockRows the rows of a block, see {@link #rows(int)}
     * @param columns handed to the task
     */
    public static <A, B, C, D> void overRows(
            int rows, int blockRows, int columns, A a, B b, C c, D d, RowTask<A, B, C, D> task) {
        if (rows <= blockRows) {
            task.run(a, b, c, d, columns, 0, rows);
        } else {
            evenRanges(rows, blockRows, (from, to) -> task.run(a, b, c, d, columns, from, to));
        }
    }

    /** How many rows of so many columns make a block. */
    public static int rows(int columns) {
        return Math.max(1, BLOCK / Math.max(1, columns));
    }

    /**
     * How many columns of a matrix make a block of sums down its columns: as many as make one block for each thread, in
     * whole cache lines. Narrower blocks are slower, because each row of a block is fetched by itself; and the sum of a
     * column does not depend on the columns beside it, so blocks may depend on the threads.
     */
    public static int columns(int columns) {
        return Math.ceilDiv(columns, POOL.threads * COLUMNS) * COLUMNS;
    }

    private void share(int blocks, IntConsumer task) {
        startWorkers();
        this.task = task;
        setShares(blocks);
        unfinished.set(blocks);
        unclaimed.set(blocks);
        wakeSleepers();
        for (int block = claim(0); block >= 0; block = claim(0)) {
            runClaimed(block);
        }
        // The other threads write to the caller's arrays, so it must not return before them.
        if (awaitWhile(running)) {
            Thread.currentThread().interrupt();
        }
        this.task = Parallel::nothing;
        switch (failure.getAndSet(null)) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            case Throwable checked -> throw new IllegalStateException(checked);
        }
    }

    /** Only the caller that has the pool comes here. */
    private void startWorkers() {
        while (workers < threads - 1) {
            int worker = ++workers;
            Thread.ofPlatform().daemon().name("handgrad-" + worker).start(() -> work(worker));
        }
    }

    private void setShares(int blocks) {
        sharers = threads;
        if (shares.length() < sharers * APART) {
            shares = new AtomicLongArray(sharers * APART);
        }
        int first = 0;
        for (int thread = 0; thread < sharers; thread++) {
            int end = (int) ((thread + 1L) * blocks / sharers);
            shares.set(thread * APART, first * ONE_FIRST + end);
            first = end;
        }
    }

    /** The number of a block for a thread, of which the caller is 0, or -1 when all have been handed out. */
    private int claim(int thread) {
        int left = unclaimed.get();
        while (left > 0) {
            if (unclaimed.compareAndSet(left, left - 1)) {
                return take(thread);
            }
            left = unclaimed.get();
        }
        return -1;
    }

    /** A block for a thread that has claimed one, so that one is there: its own next, or else the last of another. */
    private int take(int thread) {
        int owner = thread % sharers;
        while (true) {
            long share = shares.get(owner * APART);
            int first = (int) (share / ONE_FIRST);
            int end = (int) share;
            boolean own = owner == thread;
            if (first == end) {
                owner = (owner + 1) % sharers;
            } else if (shares.compareAndSet(owner * APART, share, own ? share + ONE_FIRST : share - 1)) {
                return own ? first : end - 1;
            }
        }
    }

    /** The task between tasks, so that the pool does not hold on to the arrays of the last one. */
    private static void nothing(int block) {}

    private boolean isRunning() {
        return unfinished.get() > 0;
    }

    private void runClaimed(int block) {
        int done = 1;
        try {
            task.accept(block);
        } catch (Throwable thrown) {
            failure.compareAndSet(null, thrown);
            done += unclaimed.getAndSet(0);
        }
        unfinished.addAndGet(-done);
    }

    /** The life of a pool thread. Fewer threads than before leave the last ones asleep. */
    private void work(int worker) {
        BooleanSupplier idle = () -> unclaimed.get() == 0 || worker >= threads;
        while (true) {
            // A stray interrupt means nothing here: the thread lives as long as the JVM.
            awaitWhile(idle);
            int block = claim(worker);
            if (block >= 0) {
                runClaimed(block);
                if (!isRunning()) {
                    wakeSleepers();
                }
            }
        }
    }

    /** Waits while a condition holds, even through an interrupt; true if there was one. */
    private boolean awaitWhile(BooleanSupplier condition) {
        if (threads <= PROCESSORS) {
            long end = System.nanoTime() + SPIN_NANOS;
            while (condition.getAsBoolean() && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
        return condition.getAsBoolean() && sleepWhile(condition);
    }

    private synchronized boolean sleepWhile(BooleanSupplier condition) {
        boolean interrupted = false;
        // First counted, then looked at: whoever changes the condition afterwards sees a sleeper to wake.
        sleepers.incrementAndGet();
        while (condition.getAsBoolean()) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        sleepers.decrementAndGet();
        return interrupted;
    }

    private void wakeSleepers() {
        if (sleepers.get() > 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }
}
