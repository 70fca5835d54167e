package handgrad.io;

import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/** Reads a file of the safetensors format. */
final class SafetensorsReader {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path file;
    private final FileChannel channel;

    private SafetensorsReader(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static Safetensors read(Path file) throws SafetensorsException {
        if (Files.isDirectory(file)) {
            throw new SafetensorsException(file, "is a folder, not a file of tensors");
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new SafetensorsReader(file, channel).read();
        } catch (SafetensorsException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new SafetensorsException(file, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new SafetensorsException(file, "may not be read, permission denied", e);
        } catch (IOException e) {
            throw new SafetensorsException(file, "cannot be read, " + e.getMessage(), e);
        }
    }

    private Safetensors read() throws IOException {
        var header = HeaderParser.parse(file, headerText());
        var entries = new ArrayList<>(header.entries());
        // An empty tensor shares its offset with the one after it and stands before that.
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        checkPlaces(entries, channel.size() - channel.position());
        var tensors = new LinkedHashMap<String, Tensor>();
        var chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (var entry : entries) {
            var tensor = Tensor.zeros(entry.type().dtype(), entry.shape());
            readElements(chunk, tensor, entry);
            tensors.put(entry.name(), tensor);
        }
        return new Safetensors(tensors, header.metadata());
    }

    private String headerText() throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw new SafetensorsException(
                    file, "has " + size + " bytes, too few for the length of a header, which takes 8");
        }
        long length = readFully(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN))
                .getLong();
        if (length < 0 || length > Safetensors.MAXIMUM_HEADER) {
            throw new SafetensorsException(
                    file,
                    "the header's length, " + Long.toUnsignedString(length) + " bytes, is above the limit of "
                            + Safetensors.MAXIMUM_HEADER + "; is this a file of tensors?");
        }
        if (length > size - Long.BYTES) {
            throw new SafetensorsException(
                    file,
                    "is cut off in its header, which takes " + length + " bytes; " + (size - Long.BYTES)
                            + " are there");
        }
        var header = readFully(ByteBuffer.allocate((int) length));
        if (length == 0 || header.get(0) != '{') {
            throw new SafetensorsException(file, "the header does not start with {");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(header).toString();
        } catch (CharacterCodingException e) {
            throw new SafetensorsException(file, "the header is not UTF-8 text", e);
        }
    }

    /** The elements must fill the rest of the file, each tensor beginning where the one before ends. */
    private void checkPlaces(List<Entry> entries, long rest) throws SafetensorsException {
        long end = 0;
        for (var entry : entries) {
            if (entry.begin() != end) {
                throw new SafetensorsException(
                        file,
                        "tensor '" + entry.name() + "': begins at byte " + entry.begin()
                                + ", the tensors before it end at " + end
                                + (entry.begin() < end ? "; they overlap" : "; there is a gap"));
            }
            end = entry.end();
        }
        if (end > rest) {
            throw new SafetensorsException(
                    file, "is cut off, its tensors take " + end + " bytes; " + rest + " are there");
        }
        if (end < rest) {
            throw new SafetensorsException(file, "has " + (rest - end) + " bytes after its last tensor");
        }
    }

    private void readElements(ByteBuffer chunk, Tensor tensor, Entry entry) throws IOException {
        int elementBytes = entry.type().bytes();
        int elements = entry.shape().elements();
        int capacity = chunk.capacity() / elementBytes;
        for (int start = 0; start < elements; start += capacity) {
            int count = Math.min(capacity, elements - start);
            readFully(chunk.clear().limit(count * elementBytes));
            switch (entry.type()) {
                case F32 -> chunk.asFloatBuffer().get(tensor.floats(), start, count);
                case F64 -> chunk.asDoubleBuffer().get(tensor.doubles(), start, count);
                case I32 -> chunk.asIntBuffer().get(tensor.ints(), start, count);
            }
        }
    }

    /** Fills the buffer up to its limit and turns it round. */
    private ByteBuffer readFully(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new SafetensorsException(file, "became shorter while it was read");
            }
        }
        return buffer.flip();
    }
}
