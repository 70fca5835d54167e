package handgrad.io;

import handgrad.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * One number for the weights of a model: models of equal hashes have the same bits.
 *
 * <p>It is the SHA-256 of the little-endian bytes of all tensors of a model's state, parameters and running statistics,
 * in the order in which the model declares them; of tensors of several types those of 8 bytes an element come first.
 * Names, shapes and metadata do not count. So a file of {@link Safetensors#write} has the hash of the model that it was
 * written of: the SHA-256 of all that follows its header. A file of another program's types, such as BF16, has that of
 * its own bytes, and a model that reads them another.
 */
public final class WeightsHash {
    private final MessageDigest digest;

    WeightsHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every Java platform has SHA-256", exception);
        }
    }

    void add(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /** The hash of what was added. */
    String digits() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * The hash of a model's state, in 64 hexadecimal digits.
     *
     * @param state as {@link handgrad.nn.Layer#stateDict()} gives it
     */
    public static String of(Map<String, Tensor> state) {
        var hash = new WeightsHash();
        var chunk = SafetensorsWriter.chunk(state.values().stream()
                .mapToLong(SafetensorsWriter::bytes)
                .max()
                .orElse(0));
        SafetensorsWriter.order(state).values().forEach(tensor -> SafetensorsWriter.elements(tensor, chunk, hash::add));
        return hash.digits();
    }

    /**
     * The hash of the tensors in a file, in 64 hexadecimal digits; of a damaged file, that of the bytes as they are.
     *
     * @throws SafetensorsException if the file cannot be read or is not such a file; the message says where it is wrong
     */
    public static String of(Path file) throws SafetensorsException {
        return Safetensors.inspect(file).hash();
    }
}
