package handgrad.nn;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Ranks in threads of one JVM. Each lays what it sends on a table; when all have done so, each takes its part, and when
 * all have taken theirs, the operation ends.
 */
final class ThreadRanks {
    /** Which rank has ended all, and why. */
    private record End(int rank, String message) {}

    private final MemorySegment[] table;
    private int arrived;
    private long meetings;
    private @Nullable End end;

    private ThreadRanks(int size) {
        table = new MemorySegment[size];
    }

    static List<Collective> of(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("Collective: wants at least 1 rank, not " + size);
        }
        var ranks = new ThreadRanks(size);
        return IntStream.range(0, size)
                .<Collective>mapToObj(rank -> new Member(ranks, rank))
                .toList();
    }

    /** Waits until all ranks are here, even through an interrupt. */
    private synchronized void meet() {
        long before = meetings;
        requireNoEnd();
        if (++arrived == table.length) {
            arrived = 0;
            meetings++;
            notifyAll();
        }
        boolean interrupted = false;
        while (meetings == before && end == null) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (meetings == before) {
            requireNoEnd();
        }
    }

    private void requireNoEnd() {
        if (end != null) {
            throw new RankFailedException(end.rank, end.message, null);
        }
    }

    private synchronized void end(End reason) {
        if (end == null) {
            end = reason;
        }
        notifyAll();
    }

    private record Member(ThreadRanks ranks, int rank) implements Collective {
        @Override
        public int size() {
            return ranks.table.length;
        }

        @Override
        public void allToAll(MemorySegment sent, MemorySegment received) {
            long slice = sent.byteSize() / size();
            ranks.table[rank] = sent;
            ranks.meet();
            for (int from = 0; from < size(); from++) {
                MemorySegment.copy(ranks.table[from], rank * slice, received, from * slice, slice);
            }
            ranks.meet();
        }

        @Override
        public void allGather(MemorySegment sent, MemorySegment received) {
            long slice = sent.byteSize();
            ranks.table[rank] = sent;
            ranks.meet();
            for (int from = 0; from < size(); from++) {
                MemorySegment.copy(ranks.table[from], 0, received, from * slice, slice);
            }
            ranks.meet();
        }

        @Override
        public void broadcast(MemorySegment data) {
            ranks.table[rank] = data;
            ranks.meet();
            if (rank > 0) {
                data.copyFrom(ranks.table[0]);
            }
            ranks.meet();
        }

        @Override
        public void abort(String message) {
            ranks.end(new End(rank, message));
        }
    }
}
