package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.tensor.Functional;
import handgrad.tensor.Recurrences;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The steps of recurrent layers, each an operation on gates, weight and state. */
final class RecurrenceProofs {
    /** N, T, hidden and the width of the input. */
    static final int[][] SIZES = {
        {1, 1, 1, 1}, {2, 3, 4, 3}, {1, 5, 3, 2}, {3, 2, 17, 4}, {2, 4, 2, 1}, {0, 3, 3, 2}, {4, 1, 3, 5}, {2, 7, 5, 3}
    };

    private final Draw draw = new Draw(23);

    List<Proof> proofs() {
        return List.of(rnnSteps(), gruSteps(), lstmSteps(), makemoreGruSteps());
    }

    /** Weights so small that states neither saturate nor let errors grow from step to step. */
    static Tensor weight(Draw draw, int rows, int columns) {
        return draw.normal(rows, columns).mul(1 / Math.sqrt(rows));
    }

    static int terms(int[] sizes) {
        return 16 * sizes[1] * (sizes[2] + sizes[3] + 2);
    }

    private static Tensor sequences(Tensor state, Tensor gates) {
        return Tensor.zeros(gates.dtype(), Shape.of(gates.size(0), gates.size(1), state.size(2)));
    }

    /** A proof of steps: gates, weight, state, then a second state or a bias where there is one. */
    private Proof steps(String name, RecurrenceDefinition of, Computation computation, boolean bias) {
        var proof = Proof.named(name);
        for (int[] sizes : SIZES) {
            int columns = of.gates * sizes[2];
            var inputs = new ArrayList<Tensor>(List.of(
                    draw.normal(sizes[0], sizes[1], columns),
                    weight(draw, sizes[2], columns),
                    draw.normal(sizes[0], 1, sizes[2])));
            if (of == RecurrenceDefinition.LSTM) {
                inputs.add(draw.normal(sizes[0], 1, sizes[2]));
            }
            if (bias && sizes[0] != 1) {
                inputs.add(draw.normal(columns));
            }
            var bounded = RecurrenceDefinition.bounded(computation.definition().function(), terms(sizes));
            proof = proof.sample(
                    new Computation(computation.forward(), computation.backward(), bounded),
                    inputs.toArray(Tensor[]::new));
        }
        return proof;
    }

    private static @Nullable Tensor at(Tensor[] x, int i) {
        return i < x.length ? x[i] : null;
    }

    /** The states that a pass keeps: before the first step, and what an operation has written. */
    private record Kept(Tensor gates, List<Tensor> states, List<Tensor> sequences, Tensor out) {
        /** Copies of what is overwritten, and so many sequences of states beside the output. */
        static Kept of(Tensor[] x, int states, int sequences) {
            return new Kept(
                    x[0].copy(),
                    Arrays.stream(x, 2, 2 + states).map(Tensor::copy).toList(),
                    Stream.generate(() -> RecurrenceProofs.sequences(x[2], x[0]))
                            .limit(sequences)
                            .toList(),
                    RecurrenceProofs.sequences(x[2], x[0]));
        }
    }

    private static Kept rnnForward(Tensor... x) {
        var kept = Kept.of(x, 1, 1);
        Recurrences.rnn(kept.gates, x[1], at(x, 3), kept.states.get(0), kept.sequences.get(0), kept.out);
        return kept;
    }

    private Proof rnnSteps() {
        var computation = new Computation(
                x -> rnnForward(x).out,
                (dOut, x) -> {
                    var kept = rnnForward(x);
                    return InputGradients.ofAll(x, d -> {
                        Recurrences.rnnBackward(dOut, kept.out, x[1], d[0], d[2]);
                        Functional.linearBackwardParameters(kept.sequences.get(0), d[0], d[1], at(d, 3));
                    });
                },
                new Definition(x -> RecurrenceDefinition.RNN.outputs(x[0], x[1], at(x, 3), x[2])));
        return steps("Recurrences.rnn", RecurrenceDefinition.RNN, computation, true)
                .refuses("rnn: weight must be (3, 3) for out (2, 4, 3), it is (3, 2)", () -> {
                    var state = Tensor.zeros(2, 1, 3);
                    var sequences = Tensor.zeros(2, 4, 3);
                    Recurrences.rnn(sequences.copy(), Tensor.zeros(3, 2), null, state, sequences.copy(), sequences);
                })
                .refuses("rnn: out must be (N, T, hidden) with T of at least 1, it is (2, 0, 3)", () -> {
                    var sequences = Tensor.zeros(2, 0, 3);
                    Recurrences.rnn(sequences, Tensor.zeros(3, 3), null, Tensor.zeros(2, 1, 3), sequences, sequences);
                })
                .refuses("rnn: out must not share the elements of gates", () -> {
                    var sequences = Tensor.zeros(2, 4, 3);
                    Recurrences.rnn(
                            sequences,
                            Tensor.zeros(3, 3),
                            null,
                            Tensor.zeros(2, 1, 3),
                            Tensor.zeros(2, 4, 3),
                            sequences);
                })
                .refuses(
                        "rnnBackward: dState must be (2, 1, 3), it is (1, 1, 3)",
                        () -> Recurrences.rnnBackward(
                                Tensor.zeros(2, 4, 3),
                                Tensor.zeros(2, 4, 3),
                                Tensor.zeros(3, 3),
                                Tensor.zeros(2, 4, 3),
                                Tensor.zeros(1, 1, 3)));
    }

    private record GruKept(Kept kept, Tensor product) {}

    private static GruKept gruForward(Tensor... x) {
        var kept = Kept.of(x, 1, 1);
        var product = zerosLike(x[0]);
        Recurrences.gru(kept.gates, x[1], at(x, 3), kept.states.get(0), product, kept.sequences.get(0), kept.out);
        return new GruKept(kept, product);
    }

    private Proof gruSteps() {
        var computation = new Computation(
                x -> gruForward(x).kept.out,
                (dOut, x) -> {
                    var forward = gruForward(x);
                    var kept = forward.kept;
                    var dProduct = zerosLike(x[0]);
                    return InputGradients.ofAll(x, d -> {
                        Recurrences.gruBackward(
                                dOut, kept.gates, forward.product, kept.sequences.get(0), x[1], d[0], dProduct, d[2]);
                        Functional.linearBackwardParameters(kept.sequences.get(0), dProduct, d[1], at(d, 3));
                    });
                },
                new Definition(x -> RecurrenceDefinition.GRU.outputs(x[0], x[1], at(x, 3), x[2])));
        return steps("Recurrences.gru", RecurrenceDefinition.GRU, computation, true)
                .refuses(
                        "gru: product must be (2, 4, 9), it is (2, 4, 3)",
                        () -> Recurrences.gru(
                                Tensor.zeros(2, 4, 9),
                                Tensor.zeros(3, 9),
                                null,
                                Tensor.zeros(2, 1, 3),
                                Tensor.zeros(2, 4, 3),
                                Tensor.zeros(2, 4, 3),
                                Tensor.zeros(2, 4, 3)))
                .refuses("gru: wants 3 x 3 elements, bias is (3)", () -> {
                    var bias = Tensor.zeros(3);
                    Recurrences.gru(
                            Tensor.zeros(2, 4, 9),
                            Tensor.zeros(3, 9),
                            bias,
                            Tensor.zeros(2, 1, 3),
                            Tensor.zeros(2, 4, 9),
                            Tensor.zeros(2, 4, 3),
                            Tensor.zeros(2, 4, 3));
                });
    }

    private static Kept lstmForward(Tensor... x) {
        var kept = Kept.of(x, 2, 3);
        Recurrences.lstm(
                kept.gates,
                x[1],
                at(x, 4),
                kept.states.get(0),
                kept.states.get(1),
                kept.sequences.get(0),
                kept.sequences.get(1),
                kept.sequences.get(2),
                kept.out);
        return kept;
    }

    private Proof lstmSteps() {
        var computation = new Computation(
                x -> lstmForward(x).out,
                (dOut, x) -> {
                    var kept = lstmForward(x);
                    return InputGradients.ofAll(x, d -> {
                        Recurrences.lstmBackward(
                                dOut, kept.gates, kept.sequences.get(1), kept.sequences.get(2), x[1], d[0], d[2], d[3]);
                        Functional.linearBackwardParameters(kept.sequences.get(0), d[0], d[1], at(d, 4));
                    });
                },
                new Definition(x -> RecurrenceDefinition.LSTM.outputs(x[0], x[1], at(x, 4), x[2], x[3])));
        return steps("Recurrences.lstm", RecurrenceDefinition.LSTM, computation, true)
                .refuses("lstm: cell must not share the elements of state", () -> {
                    var state = Tensor.zeros(2, 1, 3);
                    Recurrences.lstm(
                            Tensor.zeros(2, 4, 12),
                            Tensor.zeros(3, 12),
                            null,
                            state,
                            state,
                            Tensor.zeros(2, 4, 3),
                            Tensor.zeros(2, 4, 3),
                            Tensor.zeros(2, 4, 3),
                            Tensor.zeros(2, 4, 3));
                });
    }

    private static Kept makemoreGruForward(Tensor... x) {
        var kept = Kept.of(x, 1, 2);
        Recurrences.makemoreGru(
                kept.gates, x[1], kept.states.get(0), kept.sequences.get(0), kept.sequences.get(1), kept.out);
        return kept;
    }

    private Proof makemoreGruSteps() {
        var computation = new Computation(
                x -> makemoreGruForward(x).out,
                (dOut, x) -> {
                    var kept = makemoreGruForward(x);
                    return InputGradients.ofAll(
                            x,
                            d -> Recurrences.makemoreGruBackward(
                                    dOut,
                                    kept.gates,
                                    kept.sequences.get(0),
                                    kept.sequences.get(1),
                                    x[1],
                                    d[0],
                                    d[2],
                                    zerosLike(x[2]),
                                    d[1]));
                },
                new Definition(x -> RecurrenceDefinition.MAKEMORE_GRU.outputs(x[0], x[1], null, x[2])));
        return steps("Recurrences.makemoreGru", RecurrenceDefinition.MAKEMORE_GRU, computation, false)
                .refuses(
                        "makemoreGru: gates must be (2, 4, 9), it is (2, 4, 6)",
                        () -> Recurrences.makemoreGru(
                                Tensor.zeros(2, 4, 6),
                                Tensor.zeros(3, 9),
                                Tensor.zeros(2, 1, 3),
                                Tensor.zeros(2, 4, 3),
                                Tensor.zeros(2, 4, 3),
                                Tensor.zeros(2, 4, 3)));
    }
}
