package handgrad.data;

import handgrad.file.AtomicFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    /** The first three of llm.c's header of 256 ints: which format, its version, how many tokens. */
    private static final int HEADER_BYTES = 256 * Integer.BYTES;

    private static final int MAGIC_OF_GPT_2 = 20240520;
    private static final int VERSION_OF_GPT_2 = 1;
    private static final int MAGIC_OF_LLAMA_3 = 20240801;
    private static final int VERSION_OF_LLAMA_3 = 7;

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
        if (mapped.size() >= HEADER_BYTES) {
            int magic = mapped.bytes().get(INT, 0);
            int version = mapped.bytes().get(INT, Integer.BYTES);
            if (isGpt2(magic, version) || isLlama3(magic, version)) {
                throw new DataFileException(
                        mapped.file(), "begins with the header of llm.c, which is no token; open it with llmc");
            }
        }
        return new TokenFile(mapped, 0, width);
    }

    private static boolean isGpt2(int magic, int version) {
        return magic == MAGIC_OF_GPT_2 && version == VERSION_OF_GPT_2;
    }

    private static boolean isLlama3(int magic, int version) {
        return magic == MAGIC_OF_LLAMA_3 && version == VERSION_OF_LLAMA_3;
    }

    private static TokenFile ofLlmc(MappedFile mapped) throws DataFileException {
        if (mapped.size() < HEADER_BYTES) {
            throw new DataFileException(
                    mapped.file(),
                    "is truncated: it has " + mapped.size() + " bytes, its header alone " + HEADER_BYTES);
        }
        int magic = mapped.bytes().get(INT, 0);
        int version = mapped.bytes().get(INT, Integer.BYTES);
        boolean gpt2 = isGpt2(magic, version);
        if (!gpt2 && !isLlama3(magic, version)) {
            throw new DataFileException(
                    mapped.file(),
                    "begins with " + magic + " and version " + version + ", files of tokens of llm.c with "
                            + MAGIC_OF_GPT_2 + " and " + VERSION_OF_GPT_2 + " or " + MAGIC_OF_LLAMA_3 + " and "
                            + VERSION_OF_LLAMA_3);
        }
        long tokens = Integer.toUnsignedLong(mapped.bytes().get(INT, 2 * Integer.BYTES));
        int width = gpt2 ? Short.BYTES : Integer.BYTES;
        long whole = HEADER_BYTES + tokens * width;
        if (mapped.size() != whole) {
            throw new DataFileException(
                    mapped.file(),
                    (mapped.size() < whole ? "is truncated: " : "is too long: ") + "its header says " + tokens
                            + " tokens, in all " + whole + " bytes, it has " + mapped.size());
        }
        return new TokenFile(mapped, HEADER_BYTES, width);
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
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] > LARGEST_SHORT) {
                throw new IllegalArgumentException("writeUint16: token " + i + " is " + tokens[i]
                        + ", an unsigned 16-bit number is 0 to " + LARGEST_SHORT);
            }
        }
        try {
            AtomicFile.write(file, channel -> {
                var chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
                for (int from = 0; from < tokens.length; from += CHUNK / Short.BYTES) {
                    chunk.clear();
                    for (int i = from; i < tokens.length && chunk.hasRemaining(); i++) {
                        chunk.putShort((short) tokens[i]);
                    }
                    chunk.flip();
                    while (chunk.hasRemaining()) {
                        channel.write(chunk);
                    }
                }
            });
        } catch (IOException exception) {
            throw new DataFileException(file, "cannot be written, " + exception.getMessage(), exception);
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

    /** Gives the file back. */
    @Override
    public void close() {
        mapped.close();
    }
}
