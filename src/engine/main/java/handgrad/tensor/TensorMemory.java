package handgrad.tensor;

/**
 * The memory that tensors take: the bytes of their arrays, each with the 16 bytes of its header and filled up to a
 * multiple of 8, as on a JVM of 64 bits.
 */
public final class TensorMemory {
    private static final ScopedValue<TensorMemory> COUNTER = ScopedValue.newInstance();
    private static final int HEADER = 16;

    private long bytes;

    private TensorMemory() {}

    /** The bytes of a tensor, also of one that shares its array with others. */
    public static long bytes(Tensor tensor) {
        return bytes(tensor.dtype(), tensor.shape().elements());
    }

    private static long bytes(DType dtype, int elements) {
        int size = dtype == DType.FLOAT64 ? Double.BYTES : Float.BYTES;
        return HEADER + Math.ceilDiv((long) size * elements, Long.BYTES) * Long.BYTES;
    }

    /**
     * Runs something, and returns the bytes of the tensors that this thread made meanwhile, whether they are still in
     * use or not. A tensor on an array that was there, by {@link Tensor#of} or {@link Tensor#reshape}, is none of them.
     */
    public static long made(Runnable body) {
        var counter = new TensorMemory();
        ScopedValue.where(COUNTER, counter).run(body);
        if (COUNTER.isBound()) {
            COUNTER.get().bytes += counter.bytes;
        }
        return counter.bytes;
    }

    /** Told of each array that is made for a tensor. */
    static void count(DType dtype, int elements) {
        if (COUNTER.isBound()) {
            COUNTER.get().bytes += bytes(dtype, elements);
        }
    }
}
