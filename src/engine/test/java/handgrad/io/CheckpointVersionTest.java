package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.data.BatchOptions;
import handgrad.data.Batches;
import handgrad.data.TensorDataset;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.Dropout;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.optim.ParameterGroups;
import handgrad.optim.WeightAverage;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint of an earlier version is read. Whoever changes what a checkpoint has, or the words of an optimiser's or
 * a batch's options, finds here that trainings which are under way can no longer go on: read the old words too, or
 * count the version up, say so, and keep a file of the new one beside this.
 */
@Tag("no-kernel")
class CheckpointVersionTest {
    @TempDir
    private Path folder;

    private final Layer model;
    private final AdamW adam;
    private final Batches batches;
    private final TorchRandom noise;
    private final WeightAverage average;
    private final TrainingState state;

    CheckpointVersionTest() {
        var random = TorchRandom.seeded(1);
        model = new Sequential(
                new Linear(2, 3, random), new BatchNorm1d(3), new Dropout(0.5, random), new Linear(3, 2, random));
        adam = new AdamW(
                ParameterGroups.decayMatrices(model.parameters()),
                AdamOptions.PYTORCH.withBetas(0.9, 0.99).withWeightDecay(0.1));
        batches = new Batches(new TensorDataset(Tensor.zeros(7, 2), Tensor.zeros(7)), BatchOptions.of(3, 5));
        noise = TorchRandom.seeded(2);
        average = new WeightAverage(model, 0.99);
        state = new TrainingState(model, adam)
                .with("batches", batches)
                .with("noise", noise)
                .with("average", average)
                .with("best", Double.POSITIVE_INFINITY)
                .withSetting("clip", "1.0");
    }

    /** The file that is kept, of this version; {@code -Dhandgrad.checkpoint=FILE} says where it goes. */
    @Test
    @EnabledIfSystemProperty(named = "handgrad.checkpoint", matches = ".+")
    void writes_the_file_that_is_kept() throws IOException {
        for (int step = 0; step < 3; step++) {
            model.forward(Tensor.randn(noise, 4, 2));
            model.parameters()
                    .forEach(parameter -> parameter
                            .grad()
                            .copyFrom(Tensor.randn(
                                    noise, parameter.value().shape().toArray())));
            adam.step(0.01);
            average.update();
            batches.next();
            state.set("best", 0.75 - step);
        }
        noise.randn(new float[1]);
        Checkpoint.write(Path.of(System.getProperty("handgrad.checkpoint")), state);
    }

    @Test
    void a_checkpoint_of_version_1_is_read() throws IOException, URISyntaxException {
        var kept = Path.of(Objects.requireNonNull(getClass().getResource("checkpoint-version-1.safetensors"))
                .toURI());
        var checkpoint = Checkpoint.read(kept, state);
        assertThat(checkpoint.step()).isEqualTo(3).isEqualTo(adam.steps());
        assertThat(checkpoint.environment().jdk()).startsWith("25");
        assertThat(batches.position()).isEqualTo(3);
        assertThat(state.number("best")).isEqualTo(-1.25);
        assertThat(WeightsHash.of(model.stateDict()))
                .isEqualTo("5de916ed01699c520eef90e7cfe14ee63490fa7b628d87f6e4a5ed0c8e102d05");
        assertThat(noise.randint(1_000_000)).isEqualTo(853518);

        // All that it has is set: nothing but what is drawn above differs from it.
        Checkpoint.read(kept, state);
        var again = folder.resolve("again.safetensors");
        Checkpoint.write(again, state);
        assertThat(Safetensors.read(again).tensors())
                .isEqualTo(Safetensors.read(kept).tensors());
        assertThat(Files.size(kept)).isLessThan(20_000);
    }
}
