package handgrad.io;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;

/**
 * What a file says of a tensor, and whether its elements are those that were written.
 *
 * @param checksum what came of its CRC-32C
 */
public record StoredTensor(String name, DType dtype, Shape shape, Checksum checksum) {
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
