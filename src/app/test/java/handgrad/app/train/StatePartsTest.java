package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.data.Names;
import handgrad.io.Safetensors;
import handgrad.io.WeightsHash;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The test of the tests of resumed trainings: each thing that their checkpoints hold counts. A training that goes on
 * from a checkpoint in which one tensor or text is that of an older checkpoint has another end, or is refused. If it
 * were saved and not restored, the end would be the same.
 */
class StatePartsTest {
    /**
     * The time; what the next step sets before anybody asks for it; and the generator of a gpt's dropout, which is that
     * of its batches and restored again with them.
     */
    private static final List<String> WITHOUT_A_TRACE =
            List.of("state.numbers.seconds", "state.numbers.last-loss", "generators.dropout.random");

    private static final String OLDER = "checkpoint-2.safetensors";
    private static final String RESUMED = "checkpoint-4.safetensors";
    private static final String END = "checkpoint-6.safetensors";

    @TempDir
    private Path folder;

    @Test
    void each_counts_with_running_statistics_and_shards() throws IOException {
        assertThat(parts("train", "mlp-bn", "--hidden", "4", "--batch-size", "8", "--shards", "2", "--patience", "9"))
                .containsExactly("model", "numbers", "optimizer", "random", "recorder");
    }

    @Test
    void each_counts_with_dropout_clipping_and_AdamW() throws IOException {
        assertThat(parts(
                        "train",
                        "gpt",
                        "--layers",
                        "1",
                        "--heads",
                        "2",
                        "--embedding",
                        "8",
                        "--block-size",
                        "8",
                        "--batch-size",
                        "2",
                        "--warmup",
                        "2",
                        "--dropout",
                        "0.2",
                        "--eval-batches",
                        "1",
                        "--shards",
                        "2"))
                .containsExactly("batch", "model", "numbers", "optimizer", "random", "recorder");
    }

    @Test
    void each_counts_of_makemores() throws IOException {
        assertThat(parts("train", "makemore-gru", "--embedding", "4", "--hidden", "4", "--batch-size", "4"))
                .containsExactly("model", "numbers", "optimizer", "random", "recorder", "rows");
    }

    @Test
    void each_counts_of_sound() throws IOException {
        assertThat(parts("audio", "--seconds", "1")).containsExactly("model", "numbers", "optimizer", "random");
    }

    /** The parts of which something changed between two checkpoints, each of which was seen to count. */
    private Set<String> parts(String... options) throws IOException {
        var command = new ArrayList<>(List.of(options));
        // Between the two checkpoints and not after them: a better loss takes the place of the best.
        var every = options[1].startsWith("makemore") ? "3" : "4";
        if (!options[0].equals("audio")) {
            var names = Files.write(
                    folder.resolve("names.txt"), Names.bundled().words().subList(0, 60));
            command.addAll(List.of("--data", names.toString(), "--no-report"));
        }
        command.addAll(List.of("--quiet", "--steps", "6", "--eval-every", every, "--checkpoint-every", "2", "--keep"));
        command.addAll(List.of("9", "--out", folder.resolve("whole").toString()));
        assertThat(CommandResult.of(command.toArray(String[]::new)).err()).isEmpty();
        var older = Safetensors.read(folder.resolve("whole").resolve(OLDER));
        var newer = Safetensors.read(folder.resolve("whole").resolve(RESUMED));
        var right = content(folder.resolve("whole").resolve(END));
        assertThat(end(options[0], newer.tensors(), newer.metadata())).isEqualTo(right);

        var parts = new TreeSet<String>();
        for (var name : newer.tensors().keySet()) {
            var tensors = new LinkedHashMap<>(newer.tensors());
            var before = Objects.requireNonNull(older.tensors().get(name), name);
            if (WITHOUT_A_TRACE.contains(name)
                    || WeightsHash.of(Map.of("", before))
                            .equals(WeightsHash.of(Map.of("", tensors.put(name, before))))) {
                continue;
            }
            // Of the weights and of what the optimiser has of each the tests of checkpoints try all.
            var part = name.substring(0, name.indexOf('.'));
            if (parts.add(part) || !part.matches("model|optimizer") || name.contains("running")) {
                assertThat(end(options[0], tensors, newer.metadata()).equals(right))
                        .as(name)
                        .isFalse();
            }
        }
        for (var name : newer.metadata().keySet()) {
            var texts = new LinkedHashMap<>(newer.metadata());
            var before = older.metadata().get(name);
            if (name.startsWith("state.")
                    && !WITHOUT_A_TRACE.contains(name)
                    && before != null
                    && !before.equals(texts.put(name, before))) {
                parts.add(name.split("\\.", 3)[1]);
                assertThat(end(options[0], newer.tensors(), texts).equals(right))
                        .as(name)
                        .isFalse();
            }
        }
        return parts;
    }

    /** How a training ends that goes on from a checkpoint, or how it is refused. */
    private Map<String, String> end(String command, Map<String, Tensor> tensors, Map<String, String> texts)
            throws IOException {
        var run = Files.createDirectories(folder.resolve("run"));
        try (var files = Files.newDirectoryStream(run)) {
            for (var file : files) {
                Files.delete(file);
            }
        }
        for (var file : List.of("options.json", "environment.json", "metrics.jsonl", "best.safetensors")) {
            Files.copy(folder.resolve("whole").resolve(file), run.resolve(file));
        }
        Safetensors.write(run.resolve(RESUMED), tensors, texts);
        var result = CommandResult.of(command, "--quiet", "--resume", run.toString());
        return result.code() == 0 ? content(run.resolve(END)) : Map.of("refused", result.err());
    }

    private static Map<String, String> content(Path checkpoint) throws IOException {
        var file = Safetensors.read(checkpoint);
        var content = new LinkedHashMap<>(file.metadata());
        WITHOUT_A_TRACE.forEach(content::remove);
        file.tensors().forEach((name, tensor) -> content.put(name, WeightsHash.of(Map.of(name, tensor))));
        return content;
    }
}
