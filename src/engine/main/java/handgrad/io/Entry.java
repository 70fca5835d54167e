package handgrad.io;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/** What a header says about one tensor; its data are the bytes from {@code begin} to {@code end} after the header. */
record Entry(String name, Type type, Shape shape, long begin, long end) {
    /** A type of elements, under its name in the format. */
    enum Type {
        F32(DType.FLOAT32, Float.BYTES),
        F64(DType.FLOAT64, Double.BYTES),
        I32(DType.INT32, Integer.BYTES);

        /** The order of tensors in a file that is written here: wider elements first, which keeps all aligned. */
        static final Comparator<Type> WIDE_FIRST = Comparator.comparingInt(type -> -type.bytes);

        private final DType dtype;
        private final int bytes;

        Type(DType dtype, int bytes) {
            this.dtype = dtype;
            this.bytes = bytes;
        }

        DType dtype() {
            return dtype;
        }

        /** The bytes of one element. */
        int bytes() {
            return bytes;
        }

        static Optional<Type> named(String name) {
            return Arrays.stream(values())
                    .filter(type -> type.name().equals(name))
                    .findFirst();
        }

        static Type of(Tensor tensor) {
            return switch (tensor.dtype()) {
                case FLOAT32 -> F32;
                case FLOAT64 -> F64;
                case INT32 -> I32;
            };
        }
    }

    /** The bytes that the elements take. */
    long bytes() {
        return (long) shape.elements() * type.bytes();
    }
}
