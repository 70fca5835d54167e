package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Adds what the ranks of a {@link Collective} have, in the order of a {@link ShardTree}. Slice j of each rank's sums
 * goes to rank j, which adds them and sends the result to all: where ranks and shards are powers of two, each rank
 * sends 2 (ranks - 1) / ranks times the elements, whatever the number of shards. It goes piece by piece, so that the
 * buffers do not grow with the elements.
 */
final class RankSum {
    /** Elements that are summed at once: enough bytes for the speed of a network, few enough for the caches. */
    private static final int PIECE = 1 << 19;

    private final Collective ranks;
    private final DType dtype;
    private final long elements;
    private final int most;

    /** The slices that this rank adds, of all ranks, in the order of the stack. */
    private final List<Slice> slices;

    private final MemorySegment sent;
    private final MemorySegment received;

    /**
     * A slice of the sum of a subtree.
     *
     * @param rank which sends it
     * @param round in which it is sent
     * @param merges how many slices on top of the stack it is added to
     */
    private record Slice(int rank, int round, int merges, Tensor tensor) {}

    /**
     * Buffers for a sum.
     *
     * @param elements how many numbers each rank has
     */
    RankSum(Collective ranks, ShardTree tree, DType dtype, long elements) {
        this.ranks = ranks;
        this.dtype = dtype;
        this.elements = elements;
        int length = (int) Math.ceilDiv(Math.min(PIECE, elements), ranks.size());
        most = IntStream.range(0, ranks.size())
                .map(rank -> tree.subtrees(rank).size())
                .max()
                .orElseThrow();
        slices = new ArrayList<>();
        for (int rank = ranks.size() - 1; rank >= 0; rank--) {
            var subtrees = tree.subtrees(rank);
            for (int round = 0; round < subtrees.size(); round++) {
                int merges = tree.merges(subtrees.get(round));
                slices.add(new Slice(rank, round, merges, Tensor.zeros(dtype, Shape.of(length))));
            }
        }
        sent = FlatTensors.segment(Tensor.zeros(dtype, Shape.of(ranks.size() * length)));
        received = FlatTensors.segment(Tensor.zeros(dtype, Shape.of(ranks.size() * length)));
    }

    /** Whether this is for sums of so many elements of a type. */
    boolean isFor(DType type, long count) {
        return dtype == type && elements == count;
    }

    /**
     * Adds.
     *
     * @param own the sums of this rank's {@link ShardTree#subtrees}, in their order, each of all elements
     * @param result written; may be one of them
     */
    void sum(List<List<Tensor>> own, List<Tensor> result) {
        long bytes = FlatTensors.size(result);
        for (long from = 0; from < bytes; from += sent.byteSize()) {
            for (int round = 0; round < most; round++) {
                if (round < own.size()) {
                    FlatTensors.read(own.get(round), from, sent);
                }
                ranks.allToAll(sent, received);
                keep(round);
            }
            ranks.allGather(FlatTensors.segment(added()), received);
            FlatTensors.write(result, from, received);
        }
    }

    private void keep(int round) {
        for (var slice : slices) {
            if (slice.round == round) {
                var kept = FlatTensors.segment(slice.tensor);
                kept.copyFrom(received.asSlice(slice.rank * kept.byteSize(), kept.byteSize()));
            }
        }
    }

    private Tensor added() {
        var stack = new ArrayDeque<Tensor>();
        for (var slice : slices) {
            for (int merge = 0; merge < slice.merges; merge++) {
                Updates.addScaled(slice.tensor, 1, stack.removeLast());
            }
            stack.addLast(slice.tensor);
        }
        return stack.getLast();
    }
}
