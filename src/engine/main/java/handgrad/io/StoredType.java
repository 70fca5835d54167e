package handgrad.io;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * A type of elements in a file, under its name in the safetensors format, and how it becomes one of a tensor: a narrow
 * type is widened, and a wide whole number is taken where INT32 holds it.
 */
enum StoredType {
    F64(DType.FLOAT64, Double.BYTES),
    F32(DType.FLOAT32, Float.BYTES),
    F16(DType.FLOAT32, Short.BYTES),
    BF16(DType.FLOAT32, Short.BYTES),
    I64(DType.INT32, Long.BYTES),
    U64(DType.INT32, Long.BYTES),
    I32(DType.INT32, Integer.BYTES),
    U32(DType.INT32, Integer.BYTES),
    I16(DType.INT32, Short.BYTES),
    U16(DType.INT32, Short.BYTES),
    I8(DType.INT32, Byte.BYTES),
    U8(DType.INT32, Byte.BYTES),
    BOOL(DType.INT32, Byte.BYTES);

    /** The order of tensors in a file that is written here: wider elements first, which keeps all aligned. */
    static final Comparator<StoredType> WIDE_FIRST = Comparator.comparingInt(type -> -type.bytes);

    private final DType dtype;
    private final int bytes;

    StoredType(DType dtype, int bytes) {
        this.dtype = dtype;
        this.bytes = bytes;
    }

    /** The type of the tensor that it is read into. */
    DType dtype() {
        return dtype;
    }

    /** The bytes of one element. */
    int bytes() {
        return bytes;
    }

    static Optional<StoredType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /** The type that holds a tensor's elements as they are. */
    static StoredType of(Tensor tensor) {
        return switch (tensor.dtype()) {
            case FLOAT32 -> F32;
            case FLOAT64 -> F64;
            case INT32 -> I32;
        };
    }

    /**
     * Reads all elements of a buffer, in its order of bytes, into a tensor of {@link #dtype()}.
     *
     * @param from the first element of the tensor that is set
     * @return what is wrong with the first element that the tensor cannot hold, or empty if it holds all
     */
    Optional<String> read(ByteBuffer buffer, Tensor tensor, int from) {
        int count = buffer.remaining() / bytes;
        switch (this) {
            case F32 -> buffer.asFloatBuffer().get(tensor.floats(), from, count);
            case F64 -> buffer.asDoubleBuffer().get(tensor.doubles(), from, count);
            case I32 -> buffer.asIntBuffer().get(tensor.ints(), from, count);
            case F16, BF16 -> halves(buffer, tensor.floats(), from, count);
            case I64, U64, U32, I16, U16, I8, U8, BOOL -> {
                return wholeNumbers(buffer, tensor.ints(), from, count);
            }
        }
        return Optional.empty();
    }

    private void halves(ByteBuffer buffer, float[] to, int from, int count) {
        int start = buffer.position();
        for (int i = 0; i < count; i++) {
            short bits = buffer.getShort(start + i * Short.BYTES);
            // The bits of a bfloat16 are the upper half of those of a float.
            to[from + i] = this == BF16 ? Float.intBitsToFloat(bits << Short.SIZE) : Float.float16ToFloat(bits);
        }
    }

    private Optional<String> wholeNumbers(ByteBuffer buffer, int[] to, int from, int count) {
        int start = buffer.position();
        for (int i = 0; i < count; i++) {
            long number = wholeNumber(buffer, start + i * bytes);
            boolean negativeUnsigned = this == U64 && number < 0;
            if (negativeUnsigned || (int) number != number) {
                var digits = negativeUnsigned ? Long.toUnsignedString(number) : Long.toString(number);
                return Optional.of(
                        "element " + (from + i) + " of " + this + " is " + digits + ", which INT32 cannot hold");
            }
            if (this == BOOL && number > 1) {
                return Optional.of("element " + (from + i) + " of BOOL is " + number + ", it must be 0 or 1");
            }
            to[from + i] = (int) number;
        }
        return Optional.empty();
    }

    private long wholeNumber(ByteBuffer buffer, int at) {
        return switch (this) {
            case I64, U64 -> buffer.getLong(at);
            case I32 -> buffer.getInt(at);
            case U32 -> Integer.toUnsignedLong(buffer.getInt(at));
            case I16 -> buffer.getShort(at);
            case U16 -> Short.toUnsignedInt(buffer.getShort(at));
            case I8 -> buffer.get(at);
            case U8, BOOL -> Byte.toUnsignedInt(buffer.get(at));
            case F64, F32, F16, BF16 -> throw new IllegalStateException(this + " is no whole number");
        };
    }
}
