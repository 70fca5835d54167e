package handgrad.io;

import handgrad.tensor.Shape;

/** What a header says about one tensor; its data are the bytes from {@code begin} to {@code end} after the header. */
record Entry(String name, StoredType type, Shape shape, long begin, long end) {
    /** The bytes that the elements take. */
    long bytes() {
        return (long) shape.elements() * type.bytes();
    }
}
