package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import handgrad.io.SmallTraining.Method;
import handgrad.io.SmallTraining.Net;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class CheckpointFolderTest {
    @TempDir
    private Path folder;

    private final SmallTraining training = new SmallTraining(Net.BATCH_NORM, Method.SGD, 1);

    private List<String> names(Path folder) {
        return Stream.of(Objects.requireNonNull(folder.toFile().list()))
                .sorted()
                .toList();
    }

    @Test
    void makes_its_folder_keeps_the_last_and_nothing_else() throws IOException {
        var run = folder.resolve("runs/a");
        var checkpoints = new CheckpointFolder(run, 2);
        assertThat(checkpoints.files()).isEmpty();
        assertThat(checkpoints.readNewest(training.state(), line -> {})).isEmpty();
        assertThat(checkpoints.write(training.train(8).state())).isEqualTo(run.resolve("checkpoint-8.safetensors"));
        assertThat(checkpoints.write(training.train(1).state())).isEqualTo(run.resolve("checkpoint-9.safetensors"));
        assertThat(names(run)).containsExactly("checkpoint-8.safetensors", "checkpoint-9.safetensors");
        checkpoints.write(training.train(1).state());
        // By their numbers, not by their names.
        assertThat(checkpoints.files())
                .containsExactly(run.resolve("checkpoint-9.safetensors"), run.resolve("checkpoint-10.safetensors"));
        assertThat(names(run)).containsExactly("checkpoint-10.safetensors", "checkpoint-9.safetensors");
        var bits = training.bits();
        var resumed = training.another();
        assertThat(checkpoints.readNewest(resumed.state(), line -> {}))
                .hasValue(run.resolve("checkpoint-10.safetensors"));
        assertThat(resumed.bits()).isEqualTo(bits);
        checkpoints.write(training.state());
        assertThat(names(run)).hasSize(2);
        new CheckpointFolder(run, 1).write(training.train(1).state());
        assertThat(names(run)).containsExactly("checkpoint-11.safetensors");
    }

    @Test
    void only_its_own_files_count() throws IOException {
        var others = List.of(
                "best.safetensors",
                "checkpoint-.safetensors",
                "checkpoint-01.safetensors",
                "checkpoint-12345678901.safetensors",
                "checkpoint-5.safetensors.damaged",
                "checkpoint-x.safetensors",
                "my-checkpoint-1.safetensors");
        for (var other : others) {
            Files.writeString(folder.resolve(other), "");
        }
        var checkpoints = new CheckpointFolder(folder, 1);
        assertThat(checkpoints.files()).isEmpty();
        for (int i = 0; i < 3; i++) {
            checkpoints.write(training.train(1).state());
        }
        assertThat(checkpoints.files()).containsExactly(folder.resolve("checkpoint-3.safetensors"));
        assertThat(names(folder)).containsAll(others).hasSize(others.size() + 1);
    }

    @Test
    void the_best_survives_all_that_follow() throws IOException {
        var best = folder.resolve("best.safetensors");
        Checkpoint.write(best, training.train(1).state());
        byte[] content = Files.readAllBytes(best);
        var checkpoints = new CheckpointFolder(folder, 1);
        for (int i = 0; i < 3; i++) {
            checkpoints.write(training.train(1).state());
        }
        assertThat(Files.readAllBytes(best)).isEqualTo(content);
        assertThat(Checkpoint.of(best).step()).isEqualTo(1);
    }

    @Test
    void a_training_that_did_not_go_on_from_what_is_there_is_refused_and_deletes_nothing() throws IOException {
        var checkpoints = new CheckpointFolder(folder, 1);
        checkpoints.write(training.train(3).state());
        var other = training.another();
        assertThatIllegalStateException()
                .isThrownBy(() -> checkpoints.write(other.state()))
                .withMessage("CheckpointFolder: " + folder.resolve("checkpoint-3.safetensors")
                        + " is of a later step than 0: read the newest checkpoint before a training goes on, or move it"
                        + " to another folder");
        assertThat(names(folder)).containsExactly("checkpoint-3.safetensors");
        checkpoints.readNewest(other.state(), line -> {});
        checkpoints.write(other.train(1).state());
        assertThat(names(folder)).containsExactly("checkpoint-4.safetensors");
    }

    @Test
    void what_is_in_the_way_is_named() throws IOException {
        var file = Files.writeString(folder.resolve("file"), "");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> new CheckpointFolder(file, 1).write(training.state()))
                .withMessage(file.resolve("checkpoint-0.safetensors")
                        + ": cannot be written, its folder cannot be made: " + file + " is no folder");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> new CheckpointFolder(file, 1).readNewest(training.state(), new ArrayList<>()::add))
                .withMessage(file + ": cannot be read, it is no folder");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CheckpointFolder(folder, 0))
                .withMessage("CheckpointFolder: keep must be at least 1, it is 0");
    }
}
