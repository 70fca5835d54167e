package handgrad.io;

import handgrad.file.AtomicFile;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes one of llm.c's files from its beginning to its end. */
final class Gpt2Writer {
    private static final int CHUNK_BYTES = 1 << 20;

    private final FileChannel channel;
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private Gpt2Writer(FileChannel channel) {
        this.channel = channel;
    }

    /** What is written. */
    interface Content {
        /** Writes all of it, the header too. */
        void writeTo(Gpt2Writer writer) throws IOException;
    }

    /** Writes a file whole or not at all. */
    static void write(Path file, Content content) throws Gpt2FileException {
        if (Files.isDirectory(file)) {
            throw new Gpt2FileException(file, "is a folder; name a file");
        }
        try {
            AtomicFile.write(file, channel -> content.writeTo(new Gpt2Writer(channel)));
        } catch (NoSuchFileException e) {
            throw new Gpt2FileException(file, "cannot be written, there is no such folder", e);
        } catch (AccessDeniedException e) {
            throw new Gpt2FileException(file, "may not be written, permission denied", e);
        } catch (IOException e) {
            throw new Gpt2FileException(file, "cannot be written, " + e.getMessage(), e);
        }
    }

    /** Writes all bytes of a buffer. */
    void bytes(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Writes the elements of a tensor in its order. */
    void tensor(Tensor tensor) throws IOException {
        SafetensorsWriter.elements(tensor, chunk, this::bytes);
    }

    /** Writes the tensors of these names; zeros for one that is not there, and for padding. */
    void tensors(List<Gpt2Layout.Place> places, Map<String, Tensor> tensors) throws IOException {
        for (var place : places) {
            var tensor = tensors.get(place.name());
            if (tensor != null
                    && (tensor.dtype() != DType.FLOAT32 || !tensor.shape().equals(place.shape()))) {
                throw new IllegalArgumentException("write: " + place.name() + " is " + tensor.dtype() + " "
                        + tensor.shape() + ", a file of llm.c has FLOAT32 " + place.shape());
            }
            if (tensor == null) {
                zeros(place.shape().elements());
            } else if (place.transposed()) {
                transposed(tensor);
            } else {
                tensor(tensor);
            }
            zeros(place.paddingElements());
        }
    }

    private void zeros(long floats) throws IOException {
        for (long rest = floats * Float.BYTES; rest > 0; rest -= CHUNK_BYTES) {
            var zeros = chunk.clear().limit((int) Math.min(CHUNK_BYTES, rest));
            for (int i = 0; i < zeros.limit(); i += Float.BYTES) {
                zeros.putFloat(i, 0);
            }
            bytes(zeros);
        }
    }

    /** As (out, in) in the file; a few rows of it at a time, so that what is read stands together. */
    private void transposed(Tensor tensor) throws IOException {
        int in = tensor.size(0);
        int out = tensor.size(1);
        float[] from = tensor.floats();
        int most = Math.clamp(CHUNK_BYTES / Float.BYTES / in, 1, out);
        for (int row = 0; row < out; row += most) {
            int count = Math.min(most, out - row);
            float[] rows = new float[count * in];
            for (int i = 0; i < in; i++) {
                for (int j = 0; j < count; j++) {
                    rows[j * in + i] = from[i * out + row + j];
                }
            }
            tensor(Tensor.of(rows, count, in));
        }
    }
}
