package handgrad.io;

import handgrad.file.AtomicFile;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes a file of the safetensors format. */
final class SafetensorsWriter {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int ALIGNMENT = 8;
    private static final String NO_CHECKSUM = "00000000";

    private SafetensorsWriter() {}

    static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
            throws SafetensorsException {
        var ordered = order(tensors);
        var layout = layout(ordered);
        // The header comes first and names the checksums, which are known last and of one length: its place is kept.
        var place = header(layout, withChecksums(ordered, metadata, Map.of()));
        if (Files.isDirectory(file)) {
            throw new SafetensorsException(file, "is a folder, not a file of tensors");
        }
        try {
            AtomicFile.write(file, channel -> {
                writeAll(channel, place);
                var checksums = writeElements(channel, ordered);
                channel.position(0);
                writeAll(channel, header(layout, withChecksums(ordered, metadata, checksums)));
            });
        } catch (NoSuchFileException e) {
            throw new SafetensorsException(file, "cannot be written, there is no such folder", e);
        } catch (AccessDeniedException e) {
            throw new SafetensorsException(file, "may not be written, permission denied", e);
        } catch (IOException e) {
            throw new SafetensorsException(file, "cannot be written, " + e.getMessage(), e);
        }
    }

    /** The tensors in the order of the file. */
    static Map<String, Tensor> order(Map<String, Tensor> tensors) {
        var byName = new ArrayList<>(tensors.entrySet());
        byName.sort(Comparator.comparing(named -> StoredType.of(named.getValue()), StoredType.WIDE_FIRST));
        var ordered = new LinkedHashMap<String, Tensor>();
        byName.forEach(named -> ordered.put(named.getKey(), named.getValue()));
        return ordered;
    }

    private static Map<String, String> withChecksums(
            Map<String, Tensor> tensors, Map<String, String> metadata, Map<String, String> checksums) {
        var all = new LinkedHashMap<>(metadata);
        if (all.keySet().stream().anyMatch(Checksums::isKey)) {
            throw new IllegalArgumentException(
                    "write: the metadata has a checksum of its own; leave it out, write adds them");
        }
        tensors.keySet().forEach(name -> all.put(Checksums.key(name), checksums.getOrDefault(name, NO_CHECKSUM)));
        if (!metadata.isEmpty()) {
            all.put(Checksums.key(Safetensors.METADATA), Checksums.ofTexts(metadata));
        }
        return all;
    }

    /** Writes the elements of all tensors, small ones together, and returns their checksums by name. */
    private static Map<String, String> writeElements(FileChannel channel, Map<String, Tensor> tensors)
            throws IOException {
        var checksums = new LinkedHashMap<String, String>();
        var chunk = chunk(
                tensors.values().stream().mapToLong(SafetensorsWriter::bytes).sum());
        for (var named : tensors.entrySet()) {
            var tensor = named.getValue();
            var checksum = new CRC32C();
            for (int start = 0; start < tensor.shape().elements(); ) {
                int from = chunk.position();
                int count = fill(tensor, start, chunk);
                checksum.update(chunk.slice(from, chunk.position() - from));
                start += count;
                if (start < tensor.shape().elements()) {
                    writeAll(channel, chunk.flip());
                    chunk.clear();
                }
            }
            checksums.put(named.getKey(), Checksums.digits(checksum));
        }
        writeAll(channel, chunk.flip());
        return checksums;
    }

    private static List<Entry> layout(Map<String, Tensor> ordered) {
        var entries = new ArrayList<Entry>();
        long begin = 0;
        for (var named : ordered.entrySet()) {
            var name = named.getKey();
            if (name.equals(Safetensors.METADATA)) {
                throw new IllegalArgumentException(
                        "write: a tensor cannot be called " + name + ", the format keeps that name for the metadata");
            }
            var type = StoredType.of(named.getValue());
            var shape = named.getValue().shape();
            long end = begin + (long) shape.elements() * type.bytes();
            entries.add(new Entry(name, type, shape, begin, end));
            begin = end;
        }
        return entries;
    }

    /** The length of the header and the header, with spaces at its end so that the elements are aligned. */
    private static ByteBuffer header(List<Entry> entries, Map<String, String> metadata) {
        ByteBuffer json;
        try {
            json = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(json(entries, metadata)));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "write: the name of a tensor or a text of the metadata has half a surrogate pair", e);
        }
        int padding = -json.remaining() & (ALIGNMENT - 1);
        int length = json.remaining() + padding;
        if (length > Safetensors.MAXIMUM_HEADER) {
            throw new IllegalArgumentException("write: the header of " + entries.size() + " tensors and their metadata"
                    + " takes " + length + " bytes, at most " + Safetensors.MAXIMUM_HEADER + " are allowed");
        }
        var header = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(length).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    private static String json(List<Entry> entries, Map<String, String> metadata) {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeName(Safetensors.METADATA).writeStartObject();
                metadata.forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            for (var entry : entries) {
                json.writeName(entry.name()).writeStartObject();
                json.writeStringProperty("dtype", entry.type().name());
                int[] sizes = entry.shape().toArray();
                json.writeName("shape").writeArray(sizes, 0, sizes.length);
                json.writeName("data_offsets").writeArray(new long[] {entry.begin(), entry.end()}, 0, 2);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    /** Takes bytes, all of them. */
    interface Sink<E extends Exception> {
        void take(ByteBuffer bytes) throws E;
    }

    /** Gives the bytes of all elements of a tensor to a sink, as they follow each other in a file. */
    static <E extends Exception> void elements(Tensor tensor, Sink<E> sink) throws E {
        elements(tensor, chunk(bytes(tensor)), sink);
    }

    /** The same in a buffer that has room for one element at least. */
    static <E extends Exception> void elements(Tensor tensor, ByteBuffer chunk, Sink<E> sink) throws E {
        for (int start = 0; start < tensor.shape().elements(); ) {
            start += fill(tensor, start, chunk.clear());
            sink.take(chunk.flip());
        }
    }

    /** A buffer for so many bytes, or for a part of them after the other. */
    static ByteBuffer chunk(long bytes) {
        return ByteBuffer.allocateDirect((int) Math.min(CHUNK_BYTES, bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The bytes of all elements. */
    static long bytes(Tensor tensor) {
        return (long) tensor.shape().elements() * StoredType.of(tensor).bytes();
    }

    /** Puts elements from one on into a buffer, as many as it has room for, and returns how many. */
    private static int fill(Tensor tensor, int start, ByteBuffer chunk) {
        int bytes = StoredType.of(tensor).bytes();
        int count = Math.min(chunk.remaining() / bytes, tensor.shape().elements() - start);
        switch (tensor.dtype()) {
            case FLOAT32 -> chunk.asFloatBuffer().put(tensor.floats(), start, count);
            case FLOAT64 -> chunk.asDoubleBuffer().put(tensor.doubles(), start, count);
            case INT32 -> chunk.asIntBuffer().put(tensor.ints(), start, count);
        }
        chunk.position(chunk.position() + count * bytes);
        return count;
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
