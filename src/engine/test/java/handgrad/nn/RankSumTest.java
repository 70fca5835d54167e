package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("composition")
@Timeout(60)
class RankSumTest {
    /** Numbers of very different sizes for each shard, so that the order of their sum shows in the last bits. */
    private static Tensor[] leaves(int shards, DType dtype, int elements) {
        var random = TorchRandom.seeded(elements);
        return IntStream.range(0, shards)
                .mapToObj(shard -> {
                    var numbers = Tensor.randn(random, elements);
                    for (int i = 0; i < elements; i++) {
                        numbers.floats()[i] *= (float) (1 << (i + 3 * shard) % 11);
                    }
                    return numbers.to(dtype);
                })
                .toArray(Tensor[]::new);
    }

    /** The tree as it is defined: halves of the next power of two, without what is not there. */
    private static double tree(Tensor[] leaves, int element, int first, int width) {
        if (width == 1) {
            return leaves[first].getFlat(element);
        }
        int middle = first + width / 2;
        double left = tree(leaves, element, first, width / 2);
        if (middle >= leaves.length) {
            return left;
        }
        double sum = left + tree(leaves, element, middle, width / 2);
        // Float64 has more than twice the digits of float32, so rounding twice gives what rounding once does.
        return leaves[0].dtype() == DType.FLOAT32 ? (float) sum : sum;
    }

    private static Tensor tree(Tensor[] leaves) {
        int width = 1;
        while (width < leaves.length) {
            width *= 2;
        }
        double[] sums = new double[leaves[0].shape().elements()];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = tree(leaves, i, 0, width);
        }
        return Tensor.of(sums, sums.length).to(leaves[0].dtype());
    }

    /** The sums of the largest subtrees of a rank's run, as a rank makes them: from the last shard to the first. */
    private static List<List<Tensor>> subtrees(Tensor[] leaves, ShardTree tree, int rank) {
        int first = tree.first(rank);
        int[] merges = tree.merges(first, tree.first(rank + 1));
        var stack = new ArrayDeque<Tensor>();
        for (int i = merges.length - 1; i >= 0; i--) {
            var sum = leaves[first + i].copy();
            for (int merge = 0; merge < merges[i]; merge++) {
                Updates.addScaled(sum, 1, stack.removeLast());
            }
            stack.addLast(sum);
        }
        assertThat(stack).hasSameSizeAs(tree.subtrees(rank));
        return stack.stream().map(RankSumTest::inTwo).toList();
    }

    /** Two tensors, cut where no slice ends. */
    private static List<Tensor> inTwo(Tensor tensor) {
        int all = tensor.shape().elements();
        return List.of(tensor.narrow(0, 0, all / 3), tensor.narrow(0, all / 3, all - all / 3));
    }

    private static void requireTree(int size, Tensor[] leaves, Tensor expected) {
        var tree = new ShardTree(leaves.length, size);
        int elements = leaves[0].shape().elements();
        var results = Ranks.each(size, ranks -> {
            var sum = new RankSum(ranks, tree, leaves[0].dtype(), elements);
            var result = inTwo(leaves[0].copy());
            // Twice in the same buffers, the second time into one of the sums.
            sum.sum(subtrees(leaves, tree, ranks.rank()), result);
            var own = subtrees(leaves, tree, ranks.rank());
            sum.sum(own, own.getLast());
            assertThat(own.getLast().equals(result)).isTrue();
            return Tensor.cat(0, result.toArray(Tensor[]::new));
        });
        for (var result : results) {
            assertThat(result.equals(expected))
                    .as("%d shards, %d ranks", leaves.length, size)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 12_000, 1_048_576})
    void eight_shards_are_added_as_the_tree_has_it_by_any_number_of_ranks(int elements) {
        var leaves = leaves(8, DType.FLOAT32, elements);
        var expected = tree(leaves);
        for (int size = 1; size <= 8; size++) {
            requireTree(size, leaves, expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 6, 7, 16})
    void so_are_any_shards_also_in_float64(int shards) {
        var leaves = leaves(shards, DType.FLOAT64, 101);
        var expected = tree(leaves);
        for (int size = 1; size <= shards; size++) {
            requireTree(size, leaves, expected);
        }
    }

    @Test
    void the_order_of_a_tree_is_not_that_of_a_row() {
        var leaves = leaves(8, DType.FLOAT32, 12_000);
        var tree = tree(leaves);
        long different = IntStream.range(0, 12_000)
                .filter(i -> {
                    float row = 0;
                    for (var leaf : leaves) {
                        row += leaf.floats()[i];
                    }
                    return row != tree.getFlat(i);
                })
                .count();
        assertThat(different).isGreaterThan(1_000);
    }

    @Test
    void a_number_of_each_shard_is_added_in_the_same_order() {
        for (int shards = 1; shards <= 16; shards++) {
            var leaves = leaves(shards, DType.FLOAT64, 1);
            double[] numbers =
                    Arrays.stream(leaves).mapToDouble(leaf -> leaf.getFlat(0)).toArray();
            new ShardTree(shards, 1).merge((shard, behind) -> numbers[shard] += numbers[behind]);
            assertThat(numbers[0]).isEqualTo(tree(leaves).item());
        }
    }

    @Test
    void runs_of_ranks_are_cut_into_their_largest_subtrees() {
        assertThat(new ShardTree(8, 4).subtrees(2)).containsExactly(new ShardTree.Node(1, 2));
        var three = new ShardTree(8, 3);
        assertThat(three.subtrees(0)).containsExactly(new ShardTree.Node(1, 0));
        assertThat(three.subtrees(1)).containsExactly(new ShardTree.Node(0, 4), new ShardTree.Node(1, 1));
        assertThat(three.subtrees(2)).containsExactly(new ShardTree.Node(1, 3), new ShardTree.Node(0, 5));
    }
}
