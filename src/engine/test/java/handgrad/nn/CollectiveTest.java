package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("no-kernel")
@Timeout(60)
class CollectiveTest {
    private static MemorySegment of(int... numbers) {
        return MemorySegment.ofArray(numbers);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void bytes_reach_the_ranks_that_they_are_for(int size) {
        var received = Ranks.each(size, ranks -> {
            int[] all = new int[size];
            int[] mine = new int[size];
            int[] first = {ranks.rank() + 7};
            for (int time = 0; time < 3; time++) {
                ranks.allGather(of(10 * ranks.rank() + time), MemorySegment.ofArray(all));
                int[] sent = IntStream.range(0, size)
                        .map(to -> 100 * ranks.rank() + to)
                        .toArray();
                ranks.allToAll(MemorySegment.ofArray(sent), MemorySegment.ofArray(mine));
                ranks.broadcast(MemorySegment.ofArray(first));
            }
            return List.of(all, mine, first);
        });
        for (int rank = 0; rank < size; rank++) {
            int own = rank;
            assertThat(received.get(rank).get(0))
                    .isEqualTo(
                            IntStream.range(0, size).map(from -> 10 * from + 2).toArray());
            assertThat(received.get(rank).get(1))
                    .isEqualTo(IntStream.range(0, size)
                            .map(from -> 100 * from + own)
                            .toArray());
            assertThat(received.get(rank).get(2)).containsExactly(7);
        }
    }

    @Test
    void one_rank_is_alone() {
        var single = Collective.single();
        assertThat(single.rank()).isZero();
        assertThat(single.size()).isEqualTo(1);
        int[] received = new int[1];
        single.allGather(of(5), MemorySegment.ofArray(received));
        assertThat(received).containsExactly(5);
        single.allToAll(of(6), MemorySegment.ofArray(received));
        assertThat(received).containsExactly(6);
        assertThat(single.agree(3)).isEqualTo(3);
        assertThat(single.broadcast("a text")).isEqualTo("a text");
        var failure = new IllegalStateException("no");
        var failed = single.fail(failure);
        assertThat(failed).hasMessage("rank 0 failed: no").hasCause(failure);
        assertThat(single.fail(failed)).isSameAs(failed);
    }

    @Test
    void the_largest_wish_is_everyones() {
        assertThat(Ranks.each(4, ranks -> ranks.agree(ranks.rank() == 2 ? 3 : ranks.rank() % 2)))
                .containsExactly(3, 3, 3, 3);
        assertThatThrownBy(() -> Collective.single().agree(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Collective: a wish must be at least 0, it is -1");
    }

    @Test
    void a_text_of_rank_0_reaches_all() {
        assertThat(Ranks.each(3, ranks -> ranks.broadcast(ranks.rank() == 0 ? "größer" : "")))
                .containsExactly("größer", "größer", "größer");
    }

    @Test
    void a_barrier_lets_nobody_pass_alone() {
        var passed = new ArrayList<Integer>();
        Ranks.each(3, ranks -> {
            synchronized (passed) {
                passed.add(0);
            }
            ranks.barrier();
            synchronized (passed) {
                passed.add(1);
            }
            return 0;
        });
        assertThat(passed).containsExactly(0, 0, 0, 1, 1, 1);
    }

    @Test
    void a_rank_that_failed_ends_all_at_the_next_agreement() {
        var own = new IllegalStateException("the disk is full");
        var thrown = Ranks.each(3, ranks -> {
            try {
                ranks.agree(0);
                throw ranks.rank() == 1 ? ranks.fail(own) : new IllegalStateException("agreed on " + ranks.agree(0));
            } catch (RankFailedException exception) {
                return exception;
            }
        });
        assertThat(thrown).allSatisfy(failed -> {
            assertThat(failed.rank()).isEqualTo(1);
            assertThat(failed).hasMessage("rank 1 failed: the disk is full");
        });
        assertThat(thrown).map(Throwable::getCause).containsExactly(null, own, null);
    }

    @Test
    void where_several_failed_the_lowest_speaks() {
        var thrown = Ranks.each(4, ranks -> {
            try {
                ranks.agree(ranks.rank());
                if (ranks.rank() > 0) {
                    return ranks.fail(new IllegalStateException("of " + ranks.rank() + "x".repeat(2000)));
                }
                throw new IllegalStateException("agreed on " + ranks.agree(0));
            } catch (RankFailedException exception) {
                return exception;
            }
        });
        assertThat(thrown.get(1)).hasCauseInstanceOf(IllegalStateException.class);
        for (int rank : new int[] {0, 2, 3}) {
            assertThat(thrown.get(rank)).hasNoCause().hasMessage("rank 1 failed: of 1" + "x".repeat(1020));
        }
    }

    @Test
    void who_waits_for_a_rank_that_aborts_throws() {
        var thrown = Ranks.each(3, ranks -> {
            if (ranks.rank() == 2) {
                ranks.abort("no memory");
                return "";
            }
            try {
                ranks.broadcast(of(1));
                return "";
            } catch (RankFailedException exception) {
                return String.valueOf(exception.getMessage());
            }
        });
        assertThat(thrown).containsExactly("rank 2 failed: no memory", "rank 2 failed: no memory", "");
    }

    @Test
    void an_interrupt_is_kept() {
        assertThat(Ranks.each(2, ranks -> {
                    if (ranks.rank() == 0) {
                        Thread.currentThread().interrupt();
                    } else {
                        sleep();
                    }
                    ranks.barrier();
                    return Thread.interrupted();
                }))
                .containsExactly(true, false);
    }

    private static void sleep() {
        try {
            Thread.sleep(Duration.ofMillis(20));
        } catch (InterruptedException exception) {
            throw new IllegalStateException(exception);
        }
    }

    @Test
    void there_is_a_rank() {
        assertThatThrownBy(() -> Collective.threads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Collective: wants at least 1 rank, not 0");
    }
}
