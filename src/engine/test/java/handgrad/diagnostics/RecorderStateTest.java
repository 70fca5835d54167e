package handgrad.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.io.Checkpoint;
import handgrad.io.SafetensorsException;
import handgrad.io.SavedState;
import handgrad.io.TrainingState;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Parts;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A recorder that goes on from a saved state tells what it would have told without a break. */
@Tag("no-kernel")
class RecorderStateTest {
    private static final Dataset TRAIN = Names.bundled().split(42).train();
    private static final int CLASSES = 27;

    /** A training with a fault that its recorder has to remember something of, and the steps that show it. */
    enum Scenario {
        HEALTHY(50, 120),
        SATURATED(3, 120),
        DEAD(170, 300),
        TOO_LARGE_A_RATE(850, 1_150),
        RATE_THAT_FALLS(1_020, 1_700),
        ONE_PIECE(60, 120),
        /** An evaluation forgets to switch the batch normalisation, and ends with one row. */
        EVALUATION_IN_TRAINING_MODE(31, 60),
        /** An infinity in an evaluation, and a NaN later. */
        INFINITY_IN_AN_EVALUATION(31, 60),
        /** The last gradient before the break is not finite. */
        BROKEN_GRADIENT(31, 60),
        /** A step whose loss is no cross-entropy. */
        ANOTHER_LOSS_AT_FIRST(20, 60);

        private final int broken;
        private final int steps;

        Scenario(int broken, int steps) {
            this.broken = broken;
            this.steps = steps;
        }

        Layer model(TorchRandom random, Poison poison) {
            var embedding = new Embedding(CLASSES, 10, random);
            var flatten = new FlattenConsecutive(3);
            var linear = new Linear(30, 50, random);
            var last = new Linear(50, CLASSES, random);
            return switch (this) {
                case SATURATED -> {
                    linear.weight().value().copyFrom(linear.weight().value().mul(6));
                    yield new Sequential(embedding, flatten, linear, new Tanh(), last);
                }
                case DEAD -> {
                    Arrays.fill(Objects.requireNonNull(linear.bias()).value().floats(), 0, 20, -100);
                    last.weight().value().copyFrom(last.weight().value().mul(10));
                    yield new Sequential(embedding, flatten, linear, new Relu(), last);
                }
                case INFINITY_IN_AN_EVALUATION, BROKEN_GRADIENT ->
                    new Sequential(embedding, flatten, linear, new Tanh(), poison, last);
                case EVALUATION_IN_TRAINING_MODE ->
                    new Sequential(embedding, new BatchNorm1d(10), flatten, linear, new Tanh(), last);
                case ONE_PIECE -> new OnePiece(new Sequential(embedding, flatten, linear, new Tanh(), last));
                default -> new Sequential(embedding, flatten, linear, new BatchNorm1d(50), new Tanh(), last);
            };
        }

        double rate(int step) {
            return switch (this) {
                case TOO_LARGE_A_RATE -> 2;
                case RATE_THAT_FALLS -> step < 1_000 ? 0.05 : 1e-5;
                default -> 0.1;
            };
        }
    }

    /** Passes on what it gets, with another number at its first place where it shall break that. */
    static final class Poison implements Layer {
        private float value;
        private boolean forward;
        private boolean backward;

        @Override
        public Tensor forward(Tensor x) {
            return forward ? broken(x) : x;
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return backward ? broken(dOut) : dOut;
        }

        private Tensor broken(Tensor tensor) {
            var copy = tensor.copy();
            copy.floats()[0] = value;
            return copy;
        }

        @Override
        public Parts parts() {
            return Parts.NONE;
        }
    }

    /** Hides the layers of a model. */
    private record OnePiece(Layer model) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return model.forward(x);
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return model.backward(dOut);
        }

        @Override
        public Parts parts() {
            return model.parts();
        }
    }

    /** What a recorder tells. */
    @SuppressWarnings("ArrayRecordComponent") // compared by AssertJ, element by element
    private record Told(float[] losses, UpdateRatios ratios, List<Snapshot> snapshots, List<Advice> advice) {}

    /** A training that may be broken off. */
    private static final class Run {
        private final Scenario scenario;
        private final TorchRandom random = TorchRandom.seeded(5);
        private final Poison poison = new Poison();
        private final CrossEntropyLoss loss = new CrossEntropyLoss();
        private final Layer model;
        private final Sgd sgd;
        private final Recorder recorder;

        Run(Scenario scenario, int steps) {
            this.scenario = scenario;
            model = scenario.model(random, poison);
            sgd = new Sgd(model.parameters());
            recorder = new Recorder(model, CLASSES, steps);
        }

        static Run of(Scenario scenario) {
            return new Run(scenario, scenario.steps);
        }

        TrainingState state() {
            return new TrainingState(model, sgd).with("random", random);
        }

        Run until(int steps) {
            while (sgd.steps() < steps) {
                step(sgd.steps());
            }
            return this;
        }

        private void step(int step) {
            var batch = TRAIN.batch(32, random);
            poison.backward = scenario == Scenario.BROKEN_GRADIENT && step == scenario.broken - 1;
            poison.forward = scenario == Scenario.INFINITY_IN_AN_EVALUATION && step == scenario.broken + 5;
            poison.value = Float.NaN;
            double value = loss.forward(model.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            var gradient = loss.backward();
            model.backward(
                    scenario == Scenario.ANOTHER_LOSS_AT_FIRST && step == 10 ? gradient.mul(gradient) : gradient);
            double rate = scenario.rate(step);
            sgd.step(rate);
            recorder.after(step, value, rate);
            if (step == scenario.broken - 1) {
                evaluate();
            }
        }

        private void evaluate() {
            if (scenario == Scenario.EVALUATION_IN_TRAINING_MODE) {
                model.forward(TRAIN.batch(64, random).x());
                model.forward(TRAIN.batch(1, random).x());
            } else if (scenario == Scenario.INFINITY_IN_AN_EVALUATION) {
                poison.forward = true;
                poison.value = Float.POSITIVE_INFINITY;
                model.forward(TRAIN.batch(64, random).x());
            }
        }

        /** What it tells at the end, after an evaluation that does better on dev than on train. */
        Told end() {
            until(scenario.steps);
            recorder.evaluated(2.4, 2.3, 100_000, 0);
            return told();
        }

        Told told() {
            return new Told(recorder.losses(), recorder.updateRatios(), recorder.snapshots(), recorder.advice());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_training_that_goes_on_tells_what_an_unbroken_one_tells(Scenario scenario, @TempDir Path folder)
            throws SafetensorsException {
        var unbroken = Run.of(scenario).end();
        var random = new Random(1);
        var file = folder.resolve("checkpoint.safetensors");
        for (int at : new int[] {0, scenario.broken, random.nextInt(2, 60), random.nextInt(scenario.steps + 1)}) {
            var broken = Run.of(scenario).until(at);
            Checkpoint.write(file, broken.state().with("recorder", broken.recorder));
            var resumed = Run.of(scenario);
            Checkpoint.read(file, resumed.state().with("recorder", resumed.recorder));
            assertAs(unbroken, resumed.end());
        }
    }

    /** Each entry of the state in turn is set to that of a recorder that has seen nothing. */
    @Test
    void every_entry_of_the_state_counts(@TempDir Path folder) throws SafetensorsException {
        var file = folder.resolve("checkpoint.safetensors");
        var entries = new TreeSet<String>();
        var told = new TreeSet<String>();
        for (var scenario : Scenario.values()) {
            var unbroken = Run.of(scenario).end();
            var broken = Run.of(scenario).until(scenario.broken);
            Checkpoint.write(file, broken.state());
            var saved = broken.recorder.save();
            names(saved).forEach(name -> entries.add(kind(name)));
            var fresh = Run.of(scenario).recorder.save();
            for (var name : names(saved)) {
                if (!told.contains(kind(name)) && !isAs(unbroken, goOn(scenario, file, with(saved, name, fresh)))) {
                    told.add(kind(name));
                }
            }
        }
        assertThat(entries).hasSizeGreaterThan(15);
        assertThat(told).isEqualTo(entries);
    }

    /** Without the layer or snapshot that an entry is of. */
    private static String kind(String name) {
        return name.replaceAll("[.]\\d+$", "");
    }

    private static Set<String> names(SavedState saved) {
        var names = new TreeSet<>(saved.tensors().keySet());
        names.addAll(saved.texts().keySet());
        return names;
    }

    /** One state with what another has of a name. */
    private static SavedState with(SavedState saved, String name, SavedState other) {
        return new SavedState(
                with(saved.tensors(), name, other.tensors().get(name)),
                with(saved.texts(), name, other.texts().get(name)));
    }

    private static <T> Map<String, T> with(Map<String, T> map, String name, @Nullable T value) {
        var changed = new LinkedHashMap<>(map);
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return changed;
    }

    /** What is told after all, or null where such a state is refused. */
    private static @Nullable Told goOn(Scenario scenario, Path file, SavedState saved) throws SafetensorsException {
        var resumed = Run.of(scenario);
        Checkpoint.read(file, resumed.state());
        try {
            resumed.recorder.restore(saved);
        } catch (IllegalArgumentException exception) {
            return null;
        }
        return resumed.end();
    }

    /** To the bit, but that NaN is NaN. */
    private static void assertAs(Told expected, @Nullable Told told) {
        assertThat(told)
                .usingRecursiveComparison()
                .withEqualsForType((a, b) -> Float.compare(a, b) == 0, Float.class)
                .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class)
                .isEqualTo(expected);
    }

    private static boolean isAs(Told expected, @Nullable Told told) {
        try {
            assertAs(expected, told);
            return true;
        } catch (AssertionError error) {
            return false;
        }
    }

    @Test
    void a_state_that_lacks_an_entry_is_refused_and_changes_nothing() {
        var saved = Run.of(Scenario.DEAD).until(120).recorder.save();
        var other = Run.of(Scenario.DEAD).until(60);
        var before = other.told();
        for (var name : names(saved)) {
            var kind = saved.tensors().containsKey(name) ? "tensor " : "text ";
            assertThatThrownBy(() -> other.recorder.restore(with(saved, name, SavedState.ofTexts(Map.of()))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Recorder: the saved state does not fit: missing ")
                    .hasMessageContaining(
                            name.equals("snapshots") ? "missing tensor snapshots" : "missing " + kind + name);
            assertAs(before, other.told());
        }
        assertAs(Run.of(Scenario.DEAD).end(), other.end());
    }

    @Test
    void all_that_is_wrong_is_said() {
        var saved = Run.of(Scenario.HEALTHY).until(40).recorder.save();
        var tensors = new LinkedHashMap<>(saved.tensors());
        tensors.remove("losses");
        tensors.put("ratios", Tensor.zeros(DType.FLOAT64, Shape.of(7, 2)));
        tensors.put("steps", Tensor.zeros(DType.FLOAT64, Shape.of(7)));
        tensors.put("advice", Tensor.zeros(DType.FLOAT64, Shape.of(0)));
        tensors.put("more", Tensor.zeros(1));
        var texts = new LinkedHashMap<>(saved.texts());
        texts.put("strayPasses", "few");
        texts.put("isCrossEntropy", "yes");
        texts.put("normalizesOne", "9");
        texts.put("snapshots", "4");
        var recorder = Run.of(Scenario.HEALTHY).recorder;
        assertThatThrownBy(() -> recorder.restore(new SavedState(tensors, texts)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Recorder: the saved state does not fit: missing tensor losses;"
                        + " isCrossEntropy cannot be 'yes'; strayPasses cannot be 'few';"
                        + " normalizesOne is layer 9, which the model does not have;"
                        + " steps is FLOAT64 (7) and must be INT32 (n);"
                        + " ratios is FLOAT64 (7, 2) and must be FLOAT64 (0, 3);"
                        + " snapshots: has 4 for a count; advice: ends too early;"
                        + " unknown tensor dlogits.0; unknown tensor more");
    }

    @Test
    void a_training_may_be_prolonged(@TempDir Path folder) throws SafetensorsException {
        var file = folder.resolve("checkpoint.safetensors");
        var scenario = Scenario.HEALTHY;
        var shorter = new Run(scenario, 131).until(131);
        var longer = new Run(scenario, 60_300);
        Checkpoint.write(file, shorter.state().with("recorder", shorter.recorder));
        Checkpoint.read(file, longer.state().with("recorder", longer.recorder));
        longer.until(250);
        assertThat(longer.recorder.updateRatios().steps())
                .contains(130, 183, 244)
                .doesNotContain(150, 200);
        assertThat(longer.recorder.snapshots()).extracting(Snapshot::step).containsExactly(0, 130);
        assertThat(longer.recorder.losses())
                .startsWith(shorter.recorder.losses())
                .hasSize(250);
    }
}
