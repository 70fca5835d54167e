package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("no-kernel")
class NpyTest {
    @TempDir
    private Path folder;

    /** Those of arrays.py. */
    private static Map<String, Tensor> tensors() {
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("weight", Tensor.of(new float[] {1, -2.5f, 3, 4, 5, -0f}, 2, 3));
        tensors.put("0.mean", Tensor.of(new double[] {0.1}, 1));
        tensors.put("steps", Tensor.of(new int[] {7}));
        tensors.put("empty", Tensor.zeros(0, 5));
        return tensors;
    }

    private static void assertEqual(Tensor actual, Tensor expected) {
        assertThat(actual.dtype()).isEqualTo(expected.dtype());
        assertThat(actual.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < expected.shape().elements(); i++) {
            assertThat(actual.getFlat(i)).isEqualTo(expected.getFlat(i));
        }
    }

    @Test
    void readsWhatItWrote() throws IOException {
        var npz = folder.resolve("a.npz");
        Npz.write(npz, tensors());
        var read = Npz.read(npz);
        assertThat(read.keySet()).containsExactlyElementsOf(tensors().keySet());
        for (var named : tensors().entrySet()) {
            var npy = folder.resolve("a.npy");
            Npy.write(npy, named.getValue());
            assertEqual(Npy.read(npy), named.getValue());
            assertEqual(Objects.requireNonNull(read.get(named.getKey())), named.getValue());
        }
        byte[] bytes = Files.readAllBytes(npz);
        Npz.write(npz, tensors());
        assertThat(Files.readAllBytes(npz)).isEqualTo(bytes);
    }

    @Test
    void numpyReadsWhatWasWrittenHere() throws Exception {
        Npz.write(folder.resolve("java.npz"), tensors());
        for (var named : tensors().entrySet()) {
            Npy.write(folder.resolve(named.getKey() + ".npy"), named.getValue());
        }
        Python.run(folder, "numpy", "arrays.py", "check", folder);
    }

    @Test
    void everyTypeAndOrderOfNumpyIsRead() throws Exception {
        Python.run(folder, "numpy", "arrays.py", "write", folder);
        var stored = Npz.read(folder.resolve("stored.npz"));
        var compressed = Npz.read(folder.resolve("compressed.npz"));
        assertThat(stored).hasSize(44);
        assertThat(compressed.keySet()).isEqualTo(stored.keySet());
        for (var named : stored.entrySet()) {
            var name = named.getKey();
            var type = name.startsWith("f8") ? DType.FLOAT64 : name.startsWith("f") ? DType.FLOAT32 : DType.INT32;
            var expected = Tensor.arange(24).reshape(2, 3, 4).to(type);
            assertEqual(named.getValue(), expected);
            assertEqual(Objects.requireNonNull(compressed.get(name)), expected);
            assertEqual(Npy.read(folder.resolve(name + ".npy")), expected);
        }
        for (int major = 1; major <= 3; major++) {
            assertEqual(
                    Npy.read(folder.resolve("version" + major + ".npy")),
                    Tensor.arange(24).reshape(2, 3, 4));
        }
        assertEqual(Npy.read(folder.resolve("truth.npy")), Tensor.of(new int[] {1, 0, 1}, 3));
        assertEqual(Npy.read(folder.resolve("scalar.npy")), Tensor.of(new double[] {0.1}));
        assertThat(Npy.read(folder.resolve("empty.npy")).shape()).isEqualTo(Shape.of(0, 3));
        assertRefused(
                folder.resolve("objects.npy"),
                "the header is that of Python objects, which only Python can read; save numbers, with astype");
        assertRefused(
                folder.resolve("records.npy"),
                "the header is that of records of several fields; save each field as an array of its own");
    }

    private static void assertRefused(Path file, String problem) {
        assertThatExceptionOfType(NpyException.class)
                .isThrownBy(() -> Npy.read(file))
                .withMessage(file + ": " + problem);
    }

    /** An array of version 1.0. */
    static byte[] array(String header, int elementBytes) {
        var bytes = new ByteArrayOutputStream();
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0});
        bytes.writeBytes(text);
        bytes.writeBytes(new byte[elementBytes]);
        return bytes.toByteArray();
    }

    private static String header(String descr, String shape) {
        return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + "}";
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                argumentSet("cut off", header("'<f4'", "(2,)"), 4, "shape (2) of F32 takes 8 bytes; 4 are there"),
                argumentSet("more", header("'<f4'", "(2,)"), 9, "shape (2) of F32 takes 8 bytes; 9 are there"),
                argumentSet(
                        "huge",
                        header("'<f4'", "(99999, 99999)"),
                        0,
                        "the header has a shape of more than 2^31 - 1" + " elements"),
                argumentSet(
                        "longer number",
                        header("'<f4'", "(99999999999999999999,)"),
                        0,
                        "the header has a shape of more than 2^31 - 1 elements"),
                argumentSet("negative", header("'<f4'", "(-1,)"), 0, "the header wants a size at its character 52"),
                argumentSet(
                        "type",
                        header("'<c8'", "()"),
                        8,
                        "the header has the type '<c8', which is not supported; < or > with f2, f4, f8, i1 to i8, u1 to"
                                + " u8 and b1 are"),
                argumentSet("code", "{'descr': open('a')}", 0, "the header wants a type in quotes at its character 11"),
                argumentSet("no shape", "{'descr': '<f4', 'fortran_order': True}", 0, "the header has no 'shape'"),
                argumentSet("twice", "{'descr': '<f4', 'descr': '<f4'}", 0, "the header has the key 'descr' twice"),
                argumentSet("unknown", "{'a': 1}", 0, "the header has the unknown key 'a'"),
                argumentSet("rest", header("'<f4'", "()") + "#", 4, "the header goes on after its }"),
                argumentSet(
                        "truth",
                        header("'|b1'", "(1,)").replace("b1", "u8"),
                        8,
                        "the header has the type '|u8',"
                                + " which is not supported; < or > with f2, f4, f8, i1 to i8, u1 to u8 and b1 are"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongArraysAreRefused(String header, int elementBytes, String problem) throws IOException {
        assertRefused(Files.write(folder.resolve("a.npy"), array(header, elementBytes)), problem);
    }

    @Test
    void whatIsNoArrayIsRefused() throws IOException {
        assertRefused(folder.resolve("none.npy"), "there is no such file");
        assertRefused(folder, "is a folder, not an array of NumPy");
        var file = folder.resolve("a.npy");
        assertRefused(Files.write(file, new byte[3]), "is cut off in its header");
        assertRefused(Files.write(file, new byte[8]), "is no array of NumPy, it does not begin with \\x93NUMPY");
        byte[] version = array(header("'<f4'", "()"), 4);
        version[6] = 4;
        assertRefused(Files.write(file, version), "is of version 4.0 of the format; 1.0, 2.0 and 3.0 are supported");
    }

    private void assertArchiveRefused(byte[] archive, String problem) throws IOException {
        var file = Files.write(folder.resolve("a.npz"), archive);
        assertThatExceptionOfType(NpyException.class)
                .isThrownBy(() -> Npz.read(file))
                .withMessage(file + ": " + problem);
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    /** The archive with another four bytes in the last header that begins with PK, 1 and 2, so far from its start. */
    private static byte[] changed(byte[] archive, int offset, int value) {
        int start = new String(archive, StandardCharsets.ISO_8859_1).lastIndexOf("PK\u0001\u0002");
        for (int i = 0; i < Integer.BYTES; i++) {
            archive[start + offset + i] = (byte) (value >> (8 * i));
        }
        return archive;
    }

    @Test
    void wrongArchivesAreRefused() throws IOException {
        byte[] array = array(header("'<f4'", "(2,)"), 8);
        assertArchiveRefused(
                zip("readme.txt", array), "array 'readme.txt': is no array, its name does not end with .npy");
        assertArchiveRefused(
                zip("w.npy", array(header("'<f4'", "(2,)"), 4)),
                "array 'w.npy': shape (2) of F32 takes 8 bytes; 4 are there");
        assertArchiveRefused(
                changed(zip("w.npy", array), 16, 7),
                "array 'w.npy': is damaged, its CRC-32 is wrong; copy the file again");
        byte[] bomb = zip("w.npy", array);
        int size = bomb.length;
        int start = new String(bomb, StandardCharsets.ISO_8859_1).lastIndexOf("PK\u0001\u0002");
        int compressed = bomb[start + 20];
        assertArchiveRefused(
                changed(bomb, 24, Integer.MAX_VALUE),
                "array 'w.npy': cannot have 2147483647 bytes in " + compressed + " of the archive's " + size);
    }
}
