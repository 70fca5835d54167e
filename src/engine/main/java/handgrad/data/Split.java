package handgrad.data;

import java.util.HashSet;

/**
 * Three parts of a list of names: the model learns from {@code train}, is chosen by {@code dev} and judged by
 * {@code test}.
 *
 * <p>Names given to girls and to boys stand in a list twice, so some of dev and test also occur in train; their loss
 * says less about names never seen.
 */
public record Split(Dataset train, Dataset dev, Dataset test) {
    /** How many of the names in dev also occur in train. */
    public int devInTrain() {
        return inTrain(dev);
    }

    /** How many of the names in test also occur in train. */
    public int testInTrain() {
        return inTrain(test);
    }

    private int inTrain(Dataset part) {
        var seen = new HashSet<>(train.words());
        return (int) part.words().stream().filter(seen::contains).count();
    }
}
