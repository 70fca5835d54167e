package handgrad.data;

import handgrad.file.InputFile;
import handgrad.file.UnreadableFileException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a file of names strictly: the first thing that is wrong is refused with the file and the line. */
final class NamesFile {
    /** Room for 70 times the names of a year of US births; more is some other file, given by mistake. */
    private static final int MAXIMUM_BYTES = 16 << 20;

    private static final int MAXIMUM_LENGTH = 100;

    /** The fewest names of which 80 %, 10 % and 10 %, rounded as the lectures round, all have one. */
    private static final int MINIMUM_NAMES = 6;

    private NamesFile() {}

    static List<String> read(Path file) throws NamesException {
        var name = file.toString();
        try {
            return parse(name, InputFile.bytes(file, "a file of names", MAXIMUM_BYTES));
        } catch (UnreadableFileException e) {
            throw new NamesException(name, String.valueOf(e.getMessage()), e);
        }
    }

    static List<String> parse(String file, byte[] bytes) throws NamesException {
        if (bytes.length == 0) {
            throw new NamesException(file, "is empty, one name a line is expected");
        }
        var words = new ArrayList<String>();
        for (int start = 0; start < bytes.length; ) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            int length = end - start - (end > start && bytes[end - 1] == '\r' ? 1 : 0);
            words.add(word(file, words.size() + 1, ByteBuffer.wrap(bytes, start, length)));
            start = end + 1;
        }
        if (words.size() < MINIMUM_NAMES) {
            throw new NamesException(
                    file,
                    "has too few names, " + words.size() + "; train, dev and test need at least " + MINIMUM_NAMES
                            + " in all");
        }
        return words;
    }

    private static String word(String file, int line, ByteBuffer bytes) throws NamesException {
        if (!bytes.hasRemaining()) {
            throw new NamesException(file, line, "is empty, a name is expected");
        }
        String word;
        try {
            word = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new NamesException(file, line, "is not UTF-8 text");
        }
        int length = word.codePointCount(0, word.length());
        if (length > MAXIMUM_LENGTH) {
            throw new NamesException(
                    file, line, "a name of " + length + " characters, at most " + MAXIMUM_LENGTH + " are allowed");
        }
        var stranger = word.codePoints().filter(c -> !Alphabet.isLetter(c)).findFirst();
        if (stranger.isPresent()) {
            throw new NamesException(file, line, "'" + word + "'" + strangerIn(stranger.getAsInt()));
        }
        return word;
    }

    private static String strangerIn(int codePoint) {
        boolean capital = codePoint >= 'A' && codePoint <= 'Z';
        return " has the character '" + Character.toString(codePoint) + "' outside a to z"
                + (capital ? ", write names in lower case" : "");
    }
}
