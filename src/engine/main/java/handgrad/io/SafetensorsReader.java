package handgrad.io;

import handgrad.file.InputFile;
import handgrad.file.PrintableText;
import handgrad.file.UnreadableFileException;
import handgrad.io.StoredTensor.Checksum;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;

/** Reads a file of the safetensors format. */
final class SafetensorsReader {
    /** A multiple of the bytes of every element, so that a chunk holds whole ones. */
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final List<Entry> entries;
    private final Map<String, String> metadata;
    private final Map<String, String> checksums;
    private final long start;
    private final ByteBuffer chunk;

    /** Checks the header of an open file. */
    private SafetensorsReader(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        var header = HeaderParser.parse(file, headerText());
        start = channel.position();
        entries = new ArrayList<>(header.entries());
        // An empty tensor shares its offset with the one after it and stands before that.
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        checkPlaces(channel.size() - start);
        checksums = Checksums.in(file, header);
        metadata = new LinkedHashMap<>(header.metadata());
        metadata.keySet().removeIf(Checksums::isKey);
        long largest = entries.stream().mapToLong(Entry::bytes).max().orElse(0);
        chunk = ByteBuffer.allocateDirect((int) Math.min(CHUNK_BYTES, largest)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads the file whole and refuses one that is damaged. */
    static Safetensors read(Path file) throws SafetensorsException {
        return use(file, SafetensorsReader::tensors);
    }

    /** Reads the file once through and keeps no elements. */
    static Inspection inspect(Path file) throws SafetensorsException {
        return use(file, SafetensorsReader::inspection);
    }

    private interface Use<T> {
        T of(SafetensorsReader reader) throws IOException;
    }

    private static <T> T use(Path file, Use<T> use) throws SafetensorsException {
        try (var channel = InputFile.open(file, "a file of tensors")) {
            return use(file, channel, use);
        } catch (SafetensorsException e) {
            throw e;
        } catch (UnreadableFileException e) {
            throw new SafetensorsException(file, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new SafetensorsException(file, "cannot be read, " + e.getMessage(), e);
        }
    }

    private static <T> T use(Path file, FileChannel channel, Use<T> use) throws IOException {
        try {
            return use.of(new SafetensorsReader(file, channel));
        } catch (OutOfMemoryError e) {
            throw tooLarge(file, channel.size(), e);
        }
    }

    private static SafetensorsException tooLarge(Path file, long bytes, OutOfMemoryError cause) {
        var sizes = String.format(
                Locale.ROOT,
                "it has %,d MiB, the heap at most %,d MiB",
                bytes >> 20,
                Runtime.getRuntime().maxMemory() >> 20);
        return new SafetensorsException(file, "does not fit into the memory of this JVM: " + sizes, cause);
    }

    private Safetensors tensors() throws IOException {
        // All before any is filled: what does not fit into the memory is told at once.
        var tensors = new LinkedHashMap<String, Tensor>();
        for (var entry : entries) {
            tensors.put(entry.name(), Tensor.zeros(entry.type().dtype(), entry.shape()));
        }
        for (var entry : entries) {
            var tensor = Objects.requireNonNull(tensors.get(entry.name()));
            var problems = new ArrayList<String>();
            var found = elements(
                    entry,
                    (bytes, from) -> entry.type().read(bytes, tensor, from).ifPresent(problems::add));
            if (checksum(entry, found) == Checksum.DAMAGED) {
                throw new SafetensorsException(
                        file,
                        "tensor '" + PrintableText.excerpt(entry.name()) + "': is damaged, the CRC-32C of its bytes is "
                                + found + ", the metadata says " + checksums.get(entry.name())
                                + "; copy the file again");
            }
            // After the checksum, for a damaged element is no element.
            if (!problems.isEmpty()) {
                throw new SafetensorsException(
                        file, "tensor '" + PrintableText.excerpt(entry.name()) + "': " + problems.getFirst());
            }
        }
        return new Safetensors(tensors, metadata);
    }

    private Inspection inspection() throws IOException {
        var hash = new WeightsHash();
        var ordered = new ArrayList<>(entries);
        ordered.sort(Comparator.comparing(Entry::type, StoredType.WIDE_FIRST));
        var checksumOf = new HashMap<Entry, Checksum>();
        for (var entry : ordered) {
            checksumOf.put(entry, checksum(entry, elements(entry, (bytes, _) -> hash.add(bytes))));
        }
        var tensors = entries.stream()
                .map(entry -> new StoredTensor(
                        entry.name(),
                        entry.type().name(),
                        entry.type().dtype(),
                        entry.shape(),
                        Objects.requireNonNull(checksumOf.get(entry))))
                .toList();
        return new Inspection(tensors, metadata, hash.digits());
    }

    private Checksum checksum(Entry entry, String found) {
        var written = checksums.get(entry.name());
        return written == null ? Checksum.ABSENT : written.equals(found) ? Checksum.GOOD : Checksum.DAMAGED;
    }

    /** Takes a chunk of a tensor's bytes, whole elements that begin with one of this number. */
    private interface Sink {
        void take(ByteBuffer bytes, int from);
    }

    /** Gives the bytes of a tensor to a sink and returns their CRC-32C in digits. */
    private String elements(Entry entry, Sink sink) throws IOException {
        var checksum = new CRC32C();
        channel.position(start + entry.begin());
        for (long done = 0; done < entry.bytes(); done += chunk.limit()) {
            readFully(chunk.clear().limit((int) Math.min(chunk.capacity(), entry.bytes() - done)));
            checksum.update(chunk);
            sink.take(chunk.rewind(), (int) (done / entry.type().bytes()));
        }
        return Checksums.digits(checksum);
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
            throw new SafetensorsException(
                    file, "the header is not UTF-8 text, from its byte " + header.position() + " on", e);
        }
    }

    /** The elements must fill the rest of the file, each tensor beginning where the one before ends. */
    private void checkPlaces(long rest) throws SafetensorsException {
        long end = 0;
        for (var entry : entries) {
            if (entry.begin() != end) {
                throw new SafetensorsException(
                        file,
                        "tensor '" + PrintableText.excerpt(entry.name()) + "': begins at byte " + entry.begin()
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
        // At once, before minutes of reading through what cannot be used here.
        if (end > Runtime.getRuntime().maxMemory()) {
            throw new OutOfMemoryError("the elements take " + end + " bytes");
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
