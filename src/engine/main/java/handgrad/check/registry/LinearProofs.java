package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.bias;
import static handgrad.check.registry.InputGradients.written;
import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.nn.Embedding;
import handgrad.nn.GroupedLinear;
import handgrad.nn.Linear;
import handgrad.nn.Parameter;
import handgrad.nn.TiedLinear;
import handgrad.tensor.Functional;
import handgrad.tensor.Grouped;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Linear, grouped linear and embedding: the operation in {@link Functional} or {@link Grouped}, then the layer that has
 * its parameters.
 */
final class LinearProofs {
    private final Draw draw = new Draw(14);

    List<Proof> proofs() {
        var linear = List.of(
                linear(1, true, 1, 1),
                linear(3, true, 1, 17),
                linear(7, true, 3, 5),
                linear(7, false, 3, 5),
                linear(17, true, 13, 19),
                linear(27, true, 13, 19),
                linear(4, true, 2, 3, 5),
                linear(4, true, 2, 1, 3, 5),
                linear(3, false, 2, 4, 17),
                linear(4, true, 5),
                linear(4, true, 0, 5));
        var transposed =
                Draw.all(
                        sizes -> new Tensor[] {draw.normal(sizes), draw.normal(7, sizes[sizes.length - 1])},
                        new int[][] {{1, 1}, {1, 17}, {3, 5}, {13, 19}, {2, 3, 5}, {2, 1, 3, 4}, {5}, {0, 5}});
        var table = embedding();
        return List.of(
                Proof.named("Functional.linear")
                        .samplesOf(LINEAR, linear)
                        .refuses(
                                "linear: wants 3 in the last dimension, x is (2, 5)",
                                () -> LINEAR.forward().apply(Tensor.zeros(2, 5), Tensor.zeros(3, 4)))
                        .refuses(
                                "linear: wants 1 x 4 elements, bias is (3)",
                                () -> LINEAR.forward().apply(Tensor.zeros(2, 3), Tensor.zeros(3, 4), Tensor.zeros(3))),
                Proof.named("Linear")
                        .layers(x -> new Linear(x[1].copy(), copy(bias(x))), LINEAR.definition(), linear)
                        .layer(random -> new Linear(5, 7, random), LINEAR.definition(), draw.normal(3, 5))
                        .layer(random -> new Linear(5, 7, false, random), LINEAR.definition(), draw.normal(3, 5))
                        .refuses(
                                "linear: wants 3 in the last dimension, x is (2, 5)",
                                () -> new Linear(Tensor.zeros(3, 4), null).forward(Tensor.zeros(2, 5)))
                        .refuses(
                                "Linear: bias must be (4) for weight (3, 4), it is (3)",
                                () -> new Linear(Tensor.zeros(3, 4), Tensor.zeros(3))),
                Proof.named("Functional.linearTransposed")
                        .samplesOf(LINEAR_TRANSPOSED, transposed)
                        .refuses(
                                "linearTransposed: wants 4 in the last dimension, x is (2, 5)",
                                () -> LINEAR_TRANSPOSED.forward().apply(Tensor.zeros(2, 5), Tensor.zeros(3, 4))),
                Proof.named("TiedLinear")
                        .layers(x -> tied(x[1].copy()), LINEAR_TRANSPOSED.definition(), transposed)
                        .refuses(
                                "linearTransposed: wants 4 in the last dimension, x is (2, 5)",
                                () -> tied(Tensor.zeros(3, 4)).forward(Tensor.zeros(2, 5)))
                        .refuses("TiedLinear: weight must be (rows, columns), it is (3)", () -> tied(Tensor.zeros(3))),
                grouped(
                        Proof.named("Grouped.groupedLinear")
                                .refuses(
                                        "groupedLinear: weight (2, 5) must be (fanIn, fanOut · groups) for 2 groups",
                                        () -> groupedLinear(2).forward().apply(Tensor.zeros(2, 4), Tensor.zeros(2, 5)))
                                .refuses(
                                        "groupedLinear: wants 4 in the last dimension, x is (2, 5)",
                                        () -> groupedLinear(2).forward().apply(Tensor.zeros(2, 5), Tensor.zeros(2, 6))),
                        (proof, groups, x) -> proof.sample(groupedLinear(groups), x)),
                grouped(
                        Proof.named("GroupedLinear")
                                .refuses(
                                        "GroupedLinear: weight must be (fanIn, fanOut · 2), it is (3, 5)",
                                        () -> new GroupedLinear(Tensor.zeros(3, 5), null, 2))
                                .refuses(
                                        "GroupedLinear: bias must be (6) for weight (3, 6), it is (3)",
                                        () -> new GroupedLinear(Tensor.zeros(3, 6), Tensor.zeros(3), 2)),
                        (proof, groups, inputs) -> proof.layers(
                                x -> new GroupedLinear(x[1].copy(), copy(bias(x)), groups),
                                groupedLinear(groups).definition(),
                                List.<Tensor[]>of(inputs))),
                Proof.named("Functional.embedding")
                        .samplesOf(EMBEDDING, table)
                        .refuses(
                                "embedding: index 3 is outside of 0 to 2",
                                () -> EMBEDDING.forward().apply(Tensor.of(new int[] {3}, 1), Tensor.zeros(3, 4))),
                Proof.named("Embedding")
                        .layers(x -> new Embedding(x[1].copy()), EMBEDDING.definition(), table)
                        .layer(random -> new Embedding(7, 17, random), EMBEDDING.definition(), draw.indices(7, 1))
                        .refuses(
                                "embedding: index 3 is outside of 0 to 2",
                                () -> new Embedding(Tensor.zeros(3, 4)).forward(Tensor.of(new int[] {3}, 1))));
    }

    private static @Nullable Tensor copy(@Nullable Tensor tensor) {
        return tensor == null ? null : tensor.copy();
    }

    /** dX = dOut · weightᵀ, dWeight = xᵀ · dOut, dBias = Σ over rows of dOut. */
    static final Computation LINEAR = new Computation(
            x -> written(x[0], x[0].shape().with(-1, x[1].size(1)), out -> Functional.linear(x[0], x[1], bias(x), out)),
            (dOut, x) -> InputGradients.ofAll(x, gradients -> {
                Functional.linearBackwardInput(dOut, x[1], gradients[0]);
                Functional.linearBackwardParameters(x[0], dOut, gradients[1], bias(gradients));
            }),
            new Definition(
                    x -> {
                        var product = ProductProofs.product(x[0], x[1]);
                        return x.length == 2
                                ? product
                                : Definition.tensor(product.shape(), i -> product.get(i) + x[2].get(i[i.length - 1]));
                    },
                    x -> x[1].size(0) + 1));

    private static TiedLinear tied(Tensor weight) {
        return new TiedLinear(new Parameter("weight", weight));
    }

    /** dX = dOut · weight, dWeight = dOutᵀ · x. */
    private static final Computation LINEAR_TRANSPOSED = new Computation(
            x -> written(
                    x[0], x[0].shape().with(-1, x[1].size(0)), out -> Functional.linearTransposed(x[0], x[1], out)),
            (dOut, x) -> InputGradients.ofAll(
                    x, gradients -> Functional.linearTransposedBackward(x[0], x[1], dOut, gradients[0], gradients[1])),
            new Definition(x -> ProductProofs.product(x[0], x[1].transpose(0, 1)), x -> x[1].size(1)));

    /** An x of these sizes, whose last is the number of inputs, with a weight and perhaps a bias. */
    private Tensor[] linear(int fanOut, boolean bias, int... sizes) {
        var x = draw.normal(sizes);
        var weight = draw.normal(x.size(-1), fanOut);
        return bias ? new Tensor[] {x, weight, draw.normal(fanOut)} : new Tensor[] {x, weight};
    }

    /** In each group dX = dOut · weightᵀ, dWeight = xᵀ · dOut, dBias = Σ over rows of dOut. */
    private static Computation groupedLinear(int groups) {
        return new Computation(
                x -> written(
                        x[0],
                        x[0].shape().with(-1, x[1].size(1)),
                        out -> Grouped.groupedLinear(x[0], x[1], bias(x), groups, out)),
                (dOut, x) -> InputGradients.ofAll(x, gradients -> {
                    Grouped.groupedLinearBackwardInput(dOut, x[1], groups, gradients[0]);
                    Grouped.groupedLinearBackwardParameters(x[0], dOut, groups, gradients[1], bias(gradients));
                }),
                new Definition(x -> groupedProduct(groups, x), x -> x[1].size(0) + 1));
    }

    /** The sum over the features of the group of a column, which is its remainder by the number of groups. */
    private static Tensor groupedProduct(int groups, Tensor... x) {
        return Definition.tensor(x[0].shape().with(-1, x[1].size(1)), index -> {
            int column = index[index.length - 1];
            double sum = x.length == 3 ? x[2].get(column) : 0;
            for (int i = 0; i < x[1].size(0); i++) {
                index[index.length - 1] = i * groups + column % groups;
                sum += x[0].get(index) * x[1].get(i, column);
            }
            return sum;
        });
    }

    /** Adds a sample of a number of groups to a proof. */
    private interface Groups {
        Proof with(Proof proof, int groups, Tensor... x);
    }

    private Proof grouped(Proof proof, Groups groups) {
        var all = groups.with(proof, 1, grouped(1, 7, true, 3, 5));
        all = groups.with(all, 1, grouped(1, 1, true, 1, 1));
        all = groups.with(all, 3, grouped(3, 5, true, 2, 6));
        all = groups.with(all, 3, grouped(3, 5, false, 2, 6));
        all = groups.with(all, 3, grouped(3, 1, true, 2, 3, 12));
        all = groups.with(all, 17, grouped(17, 2, false, 2, 17));
        all = groups.with(all, 17, grouped(17, 4, true, 2, 17));
        all = groups.with(all, 31, grouped(31, 1, true, 2, 124));
        all = groups.with(all, 5, grouped(5, 1, true, 2, 3, 10));
        all = groups.with(all, 2, grouped(2, 2, true, 6));
        return groups.with(all, 4, grouped(4, 1, true, 0, 8));
    }

    /** An x of these sizes, whose last is the number of inputs of all groups, with a weight and perhaps a bias. */
    private Tensor[] grouped(int groups, int fanOut, boolean bias, int... sizes) {
        var x = draw.normal(sizes);
        var weight = draw.normal(x.size(-1) / groups, fanOut * groups);
        return bias ? new Tensor[] {x, weight, draw.normal(fanOut * groups)} : new Tensor[] {x, weight};
    }

    /** Of indices and a table: dTable[indices] += dOut, so a row that is used twice gets both gradients. */
    static final Computation EMBEDDING = new Computation(
            x -> {
                int[] sizes = Arrays.copyOf(x[0].shape().toArray(), x[0].shape().rank() + 1);
                sizes[sizes.length - 1] = x[1].size(1);
                var out = InputGradients.zeros(x[1].dtype(), sizes);
                Functional.embedding(x[1], x[0], out);
                return out;
            },
            (dOut, x) -> {
                var dTable = zerosLike(x[1]);
                Functional.embeddingBackward(x[0], dOut, dTable);
                return InputGradients.of(InputGradients.none(), dTable);
            },
            new Definition(x -> MovementProofs.rows(x[1], x[0])));

    private List<Tensor[]> embedding() {
        return List.of(
                new Tensor[] {draw.indices(1, 4), draw.normal(1, 3)},
                new Tensor[] {draw.indices(7, 1), draw.normal(7, 17)},
                new Tensor[] {draw.indices(3, 2, 5), draw.normal(3, 17)},
                new Tensor[] {Tensor.of(new int[] {2, 0, 2, 2}, 4), draw.normal(3, 5)},
                new Tensor[] {draw.indices(4, 3), draw.normal(4, 1)},
                new Tensor[] {draw.indices(4), draw.normal(4, 3)},
                new Tensor[] {draw.indices(3, 0), draw.normal(3, 5)},
                new Tensor[] {draw.indices(27, 5, 3), draw.normal(27, 10)},
                new Tensor[] {draw.indices(27, 13, 3), draw.normal(27, 10)});
    }
}
