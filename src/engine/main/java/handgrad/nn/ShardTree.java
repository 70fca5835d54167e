package handgrad.nn;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order in which what shards give is added, the same for any number of ranks and threads: a binary tree over the
 * numbers of the shards. A node of level k adds two of level k - 1; a leaf is a shard. Where shards are no power of two
 * the tree is that of the next one, without the leaves that are not there, and a node with one child is that child.
 *
 * <p>A rank has a run of shards, one behind the other. Whoever adds goes from the last shard to the first with a stack
 * of sums: a sum is added to as many from the top of the stack as {@link #merges} says, and laid on it. So shard 0
 * comes last, and what is left of a run are the sums of its largest subtrees: one, where shards and ranks are powers of
 * two, and at most 2 log₂ of its shards.
 */
final class ShardTree {
    private final int shards;
    private final int ranks;

    /** The merges of each shard in a run of all. */
    private final int[] merges;

    private final int[] stack = new int[Integer.SIZE];

    /** A node: its leaves are the shards from index · 2^level to before (index + 1) · 2^level. */
    record Node(int level, int index) {
        private int first() {
            return index << level;
        }
    }

    /**
     * A tree.
     *
     * @param shards at least 1
     * @param ranks from 1 to the shards
     */
    ShardTree(int shards, int ranks) {
        this.shards = shards;
        this.ranks = ranks;
        merges = merges(0, shards);
    }

    /** The first shard of a rank; that of the rank after the last is the number of shards. */
    int first(int rank) {
        return (int) ((long) shards * rank / ranks);
    }

    /** How many shards the rank with the most of them has. */
    int most() {
        return Math.ceilDiv(shards, ranks);
    }

    /** How many sums on top of the stack the sum of each shard of a run is added to. */
    int[] merges(int first, int end) {
        return IntStream.range(first, end)
                .map(shard -> merged(new Node(0, shard), end).size())
                .toArray();
    }

    /** How many sums on top of the stack that of a subtree is added to, where all shards are summed. */
    int merges(Node node) {
        return merged(node, shards).size();
    }

    /** The nodes that become sums when that of a node is known, besides all on its right that lie before the end. */
    private List<Node> merged(Node node, int end) {
        var sums = new ArrayList<Node>();
        var current = node;
        while (current.index % 2 == 0 && 1 << current.level < shards) {
            var right = new Node(current.level, current.index + 1);
            var parent = new Node(current.level + 1, current.index / 2);
            if (right.first() < shards) {
                if (Math.min(shards, right.first() + (1 << right.level)) > end) {
                    break;
                }
                sums.add(parent);
            }
            current = parent;
        }
        return sums;
    }

    /** The largest subtrees in the run of a rank, from the last to the first. */
    List<Node> subtrees(int rank) {
        int end = first(rank + 1);
        var stack = new ArrayDeque<Node>();
        for (int shard = end - 1; shard >= first(rank); shard--) {
            var sums = merged(new Node(0, shard), end);
            sums.forEach(_ -> stack.removeLast());
            stack.addLast(sums.isEmpty() ? new Node(0, shard) : sums.getLast());
        }
        return List.copyOf(stack);
    }

    /** Puts together what two subtrees have. */
    interface Merging {
        /**
         * Adds what a subtree has to that of the one before it.
         *
         * @param shard the first of the one before it, which stands for it
         * @param behind the first of the subtree
         */
        void merge(int shard, int behind);
    }

    /** Puts together what all shards have, in the order of the tree; shard 0 has it then. */
    void merge(Merging merging) {
        int height = 0;
        for (int shard = shards - 1; shard >= 0; shard--) {
            for (int merge = 0; merge < merges[shard]; merge++) {
                merging.merge(shard, stack[--height]);
            }
            stack[height++] = shard;
        }
    }
}
