package handgrad.data;

import handgrad.file.InputFile;
import handgrad.file.UnreadableFileException;
import java.nio.file.Path;

/**
 * A text as tokens in two parts: a model learns from the first, {@code train}, and is judged by the rest, {@code dev}.
 *
 * @param tokenizer what made the tokens
 */
public record TextDataset(TokenDataset train, TokenDataset dev, Tokenizer tokenizer) {
    private static final int MAXIMUM_BYTES = 256 << 20;

    /** How much of a text is for train where nothing else is said. */
    private static final double TRAIN = 0.9;

    /**
     * Reads a text in UTF-8 by characters: the vocabulary is that of the whole text, the first 90 % are for train.
     *
     * @param blockLength the tokens that a model sees, T
     * @throws DataFileException if it cannot be read, is larger than 256 MiB, or dev is not longer than a block
     */
    public static TextDataset read(Path file, int blockLength) throws DataFileException {
        var text = text(file);
        if (text.isEmpty()) {
            throw new DataFileException(file, "is empty, a text is expected");
        }
        long dev = text.codePoints().count();
        dev -= (long) (TRAIN * dev);
        if (blockLength >= 1 && dev <= blockLength) {
            throw new DataFileException(
                    file,
                    "is too short: dev, the last 10 %, has " + dev + " characters, a block of " + blockLength
                            + " and the one behind it need " + (blockLength + 1L));
        }
        return of(text, blockLength);
    }

    /**
     * Reads the text of a file in UTF-8; a byte-order mark is no part of it.
     *
     * @throws DataFileException if it cannot be read or is larger than 256 MiB
     */
    public static String text(Path file) throws DataFileException {
        try {
            return InputFile.text(file, "a text", MAXIMUM_BYTES);
        } catch (UnreadableFileException exception) {
            throw new DataFileException(file, String.valueOf(exception.getMessage()), exception);
        }
    }

    /** A text by characters, as {@link #read}. */
    public static TextDataset of(String text, int blockLength) {
        return of(text, CharacterTokenizer.of(text), TRAIN, blockLength);
    }

    /**
     * A text by any tokens. It is cut first, at a whole number of characters, rounded down, and then each part becomes
     * tokens, so that none stands across the cut.
     *
     * @param train the fraction of the characters for train, above 0 and below 1
     * @param blockLength the tokens that a model sees, T
     * @throws IllegalArgumentException if the fraction is not, a part is not longer than a block, or the text has what
     *     the vocabulary has not
     */
    public static TextDataset of(String text, Tokenizer tokenizer, double train, int blockLength) {
        if (!(train > 0) || !(train < 1)) {
            throw new IllegalArgumentException("TextDataset: train " + train + " must be above 0 and below 1");
        }
        int cut = text.offsetByCodePoints(0, (int) (train * text.codePointCount(0, text.length())));
        return new TextDataset(
                TokenDataset.of(tokenizer.encode(text.substring(0, cut)), blockLength),
                TokenDataset.of(tokenizer.encode(text.substring(cut)), blockLength),
                tokenizer);
    }
}
