package handgrad.io;

import handgrad.file.LlmcFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The bytes of each token of GPT-2, in a file of llm.c such as {@code gpt2_tokenizer.bin}. It makes texts of tokens; it
 * does not know how a text is cut into them.
 */
public final class Gpt2Tokenizer {
    private static final int LONGEST = 255;

    private final byte[][] tokens;
    private final int endOfText;

    private Gpt2Tokenizer(byte[][] tokens, int endOfText) {
        this.tokens = tokens;
        this.endOfText = endOfText;
    }

    /**
     * A tokenizer of these tokens.
     *
     * @param tokens the bytes of each, 1 to 255; not copied
     * @param endOfText the token that stands between two texts
     * @throws IllegalArgumentException if a token is empty or too long, or the end of text is none of them
     */
    public static Gpt2Tokenizer of(byte[][] tokens, int endOfText) {
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i].length < 1 || tokens[i].length > LONGEST) {
                throw new IllegalArgumentException("Gpt2Tokenizer: token " + i + " has " + tokens[i].length
                        + " bytes, it must have 1 to " + LONGEST);
            }
        }
        if (endOfText < 0 || endOfText >= tokens.length) {
            throw new IllegalArgumentException("Gpt2Tokenizer: the end of text is token " + endOfText
                    + ", the vocabulary has 0 to " + (tokens.length - 1));
        }
        return new Gpt2Tokenizer(tokens, endOfText);
    }

    /**
     * Reads a file.
     *
     * @throws Gpt2FileException if it cannot be read, is another kind of file or of another version, ends within its
     *     tokens or goes on behind them, or has a token without bytes
     */
    public static Gpt2Tokenizer read(Path file) throws Gpt2FileException {
        return Gpt2Reader.use(file, LlmcFile.TOKENIZER, reader -> {
            int count = reader.header(2);
            int endOfText = reader.header(3);
            if (endOfText < 0 || endOfText >= count) {
                throw new Gpt2FileException(
                        file,
                        "has " + count + " tokens, and the end of text is token " + endOfText
                                + "; copy or write it again");
            }
            var bytes = reader.rest(count + " tokens", (1L + LONGEST) * count);
            return new Gpt2Tokenizer(tokens(file, count, bytes), endOfText);
        });
    }

    private static byte[][] tokens(Path file, int count, ByteBuffer bytes) throws Gpt2FileException {
        // Each takes a byte for its length and one at least: no room for more than there can be.
        byte[][] tokens = new byte[Math.min(count, bytes.remaining() / 2 + 1)][];
        for (int i = 0; i < tokens.length; i++) {
            int length = bytes.hasRemaining() ? Byte.toUnsignedInt(bytes.get()) : 1;
            if (length == 0) {
                throw new Gpt2FileException(file, "token " + i + " has no bytes; copy or write it again");
            }
            if (length > bytes.remaining()) {
                throw new Gpt2FileException(
                        file, "is truncated: it ends within token " + i + " of " + count + "; copy or write it again");
            }
            tokens[i] = new byte[length];
            bytes.get(tokens[i]);
        }
        if (bytes.hasRemaining()) {
            throw new Gpt2FileException(
                    file,
                    "is too long: it has " + bytes.remaining() + " bytes behind its " + count
                            + " tokens; copy or write it again");
        }
        return tokens;
    }

    /**
     * Writes a file, whole or not at all.
     *
     * @throws Gpt2FileException if it cannot be written
     */
    public void write(Path file) throws Gpt2FileException {
        Gpt2Writer.write(file, writer -> {
            writer.bytes(LlmcFile.TOKENIZER.header(tokens.length, endOfText));
            var bytes = ByteBuffer.allocate(
                    Arrays.stream(tokens).mapToInt(token -> 1 + token.length).sum());
            for (byte[] token : tokens) {
                bytes.put((byte) token.length).put(token);
            }
            writer.bytes(bytes.flip());
        });
    }

    /** The size of the vocabulary: tokens are from 0 to one less. */
    public int size() {
        return tokens.length;
    }

    /** The token that stands between two texts. */
    public int endOfText() {
        return endOfText;
    }

    /**
     * The bytes of tokens, one after the other.
     *
     * @throws IllegalArgumentException if one is not in the vocabulary
     */
    public byte[] bytes(int... list) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < list.length; i++) {
            if (list[i] < 0 || list[i] >= tokens.length) {
                throw new IllegalArgumentException("Gpt2Tokenizer: token " + i + " is " + list[i]
                        + ", the vocabulary has 0 to " + (tokens.length - 1));
            }
            bytes.writeBytes(tokens[list[i]]);
        }
        return bytes.toByteArray();
    }

    /** The text of tokens; a part of a character of UTF-8 becomes U+FFFD. Errors as for {@link #bytes}. */
    public String decode(int... list) {
        return new String(bytes(list), StandardCharsets.UTF_8);
    }
}
