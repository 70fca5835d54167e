package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.written;

import handgrad.nn.BagOfWords;
import handgrad.nn.CausalMean;
import handgrad.nn.Linear;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Sequences;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;

/** The mean of a sequence so far, and makemore's bag of words, which is made of it. */
final class BagOfWordsProofs {
    private final Draw draw = new Draw(25);

    List<Proof> proofs() {
        return List.of(causalMeanOperation(), causalMean(), bagOfWords());
    }

    private static final int[][] MEANS = {
        {1, 1, 1}, {2, 3, 4}, {1, 5, 3}, {3, 2, 17}, {2, 0, 4}, {0, 3, 3}, {4, 1, 3}, {2, 19, 5}
    };

    /** out[n, t] = Σ over s up to t of x[n, s] / (t + 1). */
    private static Tensor means(Tensor x) {
        return Definition.tensor(x.shape(), i -> {
            double sum = 0;
            for (int t = 0; t <= i[1]; t++) {
                sum += x.get(i[0], t, i[2]);
            }
            return sum / (i[1] + 1);
        });
    }

    private static Tensor noSums(Tensor x) {
        return Tensor.zeros(DType.FLOAT64, Shape.of(x.size(0), 1, x.size(2)));
    }

    private Proof causalMeanOperation() {
        var computation = new Computation(
                x -> written(x[0], out -> Sequences.causalMean(x[0], 0, noSums(x[0]), out)),
                (dOut, x) -> InputGradients.of(written(x[0], dX -> Sequences.causalMeanBackward(dOut, dX))),
                new Definition(x -> means(x[0]), x -> x[0].size(1) + 1));
        return Proof.named("Sequences.causalMean")
                .samples(computation, Draw.all(draw::normal, MEANS))
                .refuses(
                        "causalMean: wants (N, T, C), x is (2, 3)",
                        () -> Sequences.causalMean(
                                Tensor.zeros(2, 3), 0, noSums(Tensor.zeros(2, 1, 3)), Tensor.zeros(2, 3)))
                .refuses(
                        "causalMean: wants sums (N, 1, C) of at least 0 positions for x (2, 4, 3), they are (2, 1, 4)"
                                + " of 0",
                        () -> Sequences.causalMean(
                                Tensor.zeros(2, 4, 3), 0, noSums(Tensor.zeros(2, 1, 4)), Tensor.zeros(2, 4, 3)))
                .refuses(
                        "causalMeanBackward: dX is FLOAT32 (2, 4, 4), wants FLOAT32 (2, 4, 3)",
                        () -> Sequences.causalMeanBackward(Tensor.zeros(2, 4, 3), Tensor.zeros(2, 4, 4)));
    }

    private Proof causalMean() {
        var proof = Proof.named("CausalMean")
                .refuses(
                        "CausalMean: wants (N, T, C), x is (2, 3)", () -> new CausalMean().forward(Tensor.zeros(2, 3)));
        for (int[] sizes : MEANS) {
            var definition = new Definition(x -> means(x[0]), x -> x[0].size(1) + 1);
            proof = proof.layer(_ -> new CausalMean(), definition, draw.normal(sizes));
        }
        return proof;
    }

    /** y = x + the means, out = y + Linear(tanh(Linear(y))). */
    private static Tensor bagOfWords(Tensor... x) {
        var linear = LinearProofs.LINEAR.definition().function();
        var y = x[0].add(means(x[0]));
        var inner = linear.apply(y, x[1], x[2]);
        var tanh = Definition.tensor(inner.shape(), i -> Math.tanh(inner.get(i)));
        return y.add(linear.apply(tanh, x[3], x[4]));
    }

    private Proof bagOfWords() {
        var proof = Proof.named("BagOfWords")
                .refuses(
                        "CausalMean: wants (N, T, C), x is (2, 3)",
                        () -> new BagOfWords(3, 4, TorchRandom.seeded(1)).forward(Tensor.zeros(2, 3)))
                .refuses(
                        "BagOfWords: wants at least 1 channel and 1 hidden unit, a linear layer would be of 0 and 4",
                        () -> new BagOfWords(0, 4, TorchRandom.seeded(1)));
        for (int[] sizes : RecurrenceProofs.SIZES) {
            int channels = sizes[3];
            var definition = new Definition(BagOfWordsProofs::bagOfWords, _ -> 8 * (sizes[2] + channels + sizes[1]));
            proof = proof.layer(
                    _ -> new BagOfWords(
                            new Linear(Tensor.zeros(channels, sizes[2]), Tensor.zeros(sizes[2])),
                            new Linear(Tensor.zeros(sizes[2], channels), Tensor.zeros(channels))),
                    definition,
                    draw.normal(sizes[0], sizes[1], channels));
        }
        return proof;
    }
}
