package handgrad.data;

import handgrad.tensor.DType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The types of elements that the IDX format has. */
public enum IdxType {
    /** 0 to 255: pixels and labels. */
    UNSIGNED_BYTE(8, Byte.BYTES, DType.INT32),
    /** -128 to 127. */
    BYTE(9, Byte.BYTES, DType.INT32),
    /** -32768 to 32767. */
    SHORT(11, Short.BYTES, DType.INT32),
    /** 32-bit integers. */
    INT(12, Integer.BYTES, DType.INT32),
    /** 32-bit floating point. */
    FLOAT(13, Float.BYTES, DType.FLOAT32),
    /** 64-bit floating point. */
    DOUBLE(14, Double.BYTES, DType.FLOAT64);

    private final int code;
    private final int bytes;
    private final DType dtype;

    IdxType(int code, int bytes, DType dtype) {
        this.code = code;
        this.bytes = bytes;
        this.dtype = dtype;
    }

    /** The third byte of a file's magic number. */
    int code() {
        return code;
    }

    /** The bytes of an element in a file. */
    int bytes() {
        return bytes;
    }

    /** The type of the tensor that such a file becomes. */
    public DType dtype() {
        return dtype;
    }

    static @Nullable IdxType ofCode(int code) {
        for (var type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }

    /** The type that a tensor is written with where none is named. */
    static IdxType of(DType dtype) {
        return switch (dtype) {
            case INT32 -> INT;
            case FLOAT32 -> FLOAT;
            case FLOAT64 -> DOUBLE;
        };
    }

    /** The least element of a type of whole numbers. */
    int least() {
        return switch (this) {
            case UNSIGNED_BYTE -> 0;
            case BYTE -> Byte.MIN_VALUE;
            case SHORT -> Short.MIN_VALUE;
            case INT, FLOAT, DOUBLE -> Integer.MIN_VALUE;
        };
    }

    /** The largest element of a type of whole numbers. */
    int largest() {
        return switch (this) {
            case UNSIGNED_BYTE -> 255;
            case BYTE -> Byte.MAX_VALUE;
            case SHORT -> Short.MAX_VALUE;
            case INT, FLOAT, DOUBLE -> Integer.MAX_VALUE;
        };
    }

    /** Its name in a sentence: {@code unsigned byte}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
