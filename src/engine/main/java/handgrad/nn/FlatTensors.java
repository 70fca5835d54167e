package handgrad.nn;

import handgrad.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Tensors as the bytes of their elements, one tensor behind the other. */
final class FlatTensors {
    /** The bytes that are broadcast at once. */
    private static final int PIECE = 1 << 24;

    private FlatTensors() {}

    /** The elements themselves. */
    static MemorySegment segment(Tensor tensor) {
        return switch (tensor.dtype()) {
            case FLOAT32 -> MemorySegment.ofArray(tensor.floats());
            case FLOAT64 -> MemorySegment.ofArray(tensor.doubles());
            case INT32 -> MemorySegment.ofArray(tensor.ints());
        };
    }

    /** How many bytes they are. */
    static long size(Iterable<Tensor> tensors) {
        long size = 0;
        for (var tensor : tensors) {
            size += segment(tensor).byteSize();
        }
        return size;
    }

    /** Copies the bytes from a place on to the beginning of a segment: as many as it has, or as there are. */
    static void read(Iterable<Tensor> tensors, long from, MemorySegment flat) {
        copy(tensors, from, flat, true);
    }

    /** Copies the beginning of a segment to the bytes from a place on: as many as it has, or as there are. */
    static void write(Iterable<Tensor> tensors, long from, MemorySegment flat) {
        copy(tensors, from, flat, false);
    }

    /** Gives the elements that rank 0 has to all ranks. */
    static void broadcast(List<Tensor> tensors, Collective ranks) {
        long size = size(tensors);
        var buffer = MemorySegment.ofArray(new byte[(int) Math.min(size, PIECE)]);
        for (long from = 0; from < size; from += PIECE) {
            var piece = buffer.asSlice(0, Math.min(PIECE, size - from));
            read(tensors, from, piece);
            ranks.broadcast(piece);
            write(tensors, from, piece);
        }
    }

    private static void copy(Iterable<Tensor> tensors, long from, MemorySegment flat, boolean isRead) {
        long start = 0;
        for (var tensor : tensors) {
            var own = segment(tensor);
            long first = Math.max(from, start);
            long end = Math.min(from + flat.byteSize(), start + own.byteSize());
            if (first < end) {
                var part = own.asSlice(first - start, end - first);
                var place = flat.asSlice(first - from, end - first);
                if (isRead) {
                    place.copyFrom(part);
                } else {
                    part.copyFrom(place);
                }
            }
            start += own.byteSize();
        }
    }
}
