package handgrad.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The kinds of file of llm.c (https://github.com/karpathy/llm.c). Each begins with a header of 256 ints, little-endian:
 * the magic number of its kind, its version, and its sizes.
 */
public enum LlmcFile {
    /** The weights of a GPT-2, in float32 or in bfloat16. */
    MODEL("a model of llm.c", 20240326, 3, 5),
    /** A batch with the logits, the loss and the gradients that PyTorch has of it. */
    DEBUG_STATE("a debug state of llm.c", 20240327, 2),
    /** The bytes of each token. */
    TOKENIZER("a tokenizer of llm.c", 20240328, 2),
    /** A text in tokens of GPT-2, two bytes each. */
    GPT2_TOKENS("a file of tokens of GPT-2 of llm.c", 20240520, 1),
    /** A text in tokens of Llama 3, four bytes each. */
    LLAMA3_TOKENS("a file of tokens of Llama 3 of llm.c", 20240801, 7);

    /** Those of a header. */
    public static final int HEADER_BYTES = 256 * Integer.BYTES;

    private final String what;
    private final int magic;
    private final int version;
    private final int otherVersion;

    LlmcFile(String what, int magic, int version) {
        this(what, magic, version, version);
    }

    /** A kind of which two versions are read. */
    LlmcFile(String what, int magic, int version, int otherVersion) {
        this.what = what;
        this.magic = magic;
        this.version = version;
        this.otherVersion = otherVersion;
    }

    /** What it is, for messages: {@code a model of llm.c}. */
    public String what() {
        return what;
    }

    /** Whether files of this version are read. */
    public boolean hasVersion(int number) {
        return number == version || number == otherVersion;
    }

    /** Which kind of file has this magic number. */
    public static Optional<LlmcFile> of(int magic) {
        return Arrays.stream(values()).filter(kind -> kind.magic == magic).findFirst();
    }

    /**
     * Which of some kinds a file is.
     *
     * @param magic the first int of its header
     * @param version the second
     * @param wanted at least one
     * @throws UnreadableFileException if it is none of them, or of a version that is not read
     */
    public static LlmcFile of(int magic, int version, LlmcFile... wanted) throws UnreadableFileException {
        var kind = of(magic).orElseThrow(() -> unknown(magic, wanted));
        if (!List.of(wanted).contains(kind)) {
            throw new UnreadableFileException("is " + kind.what + ", not " + whats(wanted));
        }
        if (!kind.hasVersion(version)) {
            throw new UnreadableFileException("is " + kind.what + " of version " + version + ", which is not read;"
                    + " write it in version "
                    + kind.version + (kind.otherVersion == kind.version ? "" : " or " + kind.otherVersion));
        }
        return kind;
    }

    private static UnreadableFileException unknown(int magic, LlmcFile... wanted) {
        return of(Integer.reverseBytes(magic))
                .map(kind -> new UnreadableFileException(
                        "is " + kind.what + " with its bytes in the wrong order; write it again, little-endian"))
                .orElseGet(() -> new UnreadableFileException("is not " + whats(wanted) + ": it begins with " + magic
                        + ", not with " + joined(wanted, kind -> String.valueOf(kind.magic))));
    }

    private static String whats(LlmcFile... kinds) {
        return joined(kinds, kind -> kind.what);
    }

    private static String joined(LlmcFile[] kinds, Function<LlmcFile, String> text) {
        return Arrays.stream(kinds).map(text).collect(Collectors.joining(" or "));
    }

    /**
     * Requires that a file is as long as its header says.
     *
     * @param sizes what the header says, for the message: {@code 5 tokens}
     * @param whole the bytes that this takes
     * @param bytes those of the file
     * @throws UnreadableFileException if there are more or fewer
     */
    public static void requireSize(String sizes, long whole, long bytes) throws UnreadableFileException {
        if (bytes != whole) {
            throw new UnreadableFileException((bytes < whole ? "is truncated: " : "is too long: ")
                    + "its header says " + sizes + ", in all " + whole + " bytes, it has " + bytes
                    + "; copy or write it again");
        }
    }

    /**
     * Requires that a file is long enough for a header.
     *
     * @throws UnreadableFileException if it is not
     */
    public static void requireHeader(long bytes) throws UnreadableFileException {
        if (bytes < HEADER_BYTES) {
            throw new UnreadableFileException("is truncated: it has " + bytes + " bytes, its header alone "
                    + HEADER_BYTES + "; copy or write it again");
        }
    }

    /** The header of a file of this kind as it is written here: magic number, version, these sizes, and zeros. */
    public ByteBuffer header(int... sizes) {
        var header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(magic).putInt(version);
        for (int size : sizes) {
            header.putInt(size);
        }
        return header.rewind();
    }
}
