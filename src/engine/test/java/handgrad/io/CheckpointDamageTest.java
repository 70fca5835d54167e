package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import handgrad.io.SmallTraining.Method;
import handgrad.io.SmallTraining.Net;
import handgrad.testing.FuzzedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A folder whose newest checkpoint is damaged, or is none: each damage once, by its name. */
@Tag("no-kernel")
class CheckpointDamageTest {
    private static final SmallTraining OLD = new SmallTraining(Net.BATCH_NORM, Method.SGD, 1).train(2);
    private static final Map<String, Object> OLD_BITS = OLD.bits();
    private static final byte[] GOOD = good();
    private static final int ELEMENTS = Long.BYTES + headerLength(GOOD);

    @TempDir
    private Path folder;

    private static byte[] good() {
        try {
            var file = Files.createTempFile("good", ".safetensors");
            try {
                Checkpoint.write(
                        file,
                        new SmallTraining(Net.BATCH_NORM, Method.SGD, 1)
                                .train(3)
                                .state());
                return Files.readAllBytes(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private static int headerLength(byte[] file) {
        return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static byte[] flipped(int at, int bit) {
        byte[] bytes = GOOD.clone();
        bytes[at] ^= (byte) (1 << bit);
        return bytes;
    }

    /** Where the header has this text, plus so many bytes. */
    private static int place(String text, int plus) {
        var header = new String(GOOD, Long.BYTES, ELEMENTS - Long.BYTES, StandardCharsets.ISO_8859_1);
        assertThat(header).contains(text);
        return Long.BYTES + header.indexOf(text) + plus;
    }

    private static byte[] withHeader(String from, String to) {
        return CheckpointPartsTest.withHeader(GOOD, header -> header.replace(from, to));
    }

    /** The places of the elements of a tensor in the file. */
    private static int[] elements(String tensor) {
        var header = new String(GOOD, Long.BYTES, ELEMENTS - Long.BYTES, StandardCharsets.UTF_8);
        var key = "\"" + tensor + "\":{";
        var entry = header.substring(header.indexOf(key), header.indexOf("]}", header.indexOf(key)));
        int comma = entry.lastIndexOf(',');
        return new int[] {
            ELEMENTS + Integer.parseInt(entry.substring(entry.lastIndexOf('[') + 1, comma)),
            ELEMENTS + Integer.parseInt(entry.substring(comma + 1))
        };
    }

    private static byte[] swappedElements(String one, String other) {
        byte[] bytes = GOOD.clone();
        int[] a = elements(one);
        int[] b = elements(other);
        assertThat(a[1] - a[0]).isEqualTo(b[1] - b[0]);
        System.arraycopy(GOOD, a[0], bytes, b[0], a[1] - a[0]);
        System.arraycopy(GOOD, b[0], bytes, a[0], a[1] - a[0]);
        return bytes;
    }

    private static byte[] swappedNames(String one, String other) {
        return CheckpointPartsTest.withHeader(
                GOOD,
                header -> header.replace("\"" + one + "\":{", "\"?\":{")
                        .replace("\"" + other + "\":{", "\"" + one + "\":{")
                        .replace("\"?\":{", "\"" + other + "\":{"));
    }

    private static List<String> tensors() {
        var names = new ArrayList<String>();
        OLD.state()
                .parts()
                .forEach((part, stateful) ->
                        stateful.save().tensors().keySet().forEach(name -> names.add(part + "." + name)));
        return names;
    }

    static Stream<Arguments> damages() {
        var ofTensors = tensors().stream()
                .map(name -> argumentSet(
                        "bit in " + name, flipped(elements(name)[1] - 1, 3), "tensor '" + name + "': is damaged, "));
        return Stream.concat(
                ofTensors,
                Stream.of(
                        argumentSet("nothing", new byte[0], "has 0 bytes, too few for the length of a header"),
                        argumentSet("seven bytes", Arrays.copyOf(GOOD, 7), "has 7 bytes, too few for the length of a"),
                        argumentSet("length alone", Arrays.copyOf(GOOD, 8), "is cut off in its header"),
                        argumentSet("cut in the header", Arrays.copyOf(GOOD, 300), "is cut off in its header"),
                        argumentSet("header alone", Arrays.copyOf(GOOD, ELEMENTS), "is cut off, its tensors take "),
                        argumentSet(
                                "cut in the elements",
                                Arrays.copyOf(GOOD, (ELEMENTS + GOOD.length) / 2),
                                "is cut off, its tensors take "),
                        argumentSet("last byte", Arrays.copyOf(GOOD, GOOD.length - 1), "is cut off, its tensors take "),
                        argumentSet(
                                "one byte more",
                                Arrays.copyOf(GOOD, GOOD.length + 1),
                                "has 1 bytes after its last tensor"),
                        argumentSet("zeros", new byte[GOOD.length], "the header does not start with {"),
                        argumentSet("bit in the length", flipped(0, 0), "the header "),
                        argumentSet("high bit of the length", flipped(7, 7), "the header's length, 92233720368547"),
                        argumentSet("bit in the brace", flipped(8, 1), "the header does not start with {"),
                        argumentSet(
                                "bit in the version",
                                flipped(place("\"checkpoint\":\"1", 14), 1),
                                "the metadata is damaged, the CRC-32C of its texts is "),
                        argumentSet(
                                "bit in a key",
                                flipped(place("\"checkpoint\"", 3), 0),
                                "the metadata is damaged, the CRC-32C of its texts is "),
                        argumentSet(
                                "bit in a text",
                                flipped(place("\"state.numbers.best\":\"", 23), 1),
                                "the metadata is damaged, the CRC-32C of its texts is "),
                        argumentSet(
                                "bit in a checksum",
                                flipped(place("\"crc32c.model.0.bias\":\"", 23), 0),
                                "tensor 'model.0.bias': is damaged, "),
                        argumentSet(
                                "bit in the name of a tensor",
                                flipped(place("\"model.0.bias\":{", 7), 1),
                                "the metadata has a checksum of tensor 'model.0.bias', which the file does not have"),
                        argumentSet(
                                "bit in a type",
                                flipped(place("\"model.0.bias\":{\"dtype\":\"F32", 27), 0),
                                "tensor 'model.0.bias': dtype 'F33' is not supported"),
                        argumentSet(
                                "bit in a shape",
                                flipped(place("\"model.0.bias\":{\"dtype\":\"F32\",\"shape\":[8", 39), 0),
                                "tensor 'model.0.bias': shape (9) of F32 takes 36 bytes"),
                        argumentSet(
                                "no shape",
                                withHeader("\"shape\":[8],", ""),
                                "tensor 'model.0.bias': shape is missing"),
                        argumentSet(
                                "elements of two tensors in each other's place",
                                swappedElements("model.1.weight", "model.1.bias"),
                                "tensor 'model.1.weight': is damaged, "),
                        argumentSet(
                                "names of two tensors in each other's place",
                                swappedNames("model.1.weight", "model.1.bias"),
                                "tensor 'model.1.bias': is damaged, "),
                        argumentSet(
                                "two halves of different checkpoints",
                                swappedElements("model.0.weight", "optimizer.0.weight.momentum_buffer"),
                                "tensor 'model.0.weight': is damaged, ")));
    }

    private Path path(int step) {
        return folder.resolve("checkpoint-" + step + ".safetensors");
    }

    /** Reads the newest checkpoint of a folder that has the old one and this as the new one. */
    private List<String> toldOf(byte[] content, SmallTraining training) throws IOException {
        Checkpoint.write(path(2), OLD.state());
        Files.write(path(3), content);
        var told = new ArrayList<String>();
        assertThat(new CheckpointFolder(folder, 2).readNewest(training.state(), told::add))
                .hasValue(path(2));
        return told;
    }

    private List<String> names() {
        return Stream.of(Objects.requireNonNull(folder.toFile().list()))
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("damages")
    void a_damaged_checkpoint_is_set_aside_and_the_one_before_is_taken(byte[] content, String problem)
            throws IOException {
        var training = OLD.another();
        assertThat(toldOf(content, training))
                .singleElement()
                .asString()
                .startsWith(path(3) + ": " + problem)
                .endsWith("; it is kept as checkpoint-3.safetensors.damaged")
                .doesNotContain("\n");
        assertThat(training.bits()).isEqualTo(OLD_BITS);
        assertThat(names()).containsExactly("checkpoint-2.safetensors", "checkpoint-3.safetensors.damaged");
        assertThat(Files.readAllBytes(folder.resolve("checkpoint-3.safetensors.damaged")))
                .isEqualTo(content);
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Checkpoint.of(folder.resolve("checkpoint-3.safetensors.damaged")))
                .withMessageStartingWith(folder.resolve("checkpoint-3.safetensors.damaged") + ": ");
    }

    @Test
    void where_all_are_damaged_nothing_is_read_and_all_are_kept() throws IOException {
        for (int step = 1; step <= 3; step++) {
            Files.write(path(step), Arrays.copyOf(GOOD, 100 * step));
        }
        var told = new ArrayList<String>();
        var training = OLD.another();
        var before = training.bits();
        assertThat(new CheckpointFolder(folder, 2).readNewest(training.state(), told::add))
                .isEmpty();
        assertThat(told).hasSize(3);
        assertThat(training.bits()).isEqualTo(before);
        assertThat(names())
                .containsExactly(
                        "checkpoint-1.safetensors.damaged",
                        "checkpoint-2.safetensors.damaged",
                        "checkpoint-3.safetensors.damaged");
    }

    /** What is sound and cannot be used is no damage: it stays, and nothing older is taken in its place. */
    private void assertRefused(Class<? extends Exception> type, String problem) throws IOException {
        Checkpoint.write(path(2), OLD.state());
        var training = OLD.another();
        var before = training.bits();
        var told = new ArrayList<String>();
        assertThatExceptionOfType(type)
                .isThrownBy(() -> new CheckpointFolder(folder, 2).readNewest(training.state(), told::add))
                .withMessage(path(3) + ": " + problem);
        assertThat(told).isEmpty();
        assertThat(training.bits()).isEqualTo(before);
        assertThat(names()).containsExactly("checkpoint-2.safetensors", "checkpoint-3.safetensors");
    }

    private void writeChanged(UnaryOperator<Map<String, String>> metadata) throws IOException {
        Files.write(path(3), GOOD);
        var whole = Safetensors.read(path(3));
        Safetensors.write(path(3), whole.tensors(), metadata.apply(new LinkedHashMap<>(whole.metadata())));
    }

    @Test
    void a_checkpoint_of_another_version_is_refused_and_stays() throws IOException {
        writeChanged(metadata -> {
            metadata.put("checkpoint", "2");
            return metadata;
        });
        assertRefused(SafetensorsException.class, "is a checkpoint of version 2, this handgrad reads 1");
    }

    @Test
    void a_file_of_weights_is_refused_and_stays() throws IOException {
        writeChanged(_ -> Map.of("format", "pt"));
        assertRefused(
                SafetensorsException.class, "is no checkpoint of a training; a file of weights is read by Safetensors");
    }

    @Test
    void the_checkpoint_of_another_training_is_refused_and_stays() throws IOException {
        writeChanged(metadata -> {
            metadata.put("state.settings.clip", "2.0\n\u001b[31m");
            return metadata;
        });
        assertRefused(
                IllegalArgumentException.class,
                "is the checkpoint of another training: settings: clip was 2.0\\n\\u001b[31m and is 1.0 now");
    }

    @Test
    void a_folder_of_that_name_is_refused_and_stays() throws IOException {
        Files.createDirectory(path(3));
        assertRefused(SafetensorsException.class, "is a folder, not a file of tensors");
    }

    @Test
    void a_file_that_may_not_be_read_is_refused_and_stays() throws IOException {
        var fileSystem = new FaultyFileSystem(folder);
        Checkpoint.write(path(3), OLD.state());
        fileSystem.plan().arm(FaultPlan.Fault.FAILS, 4);
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> new CheckpointFolder(fileSystem.root(), 2)
                        .readNewest(OLD.another().state(), line -> {}))
                .withMessage(path(3) + ": cannot be read, No space left on device");
        assertThat(names()).containsExactly("checkpoint-3.safetensors");
    }

    /** One bit of many bytes in all places: no file with a changed bit is read. */
    @Test
    void a_changed_bit_is_found() throws IOException {
        var chance = new SplittableRandom(5);
        for (int at = 0; at < GOOD.length; at += 1 + chance.nextInt(at < ELEMENTS ? 3 : 24)) {
            assertFound(at, chance.nextInt(8));
        }
    }

    @Tag("long")
    @Test
    void every_bit_is_found() throws IOException {
        for (int at = 0; at < GOOD.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                assertFound(at, bit);
            }
        }
    }

    private void assertFound(int at, int bit) throws IOException {
        FuzzedReader.write(path(3), flipped(at, bit));
        assertThatExceptionOfType(SafetensorsException.class)
                .as("bit %d of byte %d", bit, at)
                .isThrownBy(() -> Safetensors.read(path(3)))
                .withMessageStartingWith(path(3) + ": ")
                .matches(SafetensorsException::isDamage);
    }
}
