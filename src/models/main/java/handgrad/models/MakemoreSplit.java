package handgrad.models;

import handgrad.data.Names;
import handgrad.data.WordDataset;
import handgrad.random.TorchRandom;
import java.util.Arrays;
import java.util.List;

/**
 * Words in two parts as makemore.py splits them: a model learns from {@code train}, is chosen and judged by
 * {@code test}.
 */
public record MakemoreSplit(WordDataset train, WordDataset test) {
    /** The fewest words of which one in ten is for test. */
    public static final int FEWEST = 10;

    private static final int MOST_IN_TEST = 1000;

    /**
     * Splits words by one permutation: its last tenth, 1,000 words at most, is for test.
     *
     * @param random draws the permutation
     * @throws IllegalArgumentException if there are fewer than {@link #FEWEST} words
     */
    public static MakemoreSplit of(Names names, TorchRandom random) {
        return of(names, WordDataset.blockSize(names.words()), random);
    }

    /** As {@link #of(Names, TorchRandom)}, with rows of more positions than the longest word needs. */
    public static MakemoreSplit of(Names names, int blockSize, TorchRandom random) {
        var words = names.words();
        if (words.size() < FEWEST) {
            throw new IllegalArgumentException("MakemoreSplit: a tenth of the words is for test, so there must be at"
                    + " least " + FEWEST + ", there are " + words.size());
        }
        int[] order = random.randperm(words.size());
        int trainEnd = words.size() - Math.min(MOST_IN_TEST, words.size() / FEWEST);
        return new MakemoreSplit(
                part(names, order, 0, trainEnd, blockSize), part(names, order, trainEnd, order.length, blockSize));
    }

    private static WordDataset part(Names names, int[] order, int from, int to, int blockSize) {
        List<String> words =
                Arrays.stream(order, from, to).mapToObj(names.words()::get).toList();
        return new WordDataset(words, names.alphabet(), blockSize);
    }
}
