package handgrad.io;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files made wrong by hand, one fault each. */
@Tag("no-kernel")
class SafetensorsRefusalTest {
    @TempDir
    private Path folder;

    private void assertRefused(byte[] content, String problem) throws IOException {
        var file = Files.write(folder.resolve("bad.safetensors"), content);
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.read(file))
                .withMessage(file + ": " + problem);
    }

    private static byte[] file(String header, int elementBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + elementBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    /** JSON with ' for ", so that it can be read. */
    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static Arguments header(String name, String header, int elementBytes, String problem) {
        return argumentSet(name, json(header), elementBytes, problem);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                header("no brace", "[]", 0, "the header does not start with {"),
                header("space before the brace", " {}", 0, "the header does not start with {"),
                header("empty header", "", 0, "the header does not start with {"),
                header("more after the object", "{} {}", 0, "the header goes on after its JSON object"),
                header(
                        "tensor twice",
                        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
                                + "'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}",
                        8,
                        "the header is not sound JSON: Duplicate Object property \"a\", at its character 58"),
                header(
                        "key twice",
                        "{'a':{'dtype':'F32','dtype':'I32','shape':[1],'data_offsets':[0,4]}}",
                        4,
                        "the header is not sound JSON: Duplicate Object property \"dtype\", at its character 28"),
                header(
                        "metadata twice",
                        "{'__metadata__':{'k':'v','k':'w'}}",
                        0,
                        "the header is not sound JSON: Duplicate Object property \"k\", at its character 29"),
                header("metadata no object", "{'__metadata__':[]}", 0, "the metadata must be an object of texts"),
                header("metadata no text", "{'__metadata__':{'k':1}}", 0, "the metadata 'k' must be a text"),
                header(
                        "tensor no object",
                        "{'a':[1]}",
                        0,
                        "tensor 'a': must be an object with dtype, shape and data_offsets"),
                header(
                        "tensor null",
                        "{'a':null}",
                        0,
                        "tensor 'a': must be an object with dtype, shape and data_offsets"),
                header("no dtype", "{'a':{'shape':[1],'data_offsets':[0,4]}}", 4, "tensor 'a': dtype is missing"),
                header("no shape", "{'a':{'dtype':'F32','data_offsets':[0,4]}}", 4, "tensor 'a': shape is missing"),
                header("no offsets", "{'a':{'dtype':'F32','shape':[1]}}", 4, "tensor 'a': data_offsets are missing"),
                header(
                        "unknown key",
                        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'stride':[1]}}",
                        4,
                        "tensor 'a': the key 'stride' is unknown"),
                header(
                        "unknown dtype",
                        "{'a':{'dtype':'F8_E4M3','shape':[4],'data_offsets':[0,4]}}",
                        4,
                        "tensor 'a': dtype 'F8_E4M3' is not supported; F64, F32, F16, BF16, I64, U64, I32, U32, I16,"
                                + " U16, I8, U8, BOOL are"),
                header(
                        "dtype no text",
                        "{'a':{'dtype':32,'shape':[1],'data_offsets':[0,4]}}",
                        4,
                        "tensor 'a': dtype must be a text"),
                header(
                        "shape no list",
                        "{'a':{'dtype':'F32','shape':1,'data_offsets':[0,4]}}",
                        4,
                        "tensor 'a': shape must be a list of integers"),
                header(
                        "fraction in the shape",
                        "{'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}}",
                        4,
                        "tensor 'a': shape must be a list of integers"),
                header(
                        "negative size",
                        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}",
                        4,
                        "tensor 'a': shape has the negative number -1"),
                header(
                        "too many dimensions",
                        "{'a':{'dtype':'F32','shape':[" + "1,".repeat(64) + "1],'data_offsets':[0,4]}}",
                        4,
                        "tensor 'a': shape has more than 64 numbers"),
                header(
                        "product that overflows 32 bits",
                        "{'a':{'dtype':'F32','shape':[65536,65536],'data_offsets':[0,0]}}",
                        0,
                        "tensor 'a': shape [65536, 65536] has more than 2^31 - 1 elements"),
                header(
                        "product that overflows 64 bits to 0",
                        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,0]}}",
                        0,
                        "tensor 'a': shape [4294967296, 4294967296] has more than 2^31 - 1 elements"),
                header(
                        "one offset",
                        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}}",
                        4,
                        "tensor 'a': data_offsets must be a begin and an end, not [0]"),
                header(
                        "three offsets",
                        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,8]}}",
                        4,
                        "tensor 'a': data_offsets has more than 2 numbers"),
                header(
                        "end before begin",
                        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}",
                        4,
                        "tensor 'a': data_offsets must be a begin and an end, not [4, 0]"),
                header(
                        "size and offsets differ",
                        "{'a':{'dtype':'F64','shape':[2],'data_offsets':[0,8]}}",
                        8,
                        "tensor 'a': shape (2) of F64 takes 16 bytes, data_offsets [0, 8] hold 8"),
                header(
                        "start not at 0",
                        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}",
                        8,
                        "tensor 'a': begins at byte 4, the tensors before it end at 0; there is a gap"),
                header(
                        "gap",
                        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
                                + "'b':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}}",
                        12,
                        "tensor 'b': begins at byte 8, the tensors before it end at 4; there is a gap"),
                header(
                        "overlap",
                        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
                                + "'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}",
                        8,
                        "tensor 'b': begins at byte 4, the tensors before it end at 8; they overlap"),
                header(
                        "elements cut off",
                        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}",
                        7,
                        "is cut off, its tensors take 8 bytes; 7 are there"),
                header(
                        "rest",
                        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}",
                        7,
                        "has 3 bytes after its last tensor"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void refuses(String header, int elementBytes, String problem) throws IOException {
        assertRefused(file(header, elementBytes), problem);
    }

    @Test
    void refusesAHeaderThatIsNoJson() throws IOException {
        var file = Files.write(folder.resolve("bad.safetensors"), file("{\"a\":", 0));
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.read(file))
                .withMessageStartingWith(file + ": the header is not sound JSON: Unexpected end-of-input");
    }

    @Test
    void refusesANumberBeyond64Bits() throws IOException {
        var header = json("{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,4]}}");
        var file = Files.write(folder.resolve("bad.safetensors"), file(header, 4));
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.read(file))
                .withMessageStartingWith(file + ": the header is not sound JSON: Numeric value (99999999999999999999)");
    }

    @Test
    void refusesAHeaderThatIsNotUtf8() throws IOException {
        byte[] content = file("{\"x\"}", 0);
        content[10] = (byte) 0xff;
        assertRefused(content, "the header is not UTF-8 text, from its byte 2 on");
    }

    @Test
    void refusesAFileWithoutAHeadersLength() throws IOException {
        assertRefused(new byte[0], "has 0 bytes, too few for the length of a header, which takes 8");
        assertRefused(new byte[7], "has 7 bytes, too few for the length of a header, which takes 8");
    }

    @Test
    void refusesAHeaderAboveTheLimit() throws IOException {
        assertRefused(
                HexFormat.of().parseHex("01e1f50500000000"),
                "the header's length, 100000001 bytes, is above the limit of 100000000; is this a file of tensors?");
        assertRefused(
                HexFormat.of().parseHex("ffffffffffffffff"),
                "the header's length, 18446744073709551615 bytes, is above the limit of 100000000;"
                        + " is this a file of tensors?");
    }

    @Test
    void refusesAHeaderLongerThanTheFile() throws IOException {
        assertRefused(
                HexFormat.of().parseHex("00e1f505000000007b7d"),
                "is cut off in its header, which takes 100000000 bytes; 2 are there");
    }

    @Test
    void refusesAFileCutOffAnywhere() throws IOException {
        byte[] whole = file(json("{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}}"), 12);
        Safetensors.read(Files.write(folder.resolve("whole.safetensors"), whole));
        for (int length = 0; length < whole.length; length++) {
            var file = Files.write(folder.resolve("bad.safetensors"), Arrays.copyOf(whole, length));
            assertThatExceptionOfType(SafetensorsException.class)
                    .as("the first %d bytes", length)
                    .isThrownBy(() -> Safetensors.read(file));
        }
    }

    @Test
    void refusesAMissingFileAndAFolder() {
        var missing = folder.resolve("nowhere.safetensors");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.read(missing))
                .withMessage(missing + ": there is no such file");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.read(folder))
                .withMessage(folder + ": is a folder, not a file of tensors");
    }
}
