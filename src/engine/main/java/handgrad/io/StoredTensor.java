package handgrad.io;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;

/**
 * What a file says of a tensor, and whether its elements are those that were written.
 *
 * @param type that of the elements in the file, under its name in the format: {@code BF16}
 * @param dtype the type that they are read as
 * @param checksum what came of its CRC-32C
 */
public record StoredTensor(String name, String type, DType dtype, Shape shape, Checksum checksum) {
    /** What a checksum tells. */
    public enum Checksum {
        /** The elements are those that were written. */
        GOOD,
        /** The file has none for this tensor, as most programs write none. */
        ABSENT,
        /** The elements or the checksum have changed since they were written. */
        DAMAGED
    }
}
