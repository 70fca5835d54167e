package handgrad.data;

import handgrad.file.AtomicFile;
import handgrad.file.LlmcFile;
import handgrad.file.UnreadableFileException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file of tokens that is read where it lies, by mapping it: it may be larger than memory, and a batch allocates
 * nothing. Close it when no data set of it is used any more; a batch after that throws. It must not become shorter
 * while it is open.
 */
public final class TokenFile implements AutoCloseable {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int LARGEST_SHORT = (1 << Short.SIZE) - 1;
    private static final int CHUNK = 1 << 16;

    private final MappedFile mapped;
    private final int header;
    private final int width;
    private final long size;

    private TokenFile(MappedFile mapped, int header, int width) throws DataFileException {
        this.mapped = mapped;
        this.header = header;
        this.width = width;
        if (mapped.size() % width != 0) {
            throw new DataFileException(
                    mapped.file(),
                    "is truncated: it has " + mapped.size() + " bytes, not a multiple of the " + width + " of a token");
        }
        size = (mapped.size() - header) / width;
    }

    /** How a file is laid out, found by its first bytes or said by whoever opens it. */
    private interface Layout {
        TokenFile of(MappedFile mapped) throws DataFileException;
    }

    /**
     * Opens a file of unsigned 16-bit tokens, little-endian, without a header: nanoGPT's {@code train.bin}.
     *
     * @throws DataFileException if it cannot be read or ends within a token
     */
    public static TokenFile uint16(Path file) throws DataFileException {
        return open(file, mapped -> ofRaw(mapped, Short.BYTES));
    }

    /**
     * Opens a file of 32-bit tokens, little-endian, without a header.
     *
     * @throws DataFileException if it cannot be read or ends within a token
     */
    public static TokenFile int32(Path file) throws DataFileException {
        return open(file, mapped -> ofRaw(mapped, Integer.BYTES));
    }

    /**
     * Opens a file of tokens as llm.c has them: a header of 256 ints, then unsigned 16-bit tokens of GPT-2 or 32-bit
     * tokens of Llama 3.
     *
     * @throws DataFileException if it cannot be read, has no such header, or not as many tokens as that says
     */
    public static TokenFile llmc(Path file) throws DataFileException {
        return open(file, TokenFile::ofLlmc);
    }

    private static TokenFile ofRaw(MappedFile mapped, int width) throws DataFileException {
        if (mapped.size() >= LlmcFile.HEADER_BYTES
                && LlmcFile.of(mapped.bytes().get(INT, 0))
                        .filter(kind -> kind.hasVersion(mapped.bytes().get(INT, Integer.BYTES)))
                        .isPresent()) {
            throw new DataFileException(
                    mapped.file(), "begins with the header of llm.c, which is no token; open it with llmc");
        }
        return new TokenFile(mapped, 0, width);
    }

    private static TokenFile ofLlmc(MappedFile mapped) throws DataFileException {
        try {
            LlmcFile.requireHeader(mapped.size());
            int magic = mapped.bytes().get(INT, 0);
            int version = mapped.bytes().get(INT, Integer.BYTES);
            var kind = LlmcFile.of(magic, version, LlmcFile.GPT2_TOKENS, LlmcFile.LLAMA3_TOKENS);
            long tokens = Integer.toUnsignedLong(mapped.bytes().get(INT, 2 * Integer.BYTES));
            int width = kind == LlmcFile.GPT2_TOKENS ? Short.BYTES : Integer.BYTES;
            LlmcFile.requireSize(tokens + " tokens", LlmcFile.HEADER_BYTES + tokens * width, mapped.size());
            return new TokenFile(mapped, LlmcFile.HEADER_BYTES, width);
        } catch (UnreadableFileException exception) {
            throw new DataFileException(mapped.file(), String.valueOf(exception.getMessage()), exception);
        }
    }

    private static TokenFile open(Path file, Layout layout) throws DataFileException {
        var mapped = MappedFile.open(file, "a file of tokens");
        try {
            return layout.of(mapped);
        } catch (DataFileException exception) {
            mapped.close();
            throw exception;
        }
    }

    /**
     * Writes tokens as {@link #uint16} reads them, whole or not at all.
     *
     * @throws IllegalArgumentException if one is not from 0 to 65535
     * @throws DataFileException if the file cannot be written
     */
    public static void writeUint16(Path file, int... tokens) throws DataFileException {
        write("writeUint16", file, ByteBuffer.allocate(0), tokens);
    }

    /**
     * Writes tokens of GPT-2 as llm.c has them, which {@link #llmc} reads, whole or not at all.
     *
     * @throws IllegalArgumentException if one is not from 0 to 65535
     * @throws DataFileException if the file cannot be written
     */
    public static void writeLlmc(Path file, int... tokens) throws DataFileException {
        write("writeLlmc", file, LlmcFile.GPT2_TOKENS.header(tokens.length), tokens);
    }

    private static void write(String operation, Path file, ByteBuffer header, int... tokens) throws DataFileException {
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] > LARGEST_SHORT) {
                throw new IllegalArgumentException(operation + ": token " + i + " is " + tokens[i]
                        + ", an unsigned 16-bit number is 0 to " + LARGEST_SHORT);
            }
        }
        try {
            AtomicFile.write(file, channel -> {
                writeAll(channel, header);
                var chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
                for (int from = 0; from < tokens.length; from += CHUNK / Short.BYTES) {
                    chunk.clear();
                    for (int i = from; i < tokens.length && chunk.hasRemaining(); i++) {
                        chunk.putShort((short) tokens[i]);
                    }
                    writeAll(channel, chunk.flip());
                }
            });
        } catch (IOException exception) {
            throw new DataFileException(file, "cannot be written, " + exception.getMessage(), exception);
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The number of tokens. */
    public long size() {
        return size;
    }

    /**
     * All tokens as a data set.
     *
     * @param blockLength the tokens that a model sees, T
     * @throws IllegalArgumentException if there are not more tokens than a block has
     */
    public TokenDataset blocks(int blockLength) {
        return blocks(0, size, blockLength);
    }

    /**
     * The tokens from {@code from} to before {@code to} as a data set: the first part of them for train, for example.
     *
     * @param blockLength the tokens that a model sees, T
     * @throws IllegalArgumentException if these are not tokens of the file, or not more than a block has
     */
    public TokenDataset blocks(long from, long to, int blockLength) {
        var source = new TokenSource() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void copy(long first, int[] target, int start, int count) {
                TokenFile.this.copy(first, target, start, count);
            }
        };
        return new TokenDataset(source, from, to, blockLength);
    }

    private void copy(long first, int[] target, int start, int count) {
        var bytes = mapped.bytes();
        long offset = header + first * width;
        if (width == Integer.BYTES) {
            MemorySegment.copy(bytes, INT, offset, target, start, count);
        } else {
            for (int i = 0; i < count; i++) {
                target[start + i] = Short.toUnsignedInt(bytes.get(SHORT, offset + (long) i * Short.BYTES));
            }
        }
    }

    /**
     * Requires that all tokens are in a vocabulary, by reading all.
     *
     * @param vocabulary its size
     * @throws DataFileException if one is not; it names the first
     */
    public void requireVocabulary(int vocabulary) throws DataFileException {
        int[] chunk = new int[(int) Math.min(CHUNK, size)];
        for (long first = 0; first < size; first += chunk.length) {
            int count = (int) Math.min(chunk.length, size - first);
            copy(first, chunk, 0, count);
            for (int i = 0; i < count; i++) {
                if (chunk[i] < 0 || chunk[i] >= vocabulary) {
                    throw new DataFileException(
                            mapped.file(),
                            "token " + (first + i) + " is " + Integer.toUnsignedString(chunk[i])
                                    + ", the vocabulary has 0 to " + (vocabulary - 1)
                                    + "; use the tokenizer that the file was made with");
                }
            }
        }
    }

    /** Gives the file back. */
    @Override
    public void close() {
        mapped.close();
    }
}
