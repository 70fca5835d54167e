package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.nn.Embedding;
import handgrad.nn.PositionalEmbedding;
import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Tables with a row of padding, and of positions: the operation in {@link Functional}, then the layer. */
final class EmbeddingProofs {
    private final Draw draw = new Draw(29);

    List<Proof> proofs() {
        var padded = padded(1);
        var indices = List.of(
                new Tensor[] {draw.indices(2, 4), draw.normal(2, 3)},
                new Tensor[] {draw.indices(7, 1), draw.normal(7, 17)},
                new Tensor[] {draw.indices(3, 2, 5), draw.normal(3, 17)},
                new Tensor[] {Tensor.of(new int[] {1, 0, 1, 2}, 4), draw.normal(3, 5)},
                new Tensor[] {Tensor.of(new int[] {1, 1}, 2), draw.normal(3, 5)},
                new Tensor[] {draw.indices(4), draw.normal(4, 3)},
                new Tensor[] {draw.indices(3, 0), draw.normal(3, 5)},
                new Tensor[] {draw.indices(3, 13, 3), draw.normal(3, 10)});
        var sequences = Draw.all(
                sizes -> new Tensor[] {draw.normal(sizes[0], sizes[1], sizes[2]), draw.normal(sizes[3], sizes[2])},
                new int[][] {
                    {1, 1, 1, 1},
                    {2, 3, 5, 3},
                    {2, 3, 5, 7},
                    {5, 1, 17, 4},
                    {1, 8, 3, 8},
                    {0, 3, 2, 3},
                    {3, 0, 2, 2},
                    {13, 4, 5, 6}
                });
        return List.of(
                Proof.named("Functional.paddedEmbedding")
                        .samplesOf(padded, indices)
                        .refuses(
                                "paddedEmbedding: the index of padding must be one of the 3 rows, from 0, it is 3",
                                () -> padded(3).forward().apply(Tensor.of(new int[] {0}, 1), Tensor.zeros(3, 4))),
                Proof.named("Embedding, padded")
                        .layers(x -> Embedding.padded(x[1].copy(), 1), padded.definition(), indices)
                        .refuses(
                                "Embedding: the index of padding must be one of the 3 rows, from 0, it is -1",
                                () -> Embedding.padded(Tensor.zeros(3, 4), -1)),
                Proof.named("Functional.addPositions")
                        .samplesOf(POSITIONS, sequences)
                        .refuses(
                                "addPositions: x (2, 3, 5) has 3 positions, the table has 2; cut the sequences, or make"
                                        + " the table longer",
                                () -> POSITIONS.forward().apply(Tensor.zeros(2, 3, 5), Tensor.zeros(2, 5)))
                        .refuses(
                                "addPositions: wants x (N, T, columns) and positions (rows, columns), they are (3, 5)"
                                        + " and (3, 5)",
                                () -> Functional.addPositions(
                                        Tensor.zeros(3, 5), Tensor.zeros(3, 5), Tensor.zeros(3, 5))),
                Proof.named("PositionalEmbedding")
                        .layers(x -> new PositionalEmbedding(x[1].copy()), POSITIONS.definition(), sequences)
                        .refuses(
                                "PositionalEmbedding: weight must be (rows, columns), it is (4)",
                                () -> new PositionalEmbedding(Tensor.zeros(4))));
    }

    /** Of indices and a table, of which one row counts as zeros. */
    private static Computation padded(int padding) {
        return new Computation(
                x -> {
                    int[] sizes =
                            Arrays.copyOf(x[0].shape().toArray(), x[0].shape().rank() + 1);
                    sizes[sizes.length - 1] = x[1].size(1);
                    var out = InputGradients.zeros(x[1].dtype(), sizes);
                    Functional.paddedEmbedding(x[1], x[0], padding, out);
                    return out;
                },
                (dOut, x) -> {
                    var dTable = zerosLike(x[1]);
                    Functional.paddedEmbeddingBackward(x[0], padding, dOut, dTable);
                    return InputGradients.of(InputGradients.none(), dTable);
                },
                new Definition(x -> {
                    var table = x[1].copy();
                    for (int column = 0; column < table.size(1); column++) {
                        table.setFlat(padding * table.size(1) + column, 0);
                    }
                    return MovementProofs.rows(table, x[0]);
                }));
    }

    /** Of sequences and a table of positions. */
    private static final Computation POSITIONS = new Computation(
            x -> {
                var out = zerosLike(x[0]);
                Functional.addPositions(x[0], x[1], out);
                return out;
            },
            (dOut, x) -> {
                var dTable = zerosLike(x[1]);
                Functional.addPositionsBackward(dOut, dTable);
                return InputGradients.of(dOut, dTable);
            },
            new Definition(
                    x -> Definition.tensor(x[0].shape(), at -> x[0].get(at[0], at[1], at[2]) + x[1].get(at[1], at[2])),
                    _ -> 1));
}
