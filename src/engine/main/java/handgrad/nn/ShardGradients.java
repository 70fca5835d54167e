package handgrad.nn;

import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradients of a rank's shards and their sums, in the order of a {@link ShardTree}. Those of shard 0, and so the
 * sum of all, are the gradients of the parameters themselves; the others lie in places that are used again.
 */
final class ShardGradients {
    private final int first;

    /** Of each shard of this rank, how many sums on top of the stack its gradients are added to. */
    private final int[] merges;

    private final List<Tensor> own = new ArrayList<>();
    private final ArrayDeque<List<Tensor>> free = new ArrayDeque<>();
    private final ArrayDeque<List<Tensor>> stack = new ArrayDeque<>();

    /** Gradients of the shards from a first one to before an end. */
    ShardGradients(ShardTree tree, int first, int end) {
        this.first = first;
        merges = tree.merges(first, end);
    }

    /** Adds a place, which nobody else uses. */
    void addPlace(List<Tensor> tensors) {
        free.addLast(tensors);
    }

    /** Before a batch, with the gradients that it is added to. */
    void begin(List<Parameter> parameters) {
        own.clear();
        for (var parameter : parameters) {
            own.add(parameter.grad());
        }
        stack.clear();
        if (!free.isEmpty() && !areOfOneType(free.getFirst(), own)) {
            free.clear(); // the model has been converted
        }
    }

    private static boolean areOfOneType(List<Tensor> some, List<Tensor> others) {
        for (int i = 0; i < some.size(); i++) {
            if (some.get(i).dtype() != others.get(i).dtype()) {
                return false;
            }
        }
        return true;
    }

    /** The gradients of the parameters. */
    List<Tensor> own() {
        return own;
    }

    /** The place for the gradients of a shard. */
    List<Tensor> place(int shard) {
        if (shard == 0) {
            return own;
        }
        return free.isEmpty()
                ? own.stream()
                        .map(tensor -> Tensor.zeros(tensor.dtype(), tensor.shape()))
                        .toList()
                : free.removeLast();
    }

    /** Adds the gradients of a shard to those of shards behind it; shards come from the last to the first. */
    void add(int shard, List<Tensor> gradients) {
        for (int merge = 0; merge < merges[shard - first]; merge++) {
            var behind = stack.removeLast();
            for (int p = 0; p < gradients.size(); p++) {
                Updates.addScaled(gradients.get(p), 1, behind.get(p));
            }
            free.addLast(behind);
        }
        stack.addLast(gradients);
    }

    /** The sums of the largest subtrees, as {@link ShardTree#subtrees} has them; their places are free again. */
    List<List<Tensor>> sums() {
        var sums = List.copyOf(stack);
        if (first == 0) {
            stack.removeLast(); // the own ones
        }
        free.addAll(stack);
        stack.clear();
        return sums;
    }
}
