package handgrad.io;

import handgrad.file.InputFile;
import handgrad.file.LlmcFile;
import handgrad.file.UnreadableFileException;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Reads one of llm.c's files from its beginning to its end. */
final class Gpt2Reader {
    private static final int CHUNK_BYTES = 1 << 20;

    private final FileChannel channel;
    private final ByteBuffer header;
    private final ByteBuffer chunk;

    /** Reads the header of an open file. */
    private Gpt2Reader(FileChannel channel, LlmcFile kind) throws IOException {
        this.channel = channel;
        LlmcFile.requireHeader(channel.size());
        header = ByteBuffer.allocate(LlmcFile.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(header);
        LlmcFile.of(header(0), header(1), kind);
        chunk = ByteBuffer.allocateDirect((int) Math.min(CHUNK_BYTES, channel.size()))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** What is read with a reader. */
    interface Use<T> {
        T of(Gpt2Reader reader) throws IOException;
    }

    /** Opens a file of a kind and reads it. */
    static <T> T use(Path file, LlmcFile kind, Use<T> use) throws Gpt2FileException {
        try (var channel = InputFile.open(file, kind.what())) {
            return use(file, channel, kind, use);
        } catch (Gpt2FileException e) {
            throw e;
        } catch (UnreadableFileException e) {
            throw new Gpt2FileException(file, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new Gpt2FileException(file, "cannot be read, " + e.getMessage(), e);
        }
    }

    private static <T> T use(Path file, FileChannel channel, LlmcFile kind, Use<T> use) throws IOException {
        try {
            return use.of(new Gpt2Reader(channel, kind));
        } catch (OutOfMemoryError e) {
            throw new Gpt2FileException(
                    file,
                    String.format(
                            Locale.ROOT,
                            "does not fit into the memory of this JVM: it has %,d MiB, the heap at most %,d MiB; give"
                                    + " more, as in -Xmx8g",
                            channel.size() >> 20,
                            Runtime.getRuntime().maxMemory() >> 20),
                    e);
        }
    }

    /** An int of the header. */
    int header(int index) {
        return header.getInt(index * Integer.BYTES);
    }

    /**
     * Requires that the file has, behind its header, so many elements of a type and nothing else.
     *
     * @param sizes what the header says, for the message
     */
    void requireSize(String sizes, long elements, StoredType type) throws IOException {
        LlmcFile.requireSize(sizes, LlmcFile.HEADER_BYTES + elements * type.bytes(), channel.size());
    }

    /** All bytes behind the header, which must be at most so many. */
    ByteBuffer rest(String sizes, long most) throws IOException {
        long bytes = channel.size() - LlmcFile.HEADER_BYTES;
        if (bytes > most) {
            LlmcFile.requireSize(sizes, LlmcFile.HEADER_BYTES + most, channel.size());
        }
        return readFully(ByteBuffer.allocate((int) bytes));
    }

    /** The next elements of a type as a tensor. */
    Tensor tensor(StoredType type, Shape shape) throws IOException {
        var tensor = Tensor.zeros(type.dtype(), shape);
        fill(type, tensor);
        return tensor;
    }

    private void fill(StoredType type, Tensor tensor) throws IOException {
        int elements = tensor.shape().elements();
        for (int from = 0; from < elements; ) {
            int count = Math.min(chunk.capacity() / type.bytes(), elements - from);
            type.read(readFully(chunk.clear().limit(count * type.bytes())), tensor, from);
            from += count;
        }
    }

    /** Tensors of zeros for the next ones, if the heap has room for them. */
    static Map<String, Tensor> zeros(Gpt2Layout layout) {
        // At once, before seconds of making what cannot be used here.
        if (layout.elements() * Float.BYTES > Runtime.getRuntime().maxMemory()) {
            throw new OutOfMemoryError("the elements take " + layout.elements() * Float.BYTES + " bytes");
        }
        var tensors = new LinkedHashMap<String, Tensor>();
        for (var place : layout.places()) {
            tensors.put(place.name(), Tensor.zeros(DType.FLOAT32, place.shape()));
        }
        return tensors;
    }

    /** The next tensors, into those of their names. */
    void fill(StoredType type, List<Gpt2Layout.Place> places, Map<String, Tensor> tensors) throws IOException {
        for (var place : places) {
            var tensor = Objects.requireNonNull(tensors.get(place.name()), place.name());
            if (place.transposed()) {
                fillTransposed(type, tensor);
            } else {
                fill(type, tensor);
            }
            channel.position(channel.position() + place.paddingElements() * type.bytes());
        }
    }

    /** From (out, in) in the file; a few rows of it at a time, so that what is written stands together. */
    private void fillTransposed(StoredType type, Tensor tensor) throws IOException {
        int in = tensor.size(0);
        int out = tensor.size(1);
        int most = Math.clamp(CHUNK_BYTES / Float.BYTES / in, 1, out);
        float[] to = tensor.floats();
        Tensor rows = Tensor.zeros(DType.FLOAT32, Shape.of(most, in));
        for (int row = 0; row < out; row += rows.size(0)) {
            if (out - row < rows.size(0)) {
                rows = Tensor.zeros(DType.FLOAT32, Shape.of(out - row, in));
            }
            fill(type, rows);
            float[] from = rows.floats();
            int count = rows.size(0);
            for (int i = 0; i < in; i++) {
                for (int j = 0; j < count; j++) {
                    to[i * out + row + j] = from[j * in + i];
                }
            }
        }
    }

    /** Fills the buffer up to its limit and turns it round. */
    private ByteBuffer readFully(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("it became shorter while it was read");
            }
        }
        return buffer.flip();
    }
}
