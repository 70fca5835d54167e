package handgrad.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class RecorderTest {
    private static final Dataset TRAIN = Names.bundled().split(42).train();

    private static Sequential model(TorchRandom random) {
        return new Sequential(
                new Embedding(27, 10, random),
                new FlattenConsecutive(3),
                new Linear(30, 40, random),
                new BatchNorm1d(40),
                new Tanh(),
                new Linear(40, 27, random));
    }

    private static void train(Sequential model, int steps, TorchRandom random, @Nullable Recorder recorder) {
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        for (int step = 0; step < steps; step++) {
            var batch = TRAIN.batch(32, random);
            double value = loss.forward(model.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(0.1);
            if (recorder != null) {
                recorder.after(step, value, 0.1);
            }
        }
    }

    @Test
    void recording_does_not_change_a_bit() {
        var random = TorchRandom.seeded(3);
        var plain = model(random);
        train(plain, 1_500, random, null);
        random = TorchRandom.seeded(3);
        var recorded = model(random);
        train(recorded, 1_500, random, new Recorder(recorded, 27, 1_500));
        assertThat(recorded.stateDict()).isEqualTo(plain.stateDict());
    }

    @Test
    void it_samples_every_50th_step_of_a_short_training_and_takes_a_dozen_snapshots() {
        var random = TorchRandom.seeded(3);
        var model = model(random);
        var recorder = new Recorder(model, 27, 3_001);
        train(model, 3_001, random, recorder);
        assertThat(recorder.losses()).hasSize(3_001);
        assertThat(recorder.advice()).isEmpty();
        var ratios = recorder.updateRatios();
        assertThat(ratios.names()).containsExactly("0.weight", "2.weight", "5.weight");
        assertThat(ratios.steps())
                .startsWith(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20)
                .contains(95, 100, 150)
                .endsWith(2_950, 3_000)
                .hasSize(10 + 18 + 59 + 9);
        assertThat(ratios.log10()).hasSameSizeAs(ratios.steps()).allMatch(row -> row.length == 3);
        assertThat(recorder.snapshots())
                .extracting(Snapshot::step)
                .containsExactly(0, 301, 602, 903, 1_204, 1_505, 1_806, 2_107, 2_408, 2_709, 3_000);
        assertThat(recorder.snapshots().getFirst().loss()).isEqualTo(recorder.losses()[0], within(1e-6));
    }

    @Test
    void a_snapshot_holds_the_numbers_of_its_step() {
        var random = TorchRandom.seeded(3);
        var model = model(random);
        var recorder = new Recorder(model, 27, 1);
        train(model, 1, random, recorder);
        var snapshot = recorder.snapshots().getFirst();
        var tanh = snapshot.activations().getFirst();
        assertThat(tanh.name()).isEqualTo("4");
        assertThat(tanh.kind()).isEqualTo("Tanh");
        assertThat(tanh.shape()).hasToString("(32, 40)");
        assertThat(tanh.std()).isBetween(0.5, 0.7);
        assertThat(snapshot.activationGradients().getFirst().std()).isBetween(1e-4, 1e-2);
        var weight = snapshot.weights().get(1);
        var parameter = model.parameters().get(1);
        assertThat(weight.value().name()).isEqualTo("2.weight");
        assertThat(weight.value().kind()).isEqualTo("Linear");
        assertThat(weight.gradient().std()).isEqualTo(parameter.grad().std().item(), within(1e-8));
        assertThat(weight.gradientToData())
                .isEqualTo(
                        parameter.grad().std().item() / parameter.value().std().item(), within(1e-7));
        assertThat(snapshot.weights().getFirst().updateToData())
                .as("lr · std(grad) / std(data)")
                .isEqualTo(0.1 * snapshot.weights().getFirst().gradientToData(), within(1e-7));
        assertThat(weight.updateToData())
                .as("of 499 of 1,200 elements")
                .isEqualTo(0.1 * weight.gradientToData(), within(0.1 * weight.updateToData()));
        var dlogits = snapshot.dlogits();
        assertThat(dlogits.rows()).isEqualTo(32);
        assertThat(dlogits.columns()).isEqualTo(27);
        double sum = 0;
        for (float value : dlogits.values()) {
            sum += value;
        }
        assertThat(sum).as("each row of dlogits sums to 0").isEqualTo(0, within(1e-6));
    }

    @Test
    void an_observer_sees_layers_within_layers() {
        var random = TorchRandom.seeded(3);
        var model = new Sequential(
                new Embedding(27, 10, random),
                new Sequential(new FlattenConsecutive(3), new Linear(30, 40, random), new Tanh()),
                new Linear(40, 27, random));
        var recorder = new Recorder(model, 27, 1);
        train(model, 1, random, recorder);
        assertThat(recorder.snapshots().getFirst().activations())
                .extracting(TensorStatistics::name)
                .containsExactly("1.2");
        assertThat(recorder.updateRatios().names()).containsExactly("0.weight", "1.1.weight", "2.weight");
    }

    @Test
    void a_training_has_steps() {
        assertThatThrownBy(() -> new Recorder(model(TorchRandom.seeded(1)), 27, -1))
                .hasMessage("Recorder: the number of steps cannot be negative, it is -1");
    }
}
