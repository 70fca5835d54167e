package handgrad.app.hash;

import handgrad.app.sequence.SequenceWeights;
import handgrad.app.train.LectureWeights;
import handgrad.io.WeightsHash;
import handgrad.nn.Layer;
import java.util.Arrays;
import java.util.function.Function;

/**
 * The models whose weights are hashed. Their sizes are small enough for hundreds of steps under every setting, and the
 * GPT's large enough for threads to share its loops.
 */
enum HashedModel {
    MLP_BN("mlp-bn", LectureWeights::after),
    DEEP("deep", LectureWeights::after),
    WAVENET_SMALL("wavenet-small", LectureWeights::after),
    WAVENET_GATED("wavenet-gated --batch-size 2", LectureWeights::after),
    GPT("gpt --layers 2 --embedding 32 --block-size 32 --eval-batches 1", SequenceWeights::after);

    /** What stands behind {@code train} on the command line, but for the steps. */
    private final String arguments;

    @SuppressWarnings("ImmutableEnumChecker") // methods without state
    private final Function<String[], Layer> training;

    HashedModel(String arguments, Function<String[], Layer> training) {
        this.arguments = arguments;
        this.training = training;
    }

    /** Its name on the command line. */
    String title() {
        return arguments.split(" ", 2)[0];
    }

    /** The command that trains it for so many steps and prints the same hash. */
    String command(int steps) {
        return "./handgrad -Dhandgrad.blas=off train " + arguments(steps);
    }

    private String arguments(int steps) {
        return arguments + " --steps " + steps;
    }

    /** Trains it and gives the hash of its weights. */
    String hash(int steps) {
        return WeightsHash.of(training.apply(arguments(steps).split(" ")).stateDict());
    }

    /** The model of this name. */
    static HashedModel named(String title) {
        return Arrays.stream(values())
                .filter(model -> model.title().equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no model is called " + title));
    }
}
