package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.io.SmallTraining.Method;
import handgrad.io.SmallTraining.Net;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The test of the tests: a checkpoint has nothing that can be left out, and each part left out is found. */
@Tag("no-kernel")
class CheckpointPartsTest {
    private static final int STEPS = 3;

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("training.safetensors");
    }

    private static <T> Map<String, T> without(String name, Map<String, T> all) {
        var rest = new LinkedHashMap<>(all);
        assertThat(rest.remove(name)).isNotNull();
        return rest;
    }

    /** The refusal of a file names what it lacks, and a training that refuses it is as it was. */
    private void assertRefused(SmallTraining training, Path file, String name) {
        var before = training.bits();
        assertThatThrownBy(() -> Checkpoint.read(file, training.state()))
                .as("without " + name)
                .isInstanceOfAny(SafetensorsException.class, IllegalArgumentException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(name)
                .hasMessageNotContaining("\n");
        assertThat(training.bits()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("handgrad.io.CheckpointTest#someTrainings")
    void a_file_without_one_of_its_tensors_is_refused_by_name(Net net, Method method) throws IOException {
        var training = new SmallTraining(net, method, 3).train(STEPS);
        Checkpoint.write(file(), training.state());
        var whole = Safetensors.read(file());
        var less = folder.resolve("less.safetensors");
        for (var name : whole.tensors().keySet()) {
            Safetensors.write(less, without(name, whole.tensors()), whole.metadata());
            var part = name.substring(0, name.indexOf('.'));
            assertRefused(
                    training, less, isAllOf(part, whole) ? "nothing of " + part : name.substring(part.length() + 1));
        }
    }

    /** Whether a part has one tensor and no text. */
    private static boolean isAllOf(String part, Safetensors content) {
        return Checkpoint.within(part + ".", content.tensors()).size() == 1
                && Checkpoint.within("state." + part + ".", content.metadata()).isEmpty();
    }

    @Test
    void a_file_without_one_of_its_texts_is_refused_by_name() throws IOException {
        var training = new SmallTraining(Net.DROPOUT, Method.ADAM, 3).train(STEPS);
        Checkpoint.write(file(), training.state());
        var whole = Safetensors.read(file());
        assertThat(whole.metadata().keySet())
                .contains(
                        "checkpoint",
                        "step",
                        "environment.jdk",
                        "state.settings.clip",
                        "state.optimizer.settings",
                        "state.optimizer.parameters",
                        "state.batches.settings",
                        "state.batches.position",
                        "state.average.settings",
                        "state.numbers.best",
                        "state.smooth.count")
                .hasSize(2 + 8 + 9);
        var less = folder.resolve("less.safetensors");
        for (var name : whole.metadata().keySet()) {
            Safetensors.write(less, whole.tensors(), without(name, whole.metadata()));
            var named = name.startsWith("state.") ? name.substring(name.lastIndexOf('.') + 1) : name;
            assertRefused(training, less, named.equals("clip") ? "nothing of settings" : named);
        }
    }

    @Test
    void a_file_without_one_of_its_checksums_is_refused_by_name() throws IOException {
        var training = new SmallTraining(Net.DROPOUT, Method.ADAM, 3).train(STEPS);
        Checkpoint.write(file(), training.state());
        byte[] whole = Files.readAllBytes(file());
        var names = new TreeSet<>(Safetensors.read(file()).tensors().keySet());
        names.add("__metadata__");
        var less = folder.resolve("less.safetensors");
        for (var name : names) {
            var checksum = Pattern.compile(",\"" + Pattern.quote("crc32c." + name) + "\":\"[0-9a-f]{8}\"");
            Files.write(
                    less, withHeader(whole, header -> checksum.matcher(header).replaceFirst("")));
            assertRefused(training, less, "the metadata has no checksum of '" + name + "'");
        }
    }

    /** The file with another header. */
    static byte[] withHeader(byte[] file, UnaryOperator<String> change) {
        int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        var header = new String(file, Long.BYTES, length, StandardCharsets.UTF_8);
        var changed = change.apply(header);
        assertThat(changed).isNotEqualTo(header);
        byte[] bytes = changed.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(file.length - length + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bytes.length)
                .put(bytes)
                .put(file, Long.BYTES + length, file.length - Long.BYTES - length)
                .array();
    }

    /** A part that is restored with one of its tensors or texts as it was before. */
    private record Forgetful(Stateful part, String forgotten) implements Stateful {
        @Override
        public SavedState save() {
            return part.save();
        }

        @Override
        public void restore(SavedState saved) {
            var own = part.save().copy();
            part.restore(new SavedState(mixed(saved.tensors(), own.tensors()), mixed(saved.texts(), own.texts())));
        }

        private <T> Map<String, T> mixed(Map<String, T> saved, Map<String, T> own) {
            var mixed = new LinkedHashMap<>(saved);
            mixed.computeIfPresent(forgotten, (name, _) -> Objects.requireNonNull(own.get(name)));
            return mixed;
        }
    }

    /** A part that is not restored at all. */
    private record Skipped(Stateful part) implements Stateful {
        @Override
        public SavedState save() {
            return part.save();
        }

        @Override
        public void restore(SavedState saved) {}
    }

    /** The bits of a training that goes on from the file but for what is changed in one part, at once and later. */
    private List<Map<String, Object>> resumed(SmallTraining saved, String part, UnaryOperator<Stateful> change)
            throws IOException {
        var training = saved.another();
        training.state().parts().computeIfPresent(part, (_, stateful) -> change.apply(stateful));
        Checkpoint.read(file(), training.state());
        return List.of(training.bits(), laterBits(training));
    }

    private static Map<String, Object> laterBits(SmallTraining training) {
        try {
            return training.train(STEPS).bits();
        } catch (IllegalArgumentException exception) {
            // The statistics of each position without their other half.
            return Map.of("thrown", exception);
        }
    }

    @ParameterizedTest
    @MethodSource("handgrad.io.CheckpointTest#someTrainings")
    void a_training_that_is_restored_but_for_one_thing_has_other_bits(Net net, Method method) throws IOException {
        var saved = new SmallTraining(net, method, 3).train(STEPS);
        Checkpoint.write(file(), saved.state());
        var parts = new LinkedHashMap<String, SavedState>();
        saved.state()
                .parts()
                .forEach((name, part) -> parts.put(name, part.save().copy()));
        var right = List.of(saved.bits(), laterBits(saved));
        assertThat(resumed(saved, "", part -> part)).isEqualTo(right);
        for (var part : parts.entrySet()) {
            var names = new TreeSet<>(part.getValue().tensors().keySet());
            names.addAll(part.getValue().texts().keySet());
            // What must be equal at once was never in the bits: CheckpointTest shows that it is refused.
            names.removeIf(name -> name.equals("settings") || name.equals("parameters") || name.equals("clip"));
            for (var name : names) {
                assertThat(resumed(saved, part.getKey(), each -> new Forgetful(each, name)))
                        .as("without " + part.getKey() + "." + name)
                        .isNotEqualTo(right);
            }
            assertThat(names.isEmpty()
                            || !resumed(saved, part.getKey(), Skipped::new).equals(right))
                    .as("without " + part.getKey())
                    .isTrue();
        }
        assertThat(parts.keySet())
                .containsExactly(
                        "settings",
                        "model",
                        "optimizer",
                        "generators",
                        "numbers",
                        "batches",
                        "noise",
                        "average",
                        "smooth");
    }

    /** What is compared finds a difference in any tensor, also in its last bit. */
    @Test
    void the_last_bit_of_each_tensor_counts() throws IOException {
        var saved = new SmallTraining(Net.TIED, Method.ADAM_W, 3).train(STEPS);
        Checkpoint.write(file(), saved.state());
        var whole = Safetensors.read(file());
        var right = saved.bits();
        for (var name : whole.tensors().keySet()) {
            var changed = new LinkedHashMap<>(whole.tensors());
            changed.put(
                    name, lastBitChanged(Objects.requireNonNull(whole.tensors().get(name))));
            Safetensors.write(file(), changed, whole.metadata());
            var other = saved.another();
            if (name.equals("generators.3.random") || name.equals("noise.state")) {
                // The cached normal number of a generator that has none must be 0.
                continue;
            }
            Checkpoint.read(file(), other.state());
            assertThat(other.bits()).as(name).isNotEqualTo(right);
        }
    }

    private static Tensor lastBitChanged(Tensor tensor) {
        var changed = tensor.copy();
        int last = tensor.shape().elements() - 1;
        switch (tensor.dtype()) {
            case FLOAT32 -> changed.floats()[last] = Math.nextUp(changed.floats()[last]);
            case FLOAT64 -> changed.doubles()[last] = Math.nextUp(changed.doubles()[last]);
            case INT32 -> changed.ints()[last] ^= 1;
        }
        return changed;
    }
}
