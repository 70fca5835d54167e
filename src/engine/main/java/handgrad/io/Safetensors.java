package handgrad.io;

import handgrad.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named tensors in a file of the safetensors format, which PyTorch and others read and write as well.
 *
 * <p>A file is the length of the header (8 bytes, little-endian), the header, and the elements of all tensors one after
 * the other. The header is a JSON object: for each tensor its dtype, shape and place, and under {@code __metadata__}
 * texts of any meaning.
 *
 * <p>Tensors of FLOAT32, FLOAT64 and INT32 are F32, F64 and I32 there. Of the format's other types F16 and BF16 are
 * read as FLOAT32, and I64, U64, U32, I16, U16, I8, U8 and BOOL as INT32, if it holds every element; the rest, such as
 * F8_E4M3, are refused.
 *
 * <p>Under {@code crc32c.} and a tensor's name stands the CRC-32C of its elements as they are in the file, in 8
 * hexadecimal digits, and under {@code crc32c.__metadata__} that of the other texts. They are written for every tensor
 * and checked where they are there.
 *
 * @param tensors the tensors by name, in the order of their elements in the file
 * @param metadata the texts under {@code __metadata__}, in the order of the header, without the checksums
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
    /** The key that no tensor may have. */
    static final String METADATA = "__metadata__";

    /** The longest header that the reference implementation takes. */
    static final int MAXIMUM_HEADER = 100_000_000;

    /** Keeps the order of both maps. */
    public Safetensors {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * Reads a file.
     *
     * <p>A file is taken only if every byte of it has one meaning: no key twice, no gap, overlap or rest. All sizes are
     * checked against the size of the file before memory is set aside.
     *
     * @throws SafetensorsException if the file cannot be read, is not such a file, or has a tensor whose checksum is
     *     wrong, or a whole number that INT32 cannot hold; the message says where it is wrong
     */
    public static Safetensors read(Path file) throws SafetensorsException {
        return SafetensorsReader.read(file);
    }

    /**
     * Reads a file once through and tells what is in it, without keeping its elements; whether they are damaged is part
     * of the answer.
     *
     * @throws SafetensorsException if the file cannot be read or is not such a file; the message says where it is wrong
     */
    public static Inspection inspect(Path file) throws SafetensorsException {
        return SafetensorsReader.inspect(file);
    }

    /**
     * Writes a file, or replaces it whole: a crash leaves the old file or the new one, never a part.
     *
     * <p>Elements of 8 bytes come first, so that all are aligned; other than that tensors keep the order of the map.
     * Equal arguments give equal bytes, and so does writing what {@link #read} returned for a file of this method.
     *
     * @throws IllegalArgumentException if a tensor is called {@code __metadata__}, the metadata has a checksum, a text
     *     has half a surrogate pair, or the header takes more than 100,000,000 bytes
     * @throws SafetensorsException if the file cannot be written
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
            throws SafetensorsException {
        SafetensorsWriter.write(file, tensors, metadata);
    }
}
