package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.result.TensorResult;
import handgrad.check.result.Verdict;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.Parts;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The usual mistakes of backpropagation through time, each in a layer as a learner writes it: all are called wrong. */
@Tag("no-kernel")
class ThroughTimeFaultsTest {
    private static final int IN = 3;
    private static final int HIDDEN = 4;

    /** A mistake, and the gradients that it makes wrong. */
    enum Mistake {
        NONE,
        /** The gradient that comes from the next step is left out. */
        NEXT_STEP_LEFT_OUT("input", "weight", "recurrent", "bias", "start"),
        /** The state after a step instead of the one before it. */
        STATE_AFTER("recurrent"),
        /** The gradients of the weights are those of the first step, which is the last that is visited. */
        NOT_ACCUMULATED("weight", "recurrent", "bias"),
        /** Only the last step gets a gradient from the output. */
        ONLY_LAST_OUTPUT("input", "weight", "recurrent", "bias", "start"),
        /** The weight is not transposed on the way back. */
        NOT_TRANSPOSED("input", "weight", "recurrent", "bias", "start"),
        /** The slope of tanh at the state before. */
        SLOPE_BEFORE("input", "weight", "recurrent", "bias", "start"),
        /** Steps are visited from the first to the last. */
        FORWARD_IN_TIME("input", "weight", "recurrent", "bias", "start"),
        /** The start gets no gradient. */
        START_FORGOTTEN("start"),
        /** z where 1 - z belongs and the other way round. */
        GATE_SWAPPED("input", "weight", "recurrent", "bias", "start"),
        /** The gradient does not go past the gates straight to the state before. */
        SHORTCUT_LEFT_OUT("input", "weight", "recurrent", "bias", "start"),
        /** The state takes its gradient from the candidate without the reset gate. */
        RESET_LEFT_OUT("input", "weight", "recurrent", "bias", "start"),
        /** The slope of the gate z is left out. */
        GATE_SLOPE_LEFT_OUT("input", "weight", "recurrent", "bias", "start");

        @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
        private final List<String> wrong;

        Mistake(String... wrong) {
            this.wrong = List.of(wrong);
        }
    }

    /** What both layers have: parameters, and steps of x (N, T, in). */
    private abstract static class Steps implements Layer {
        final Mistake mistake;
        final Parts parts = new Parts();
        final Parameter weight;
        final Parameter recurrent;
        final Parameter bias;
        final Parameter start;
        private Tensor x = Tensor.zeros(0);
        private final List<Tensor> states = new ArrayList<>();

        Steps(Mistake mistake, int gates) {
            this.mistake = mistake;
            var random = TorchRandom.seeded(3);
            weight = parts.add(new Parameter("weight", Tensor.randn(random, IN, gates * HIDDEN)));
            recurrent = parts.add(new Parameter("recurrent", Tensor.randn(random, HIDDEN, gates * HIDDEN)));
            bias = parts.add(new Parameter("bias", Tensor.randn(random, gates * HIDDEN)));
            start = parts.add(new Parameter("start", Tensor.randn(random, 1, HIDDEN)));
        }

        /** The state after step t. */
        abstract Tensor step(int t, Tensor a, Tensor h);

        /** The gradient of the gates, and that of the state before without what goes through the gates. */
        abstract Tensor[] stepBackward(int t, Tensor before, Tensor after, Tensor d);

        /** Adds to dU, and gives the gradient of the state through the gates. */
        abstract Tensor gatesBackward(int t, Tensor before, Tensor dGates, Tensor dRecurrent);

        private static Tensor at(Tensor x, int t) {
            return x.narrow(1, t, 1).reshape(x.size(0), x.size(2));
        }

        @Override
        public Tensor forward(Tensor x) {
            this.x = x;
            states.clear();
            states.add(Tensor.zeros(x.dtype(), x.shape().with(-1, HIDDEN).without(1))
                    .add(start.value()));
            var out = new Tensor[x.size(1)];
            for (int t = 0; t < out.length; t++) {
                var a = at(x, t).matmul(weight.value()).add(bias.value());
                states.add(step(t, a, states.get(t)));
                out[t] = states.get(t + 1).reshape(x.size(0), 1, HIDDEN);
            }
            return Tensor.cat(1, out);
        }

        @Override
        public Tensor backward(Tensor dOut) {
            int steps = x.size(1);
            var dX = new Tensor[steps];
            var next = states.getFirst().mul(0);
            for (int i = 0; i < steps; i++) {
                int t = mistake == Mistake.FORWARD_IN_TIME ? i : steps - 1 - i;
                var d = at(dOut, t);
                if (mistake == Mistake.ONLY_LAST_OUTPUT && t < steps - 1) {
                    d = d.mul(0);
                }
                if (mistake != Mistake.NEXT_STEP_LEFT_OUT) {
                    d = d.add(next);
                }
                var gradients = stepBackward(t, states.get(t), states.get(t + 1), d);
                var dGates = gradients[0];
                if (mistake == Mistake.NOT_ACCUMULATED) {
                    List.of(weight, recurrent, bias).forEach(Parameter::zeroGrad);
                }
                var kept = mistake == Mistake.STATE_AFTER ? states.get(t + 1) : states.get(t);
                next = gradients[1].add(gatesBackward(t, kept, dGates, recurrent.grad()));
                weight.grad().addInPlace(at(x, t).matmulTransposeA(dGates));
                bias.grad().addInPlace(dGates.sum(0));
                dX[t] = dGates.matmulTransposeB(weight.value()).reshape(x.size(0), 1, IN);
            }
            if (mistake != Mistake.START_FORGOTTEN) {
                start.grad().addInPlace(next.sum(0, true));
            }
            return Tensor.cat(1, dX);
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    /** h = tanh(a + h · U). */
    private static final class LearnerRnn extends Steps {
        LearnerRnn(Mistake mistake) {
            super(mistake, 1);
        }

        @Override
        Tensor step(int t, Tensor a, Tensor h) {
            return a.add(h.matmul(recurrent.value())).tanh();
        }

        @Override
        Tensor[] stepBackward(int t, Tensor before, Tensor after, Tensor d) {
            var h = mistake == Mistake.SLOPE_BEFORE ? before : after;
            return new Tensor[] {d.mul(h.mul(h).rsub(1)), d.mul(0)};
        }

        @Override
        Tensor gatesBackward(int t, Tensor before, Tensor dGates, Tensor dRecurrent) {
            dRecurrent.addInPlace(before.matmulTransposeA(dGates));
            return mistake == Mistake.NOT_TRANSPOSED
                    ? dGates.matmul(recurrent.value())
                    : dGates.matmulTransposeB(recurrent.value());
        }
    }

    /** The GRU of makemore, by gates z, r and candidate. */
    private static final class LearnerGru extends Steps {
        private final List<Tensor[]> gates = new ArrayList<>();

        LearnerGru(Mistake mistake) {
            super(mistake, 3);
        }

        private static Tensor part(Tensor x, int gate) {
            return x.narrow(1, gate * HIDDEN, HIDDEN);
        }

        @Override
        Tensor step(int t, Tensor a, Tensor h) {
            if (t == 0) {
                gates.clear();
            }
            var u = recurrent.value();
            var z = part(a, 0).add(h.matmul(part(u, 0))).sigmoid();
            var r = part(a, 1).add(h.matmul(part(u, 1))).sigmoid();
            var candidate = part(a, 2).add(r.mul(h).matmul(part(u, 2))).tanh();
            gates.add(new Tensor[] {z, r, candidate});
            return z.rsub(1).mul(h).add(z.mul(candidate));
        }

        @Override
        Tensor[] stepBackward(int t, Tensor before, Tensor after, Tensor d) {
            var z = gates.get(t)[0];
            var r = gates.get(t)[1];
            var candidate = gates.get(t)[2];
            boolean swapped = mistake == Mistake.GATE_SWAPPED;
            var dCandidate =
                    d.mul(swapped ? z.rsub(1) : z).mul(candidate.mul(candidate).rsub(1));
            var dZ = d.mul(candidate.sub(before));
            if (mistake != Mistake.GATE_SLOPE_LEFT_OUT) {
                dZ = dZ.mul(z).mul(z.rsub(1));
            }
            var dReset = dCandidate.matmulTransposeB(part(recurrent.value(), 2));
            var dR = dReset.mul(before).mul(r).mul(r.rsub(1));
            var shortcut = mistake == Mistake.SHORTCUT_LEFT_OUT ? d.mul(0) : d.mul(swapped ? z : z.rsub(1));
            var throughReset = mistake == Mistake.RESET_LEFT_OUT ? dReset : dReset.mul(r);
            return new Tensor[] {Tensor.cat(1, dZ, dR, dCandidate), shortcut.add(throughReset)};
        }

        @Override
        Tensor gatesBackward(int t, Tensor before, Tensor dGates, Tensor dRecurrent) {
            var reset = gates.get(t)[1].mul(before);
            dRecurrent.addInPlace(Tensor.cat(
                    1,
                    before.matmulTransposeA(part(dGates, 0)),
                    before.matmulTransposeA(part(dGates, 1)),
                    reset.matmulTransposeA(part(dGates, 2))));
            return part(dGates, 0)
                    .matmulTransposeB(part(recurrent.value(), 0))
                    .add(part(dGates, 1).matmulTransposeB(part(recurrent.value(), 1)));
        }
    }

    static Stream<Arguments> mistakes() {
        var ofGates = List.of(
                Mistake.GATE_SWAPPED, Mistake.SHORTCUT_LEFT_OUT, Mistake.RESET_LEFT_OUT, Mistake.GATE_SLOPE_LEFT_OUT);
        var ofRnn = List.of(Mistake.SLOPE_BEFORE, Mistake.NOT_TRANSPOSED);
        Function<Mistake, Layer> rnn = LearnerRnn::new;
        Function<Mistake, Layer> gru = LearnerGru::new;
        return Stream.concat(
                Arrays.stream(Mistake.values())
                        .filter(mistake -> !ofGates.contains(mistake))
                        .map(mistake -> Arguments.of("RNN", mistake, rnn)),
                Arrays.stream(Mistake.values())
                        .filter(mistake -> !ofRnn.contains(mistake))
                        .map(mistake -> Arguments.of("GRU", mistake, gru)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("mistakes")
    void is_called_wrong(String name, Mistake mistake, Function<Mistake, Layer> maker) {
        var x = Tensor.randn(TorchRandom.seeded(4), 2, 4, IN);
        var report = GradientCheck.of(maker.apply(mistake)).input(x).run();
        var wrong = report.tensors().stream()
                .filter(tensor -> tensor.verdict() == Verdict.WRONG)
                .map(TensorResult::name)
                .toList();
        assertThat(wrong).as(name).containsExactlyInAnyOrderElementsOf(mistake.wrong);
    }
}
