package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.written;
import static handgrad.check.registry.InputGradients.zeros;

import handgrad.check.TensorFunction;
import handgrad.nn.CausalSelfAttention;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.nn.Layer;
import handgrad.nn.TransformerBlock;
import handgrad.random.TorchRandom;
import handgrad.tensor.Attention;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Causal self-attention: the operation in {@link Attention}, then the layers that are made of it. */
final class AttentionProofs {
    private static final GptOptions SMALL =
            new GptOptions(7, 6, 2, 2, 4, 0, true, false, false, GptOptions.Draws.PYTORCH);

    private static final TorchRandom RANDOM = TorchRandom.seeded(31);

    private final Draw draw = new Draw(31);

    List<Proof> proofs() {
        return List.of(operation(), continued(), layer(), block(), gpt());
    }

    /** out of the positions from one on, with q, k and v of each position side by side. */
    private static Tensor attention(Tensor qkv, int heads, int from, double factor) {
        int width = qkv.size(2) / 3;
        int d = width / heads;
        return Definition.tensor(Shape.of(qkv.size(0), qkv.size(1) - from, width), at -> {
            int i = from + at[1];
            int head = at[2] / d * d;
            double[] scores = new double[i + 1];
            double largest = Double.NEGATIVE_INFINITY;
            for (int j = 0; j <= i; j++) {
                for (int c = head; c < head + d; c++) {
                    scores[j] += qkv.get(at[0], i, c) * qkv.get(at[0], j, width + c) / Math.sqrt(d);
                }
                largest = Math.max(largest, scores[j]);
            }
            double sum = 0;
            double divisor = 0;
            for (int j = 0; j <= i; j++) {
                double p = Math.exp(scores[j] - largest);
                double v = qkv.get(at[0], j, 2 * width + at[2]);
                sum += p * (factor == 0 ? v : Math.abs(v) * (1 + factor * Math.abs(scores[j])));
                divisor += p;
            }
            return sum / divisor;
        });
    }

    /** A score is rounded in proportion to its terms, and so is the exponential of it. */
    private static Definition definition(int heads, int from) {
        return new Definition(
                x -> attention(x[0], heads, from, 0),
                x -> x[0].size(2) * Math.max(1, x[0].size(1)),
                x -> attention(x[0], heads, from, 4));
    }

    private static Computation attention(int heads) {
        return new Computation(
                x -> written(x[0], output(x[0]), out -> run(x[0], heads, out)),
                (dOut, x) -> {
                    var logarithms = logarithms(x[0], heads);
                    var out = zeros(x[0].dtype(), output(x[0]).toArray());
                    Attention.causalSelfAttention(x[0], heads, 0, 0, logarithms, out);
                    return InputGradients.of(written(
                            x[0],
                            dX -> Attention.causalSelfAttentionBackward(x[0], heads, 0, 0, logarithms, out, dOut, dX)));
                },
                definition(heads, 0));
    }

    private static void run(Tensor qkv, int heads, Tensor out) {
        Attention.causalSelfAttention(qkv, heads, 0, 0, logarithms(qkv, heads), out);
    }

    private static Tensor logarithms(Tensor qkv, int heads) {
        return zeros(qkv.dtype(), qkv.size(0), heads, qkv.size(1));
    }

    private static Shape output(Tensor qkv) {
        return qkv.shape().with(-1, qkv.size(2) / 3);
    }

    private Proof operation() {
        return Proof.named("Attention.causalSelfAttention")
                .sample(attention(1), draw.normal(1, 1, 3))
                .sample(attention(1), draw.normal(2, 5, 6))
                .sample(attention(2), draw.normal(2, 4, 12))
                .sample(attention(3), draw.normal(1, 7, 27))
                .sample(attention(2), draw.normal(1, 17, 30))
                .sample(attention(1), draw.normal(1, 70, 6))
                .sample(attention(2), draw.normal(0, 3, 12))
                .sample(attention(2), draw.normal(3, 2, 24))
                .refuses(
                        "causalSelfAttention: wants qkv (N, T, 3 · heads · d), with 2 heads of a size d of at least 1,"
                                + " it is (1, 4, 9)",
                        () -> attention(2).forward().apply(Tensor.zeros(1, 4, 9)))
                .refuses("causalSelfAttention: wants 1 x 4 elements, logarithms is (1, 1, 3)", () -> {
                    var qkv = Tensor.zeros(1, 4, 6);
                    Attention.causalSelfAttention(qkv, 1, 0, 0, Tensor.zeros(1, 1, 3), Tensor.zeros(1, 4, 2));
                })
                .refuses("causalSelfAttention: dropout must be at least 0 and below 1, it is 1.0", () -> {
                    var qkv = Tensor.zeros(1, 4, 6);
                    Attention.causalSelfAttention(qkv, 1, 1, 0, Tensor.zeros(1, 1, 4), Tensor.zeros(1, 4, 2));
                });
    }

    /** The last positions of a sequence, where the first ones are there already. */
    private static Computation continued(int heads, int from) {
        return new Computation(
                x -> {
                    int total = x[0].size(1);
                    var past = zeros(x[0].dtype(), x[0].size(0), total + 3, x[0].size(2));
                    var first = x[0].narrow(1, 0, from);
                    var last = x[0].narrow(1, from, total - from);
                    var out = zeros(x[0].dtype(), output(last).toArray());
                    Attention.continueCausalSelfAttention(
                            past,
                            0,
                            first,
                            heads,
                            zeros(x[0].dtype(), output(first).toArray()));
                    Attention.continueCausalSelfAttention(past, from, last, heads, out);
                    return out;
                },
                null,
                definition(heads, from));
    }

    private Proof continued() {
        return Proof.named("Attention.continueCausalSelfAttention")
                .sample(continued(1, 1), draw.normal(1, 2, 3))
                .sample(continued(1, 3), draw.normal(2, 5, 6))
                .sample(continued(2, 3), draw.normal(2, 4, 12))
                .sample(continued(3, 1), draw.normal(1, 7, 27))
                .sample(continued(2, 16), draw.normal(1, 17, 30))
                .sample(continued(1, 66), draw.normal(1, 70, 6))
                .sample(continued(2, 2), draw.normal(0, 3, 12))
                .sample(continued(2, 1), draw.normal(3, 2, 24))
                .refuses(
                        "continueCausalSelfAttention: qkv (1, 2, 6) at position 3 does not fit into past (1, 4, 6)",
                        () -> Attention.continueCausalSelfAttention(
                                Tensor.zeros(1, 4, 6), 3, Tensor.zeros(1, 2, 6), 1, Tensor.zeros(1, 2, 2)));
    }

    /** Of x and the parameters from an index on. */
    private static Tensor linear(Tensor x, Tensor[] parameters, int first) {
        return LinearProofs.LINEAR.definition().function().apply(x, parameters[first], parameters[first + 1]);
    }

    private static Tensor norm(Tensor x, Tensor[] parameters, int first) {
        return NormalizationDefinition.overFeatures(1e-5).function().apply(x, parameters[first], parameters[first + 1]);
    }

    /** The layer, of its input and its parameters from an index on. */
    private static Tensor mixed(Tensor x, int heads, Tensor[] parameters, int first) {
        return linear(attention(linear(x, parameters, first), heads, 0, 0), parameters, first + 2);
    }

    private static Tensor blocked(Tensor x, int heads, Tensor[] parameters, int first) {
        var h = x.add(mixed(norm(x, parameters, first), heads, parameters, first + 2));
        var wide = linear(norm(h, parameters, first + 6), parameters, first + 8);
        var active = Definition.tensor(wide.shape(), at -> ActivationProofs.geluTanh(wide.get(at)));
        return h.add(linear(active, parameters, first + 10));
    }

    private static Tensor gpt(GptOptions options, Tensor... x) {
        int positions = x[0].size(1);
        var rows = LinearProofs.EMBEDDING.definition().function().apply(x[0], x[1]);
        var h = Definition.tensor(rows.shape(), at -> rows.get(at) + x[2].get(at[1], at[2]));
        int first = 3;
        for (int i = 0; i < options.layers(); i++) {
            h = blocked(h, options.heads(), x, first);
            first += 12;
        }
        var out = norm(h, x, first);
        return LinearProofs.LINEAR
                .definition()
                .function()
                .apply(out.reshape(x[0].size(0), positions, options.embedding()), x[first + 2]);
    }

    /** Layers one after the other: the errors of a step grow with the sizes, and with what softmax multiplies. */
    private static Definition composed(TensorFunction function) {
        return new Definition(
                function,
                x -> 256 * Arrays.stream(x).mapToInt(t -> t.size(-1)).max().orElse(1),
                x -> {
                    var out = function.apply(x);
                    return Definition.tensor(out.shape(), at -> 10 + Math.abs(out.get(at)));
                });
    }

    /** A sample with parameters of deviation ½: with larger ones softmax and normalisation amplify each rounding. */
    private Proof halved(Proof proof, Function<TorchRandom, Layer> maker, Definition definition, Tensor input) {
        var parameters = maker.apply(RANDOM).parameters().stream()
                .map(parameter ->
                        draw.normal(parameter.value().shape().toArray()).mul(0.5));
        var inputs = Stream.concat(Stream.of(input), parameters).toArray(Tensor[]::new);
        return proof.layers(_ -> maker.apply(TorchRandom.seeded(31)), definition, List.<Tensor[]>of(inputs));
    }

    private Proof layer() {
        var proof = Proof.named("CausalSelfAttention")
                .refuses(
                        "CausalSelfAttention: the embedding must be a multiple of the heads, it is 5 with 2 heads",
                        () -> new CausalSelfAttention(5, 2, RANDOM));
        int[][] sizes = {
            {1, 1, 1, 1},
            {2, 3, 2, 1},
            {2, 5, 4, 2},
            {1, 4, 6, 3},
            {3, 2, 4, 4},
            {2, 7, 4, 1},
            {1, 9, 6, 2},
            {1, 17, 4, 2}
        };
        for (int[] size : sizes) {
            proof = halved(
                    proof,
                    random -> new CausalSelfAttention(size[2], size[3], random),
                    composed(x -> mixed(x[0], size[3], x, 1)),
                    draw.normal(size[0], size[1], size[2]));
        }
        return proof;
    }

    private Proof block() {
        var proof = Proof.named("TransformerBlock")
                .refuses(
                        "GptOptions: the embedding must be a multiple of the heads, it is 4 with 3 heads",
                        () -> new TransformerBlock(SMALL.withSizes(1, 3, 4), RANDOM));
        int[][] sizes = {
            {1, 1, 2, 1},
            {2, 3, 4, 2},
            {1, 6, 4, 1},
            {2, 2, 6, 3},
            {1, 5, 6, 1},
            {2, 1, 4, 4},
            {1, 3, 8, 2},
            {3, 2, 4, 2}
        };
        for (int[] size : sizes) {
            proof = halved(
                    proof,
                    random -> new TransformerBlock(SMALL.withSizes(1, size[3], size[2]), random),
                    composed(x -> blocked(x[0], size[3], x, 1)),
                    draw.normal(size[0], size[1], size[2]));
        }
        return proof;
    }

    private Proof gpt() {
        var proof = Proof.named("Gpt")
                .refuses(
                        "Gpt: wants tokens (N, T) with T up to the block size, 6, x is (1, 7)",
                        () -> new Gpt(SMALL, RANDOM).forward(draw.indices(7, 1, 7)))
                .refuses("GptOptions: the number of layers must be at least 1, it is 0", () -> SMALL.withSizes(0, 1, 4))
                .refuses("GptOptions: dropout must be at least 0 and below 1, it is 1.0", () -> SMALL.withDropout(1));
        int[][] sizes = {{1, 1, 1}, {2, 3, 1}, {1, 6, 2}, {3, 2, 2}, {2, 5, 1}, {1, 4, 2}, {2, 6, 1}, {1, 2, 2}};
        for (int[] size : sizes) {
            var options = SMALL.withSizes(size[2], 2, 4);
            proof = halved(
                    proof,
                    random -> new Gpt(options, random),
                    composed(x -> gpt(options, x)),
                    draw.indices(options.vocabulary(), size[0], size[1]));
        }
        return proof;
    }
}
