package handgrad.data;

import handgrad.file.InputFile;
import handgrad.file.UnreadableFileException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** Reads a file of names strictly: the first thing that is wrong is refused with the file and the line. */
final class NamesFile {
    /** Room for 70 times the names of a year of US births; more is some other file, given by mistake. */
    private static final int MAXIMUM_BYTES = 16 << 20;

    private static final int MAXIMUM_LENGTH = 100;

    /** The fewest names of which 80 %, 10 % and 10 %, rounded as the lectures round, all have one. */
    private static final int MINIMUM_NAMES = 6;

    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final String file;
    private final List<String> words = new ArrayList<>();
    private final BitSet characters = new BitSet();

    private NamesFile(String file) {
        this.file = file;
    }

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
        return new NamesFile(file).words(bytes);
    }

    private List<String> words(byte[] bytes) throws NamesException {
        int line = 1;
        for (int start = 0; start < bytes.length; line++) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            add(line, text(line, ByteBuffer.wrap(bytes, start, end - start)));
            start = end + 1;
        }
        if (words.isEmpty()) {
            throw new NamesException(file, "has only empty lines, one name a line is expected");
        }
        if (words.size() < MINIMUM_NAMES) {
            throw new NamesException(
                    file,
                    "has too few names, " + words.size() + "; train, dev and test need at least " + MINIMUM_NAMES
                            + " in all");
        }
        return words;
    }

    private String text(int line, ByteBuffer bytes) throws NamesException {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            boolean marked = line == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
            return marked ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new NamesException(file, line, "is not UTF-8 text");
        }
    }

    private void add(int line, String text) throws NamesException {
        // A letter with an accent is one character or two, by the keyboard; composed it is the same symbol.
        var word = Normalizer.normalize(text.strip(), Normalizer.Form.NFC);
        if (word.isEmpty()) {
            return;
        }
        int length = word.codePointCount(0, word.length());
        if (length > MAXIMUM_LENGTH) {
            throw new NamesException(
                    file, line, "a name of " + length + " characters, at most " + MAXIMUM_LENGTH + " are allowed");
        }
        for (int character : word.codePoints().toArray()) {
            if (!Alphabet.isCharacter(character)) {
                throw new NamesException(file, line, "'" + word + "': " + Alphabet.refusal(character));
            }
            characters.set(character);
        }
        if (characters.cardinality() > Alphabet.MOST_CHARACTERS) {
            throw new NamesException(
                    file,
                    line,
                    String.format(
                            Locale.ROOT,
                            "more than %,d different characters up to here, too many for a list of names",
                            Alphabet.MOST_CHARACTERS));
        }
        words.add(word);
    }
}
