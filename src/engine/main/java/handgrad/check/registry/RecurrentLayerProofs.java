package handgrad.check.registry;

import handgrad.nn.Gru;
import handgrad.nn.Layer;
import handgrad.nn.Lstm;
import handgrad.nn.MakemoreGru;
import handgrad.nn.Rnn;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Recurrent layers, with and without biases and starts. */
final class RecurrentLayerProofs {
    private final Draw draw = new Draw(24);

    List<Proof> proofs() {
        return List.of(rnn(), gru(), lstm(), makemoreGru());
    }

    private static @Nullable Tensor copy(@Nullable Tensor tensor) {
        return tensor == null ? null : tensor.copy();
    }

    /** Which parameters a sample has besides the two weights. */
    private record Given(boolean inputBias, boolean bias, int starts) {
        /** Where the recurrent weight stands among the inputs of a sample. */
        int weight() {
            return inputBias ? 3 : 2;
        }

        int start() {
            return weight() + (bias ? 2 : 1);
        }

        Tensor gates(Tensor[] x) {
            var linear = inputBias ? new Tensor[] {x[0], x[1], x[2]} : new Tensor[] {x[0], x[1]};
            return LinearProofs.LINEAR.definition().function().apply(linear);
        }

        @Nullable
        Tensor inputBias(Tensor[] x) {
            return inputBias ? x[2].copy() : null;
        }

        @Nullable
        Tensor bias(Tensor[] x) {
            return bias ? x[weight() + 1] : null;
        }

        @Nullable
        Tensor start(Tensor[] x, int i) {
            return i < starts ? x[start() + i] : null;
        }
    }

    /** Makes a layer of these parameters. */
    @FunctionalInterface
    private interface Maker {
        Layer make(Given given, Tensor[] x);
    }

    /** A proof of a layer, with and without biases and starts; those of PyTorch have two biases. */
    private Proof layer(String name, RecurrenceDefinition of, boolean secondBias, Maker maker) {
        int states = of == RecurrenceDefinition.LSTM ? 2 : 1;
        var proof = Proof.named(name);
        for (int i = 0; i < RecurrenceProofs.SIZES.length; i++) {
            int[] sizes = RecurrenceProofs.SIZES[i];
            int columns = of.gates * sizes[2];
            var given = new Given(i % 4 != 0, secondBias && i % 4 != 1, i % 2 == 0 ? states : 0);
            var inputs = new ArrayList<Tensor>(List.of(
                    draw.normal(sizes[0], sizes[1], sizes[3]), RecurrenceProofs.weight(draw, sizes[3], columns)));
            if (given.inputBias) {
                inputs.add(draw.normal(columns));
            }
            inputs.add(RecurrenceProofs.weight(draw, sizes[2], columns));
            if (given.bias) {
                inputs.add(draw.normal(columns));
            }
            for (int state = 0; state < given.starts; state++) {
                inputs.add(draw.normal(1, sizes[2]));
            }
            var definition = RecurrenceDefinition.bounded(
                    x -> of.outputs(
                            given.gates(x),
                            x[given.weight()],
                            given.bias(x),
                            states == 2
                                    ? new @Nullable Tensor[] {given.start(x, 0), given.start(x, 1)}
                                    : new @Nullable Tensor[] {given.start(x, 0)}),
                    RecurrenceProofs.terms(sizes));
            proof = proof.layers(
                    x -> maker.make(given, x), definition, List.<Tensor[]>of(inputs.toArray(Tensor[]::new)));
        }
        return proof;
    }

    private Proof rnn() {
        return layer(
                        "Rnn",
                        RecurrenceDefinition.RNN,
                        true,
                        (given, x) -> new Rnn(
                                x[1].copy(),
                                given.inputBias(x),
                                x[given.weight()].copy(),
                                copy(given.bias(x)),
                                copy(given.start(x, 0))))
                .refuses(
                        "Rnn: wants (N, T, 3) with T of at least 1, x is (2, 0, 3)",
                        () -> new Rnn(3, 4, TorchRandom.seeded(1)).forward(Tensor.zeros(2, 0, 3)))
                .refuses(
                        "Rnn: hidden.weight must be (hidden, hidden), it is (4, 5)",
                        () -> new Rnn(Tensor.zeros(3, 5), null, Tensor.zeros(4, 5), null, null))
                .refuses(
                        "Rnn: input.weight must be (in, 4) for hidden.weight (4, 4), it is (3, 5)",
                        () -> new Rnn(Tensor.zeros(3, 5), null, Tensor.zeros(4, 4), null, null))
                .refuses(
                        "Rnn: hidden.bias must be (4) for hidden.weight (4, 4), it is (3)",
                        () -> new Rnn(Tensor.zeros(3, 4), null, Tensor.zeros(4, 4), Tensor.zeros(3), null))
                .refuses(
                        "Rnn: start must be (1, 4), it is (4)",
                        () -> new Rnn(Tensor.zeros(3, 4), null, Tensor.zeros(4, 4), null, Tensor.zeros(4)))
                .refuses(
                        "Rnn: wants at least 1 input and 1 hidden unit, they are 3 and 0",
                        () -> Rnn.makemore(3, 0, TorchRandom.seeded(1)));
    }

    private Proof gru() {
        return layer(
                        "Gru",
                        RecurrenceDefinition.GRU,
                        true,
                        (given, x) -> new Gru(
                                x[1].copy(),
                                given.inputBias(x),
                                x[given.weight()].copy(),
                                copy(given.bias(x)),
                                copy(given.start(x, 0))))
                .refuses(
                        "Gru: hidden.weight must be (hidden, 3·hidden), it is (4, 4)",
                        () -> new Gru(Tensor.zeros(3, 4), null, Tensor.zeros(4, 4), null, null))
                .refuses(
                        "Gru: wants (N, T, 3) with T of at least 1, x is (2, 3)",
                        () -> new Gru(3, 4, TorchRandom.seeded(1)).forward(Tensor.zeros(2, 3)));
    }

    private Proof lstm() {
        return layer(
                        "Lstm",
                        RecurrenceDefinition.LSTM,
                        true,
                        (given, x) -> new Lstm(
                                x[1].copy(),
                                given.inputBias(x),
                                x[given.weight()].copy(),
                                copy(given.bias(x)),
                                copy(given.start(x, 0)),
                                copy(given.start(x, 1))))
                .refuses(
                        "Lstm: startCell must be (1, 1), it is (1, 2)",
                        () -> new Lstm(Tensor.zeros(3, 4), null, Tensor.zeros(1, 4), null, null, Tensor.zeros(1, 2)))
                .refuses(
                        "Lstm: wants (N, T, 3) with T of at least 1, x is (2, 5, 4)",
                        () -> new Lstm(3, 4, TorchRandom.seeded(1)).forward(Tensor.zeros(2, 5, 4)));
    }

    private Proof makemoreGru() {
        return layer(
                        "MakemoreGru",
                        RecurrenceDefinition.MAKEMORE_GRU,
                        false,
                        (given, x) -> new MakemoreGru(
                                x[1].copy(), given.inputBias(x), x[given.weight()].copy(), copy(given.start(x, 0))))
                .refuses(
                        "MakemoreGru: wants (N, T, 3) with T of at least 1, x is (2, 5, 4)",
                        () -> new MakemoreGru(3, 4, TorchRandom.seeded(1)).forward(Tensor.zeros(2, 5, 4)));
    }
}
