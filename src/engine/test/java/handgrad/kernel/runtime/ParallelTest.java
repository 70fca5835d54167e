package handgrad.kernel.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("no-kernel")
class ParallelTest {
    private final int threadsBefore = Parallel.threads();

    @AfterEach
    void restoreThreads() {
        Parallel.setThreads(threadsBefore);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void runsEachBlockOnce(int threads) {
        Parallel.setThreads(threads);
        for (int blocks : new int[] {0, 1, 2, 7, 100}) {
            var runs = new AtomicIntegerArray(blocks);
            Parallel.blocks(blocks, runs::incrementAndGet);
            for (int block = 0; block < blocks; block++) {
                assertThat(runs.get(block)).isEqualTo(1);
            }
        }
    }

    @Test
    void runsBlocksOnSeveralThreadsAtOnce() {
        Parallel.setThreads(3);
        var meeting = new CyclicBarrier(3);
        Parallel.blocks(3, block -> await(meeting));
        assertThat(meeting.isBroken()).isFalse();
    }

    @Test
    void shrinksToFewerThreads() {
        Parallel.setThreads(4);
        Parallel.blocks(4, block -> {});
        Parallel.setThreads(1);
        var caller = Thread.currentThread();
        Parallel.blocks(50, block -> assertThat(Thread.currentThread()).isSameAs(caller));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void passesAnExceptionToTheCallerAndGoesOn(int threads) {
        Parallel.setThreads(threads);
        assertThatThrownBy(() -> Parallel.blocks(20, block -> {
                    if (block == 5) {
                        throw new IllegalStateException("block 5 broke");
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("block 5 broke");
        var count = new AtomicInteger();
        Parallel.blocks(20, block -> count.incrementAndGet());
        assertThat(count).hasValue(20);
    }

    @Test
    void runsNestedCallsInTheThreadOfTheBlock() {
        Parallel.setThreads(3);
        var count = new AtomicInteger();
        Parallel.blocks(4, outer -> {
            var thread = Thread.currentThread();
            Parallel.blocks(5, inner -> {
                assertThat(Thread.currentThread()).isSameAs(thread);
                count.incrementAndGet();
            });
        });
        assertThat(count).hasValue(20);
    }

    @Test
    void keepsAnInterruptOfTheCaller() {
        Parallel.setThreads(2);
        var meeting = new CyclicBarrier(2);
        var caller = Thread.currentThread();
        Parallel.blocks(2, block -> {
            await(meeting);
            if (Thread.currentThread() != caller) {
                caller.interrupt();
            }
        });
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void cutsARangeWhereTheLengthSays(int threads) {
        Parallel.setThreads(threads);
        var starts = new AtomicIntegerArray(25);
        Parallel.ranges(25, 10, (from, to) -> starts.set(from, to));
        assertThat(starts.get(0)).isEqualTo(10);
        assertThat(starts.get(10)).isEqualTo(20);
        assertThat(starts.get(20)).isEqualTo(25);
    }

    /** n, the most in a range, and where the ranges end. */
    @ParameterizedTest
    @CsvSource({
        "98304, 32768, 24576 49152 73728 98304",
        "32769, 32768, 16400 32769",
        "768, 256, 192 384 576 768",
        "24, 5, 4 8 12 16 20 24",
        "7, 3, 2 4 6 7",
        "3, 1, 1 2 3",
        "5, 8, 3 5"
    })
    void cutsEvenly(int n, int most, String ends) {
        Parallel.setThreads(2);
        var found = new ConcurrentSkipListMap<Integer, Integer>();
        Parallel.evenRanges(n, most, found::put);
        assertThat(found.values()).map(String::valueOf).containsExactly(ends.split(" ", -1));
        assertThat(found.keySet()).startsWith(0).doesNotContain(n);
    }

    @Test
    void eachThreadGetsColumnsOfWholeCacheLines() {
        Parallel.setThreads(1);
        assertThat(Parallel.columns(1024)).isEqualTo(1024);
        Parallel.setThreads(2);
        assertThat(Parallel.columns(27)).isEqualTo(32);
        assertThat(Parallel.columns(200)).isEqualTo(128);
        assertThat(Parallel.columns(1024)).isEqualTo(512);
        Parallel.setThreads(3);
        assertThat(Parallel.columns(300)).isEqualTo(128);
    }

    /** Tasks that follow each other at once, and after pauses in which the threads have gone to sleep. */
    @ParameterizedTest
    @ValueSource(ints = {2, 5})
    void runsManySmallTasks(int threads) throws InterruptedException {
        Parallel.setThreads(threads);
        var runs = new AtomicInteger();
        for (int task = 0; task < 20_000; task++) {
            if (task % 1_000 == 0) {
                Thread.sleep(2);
            }
            Parallel.blocks(3, block -> runs.addAndGet(block));
            assertThat(runs.getAndSet(0)).isEqualTo(3);
        }
    }

    @Test
    void callersThatMeetBothGetTheirWorkDone() throws InterruptedException {
        Parallel.setThreads(3);
        var runs = new AtomicIntegerArray(2);
        var callers = new Thread[2];
        for (int caller = 0; caller < 2; caller++) {
            int own = caller;
            callers[own] = Thread.ofPlatform().start(() -> {
                for (int task = 0; task < 2_000; task++) {
                    Parallel.blocks(4, block -> runs.incrementAndGet(own));
                }
            });
        }
        for (var caller : callers) {
            caller.join();
        }
        assertThat(runs.get(0)).isEqualTo(8_000);
        assertThat(runs.get(1)).isEqualTo(8_000);
    }

    @Test
    void idleThreadsSleep() throws InterruptedException {
        Parallel.setThreads(2);
        var seen = new AtomicReference<Thread>();
        var meeting = new CyclicBarrier(2);
        var caller = Thread.currentThread();
        Parallel.blocks(2, block -> {
            await(meeting);
            if (Thread.currentThread() != caller) {
                seen.set(Thread.currentThread());
            }
        });
        // Not a timed test: it ends as soon as the thread sleeps, and fails only if it never does.
        while (seen.get().getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        assertThat(seen.get().getState()).isEqualTo(Thread.State.WAITING);
    }

    @Test
    void refusesLessThanOneThread() {
        assertThatThrownBy(() -> Parallel.setThreads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads must be at least 1, but is 0");
    }

    private static void await(CyclicBarrier meeting) {
        try {
            meeting.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException failure) {
            throw new AssertionError("the blocks did not run at the same time", failure);
        }
    }
}
