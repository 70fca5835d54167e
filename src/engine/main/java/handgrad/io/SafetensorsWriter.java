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

    private SafetensorsWriter() {}

    static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
            throws SafetensorsException {
        var ordered = order(tensors);
        var header = header(layout(ordered), withChecksums(ordered, metadata));
        if (Files.isDirectory(file)) {
            throw new SafetensorsException(file, "is a folder, not a file of tensors");
        }
        try {
            AtomicFile.write(file, channel -> {
                writeAll(channel, header);
                for (var tensor : ordered.values()) {
                    elements(tensor, bytes -> writeAll(channel, bytes));
                }
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

    private static Map<String, String> withChecksums(Map<String, Tensor> tensors, Map<String, String> metadata) {
        var all = new LinkedHashMap<>(metadata);
        if (all.keySet().stream().anyMatch(Checksums::isKey)) {
            throw new IllegalArgumentException(
                    "write: the metadata has a checksum of its own; leave it out, write adds them");
        }
        tensors.forEach((name, tensor) -> {
            var checksum = new CRC32C();
            elements(tensor, checksum::update);
            all.put(Checksums.key(name), Checksums.digits(checksum));
        });
        if (!metadata.isEmpty()) {
            all.put(Checksums.key(Safetensors.METADATA), Checksums.ofTexts(metadata));
        }
        return all;
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
        int elementBytes = StoredType.of(tensor).bytes();
        int elements = tensor.shape().elements();
        int capacity = Math.min(CHUNK_BYTES / elementBytes, elements);
        var chunk = ByteBuffer.allocateDirect(capacity * elementBytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < elements; start += capacity) {
            int count = Math.min(capacity, elements - start);
            chunk.clear();
            switch (tensor.dtype()) {
                case FLOAT32 -> chunk.asFloatBuffer().put(tensor.floats(), start, count);
                case FLOAT64 -> chunk.asDoubleBuffer().put(tensor.doubles(), start, count);
                case INT32 -> chunk.asIntBuffer().put(tensor.ints(), start, count);
            }
            sink.take(chunk.limit(count * elementBytes));
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
