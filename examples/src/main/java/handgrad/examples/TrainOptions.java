package handgrad.examples;

/**
 * What a run can be repeated with.
 *
 * @param model the name of the model
 * @param steps how many batches to train on
 * @param batchSize the rows of a batch
 * @param lr the learning rate up to step 100,000; a tenth of it from there on
 * @param seed of the weights, then of the batches
 * @param hidden the units of the hidden layer
 * @param embedding the numbers that a character becomes
 * @param blockSize the characters that the model sees
 * @param data the file with the names, or {@code bundled}
 */
record TrainOptions(
        String model,
        int steps,
        int batchSize,
        double lr,
        long seed,
        int hidden,
        int embedding,
        int blockSize,
        String data) {

    /** The step at which the lectures cut the learning rate to a tenth. */
    static final int LR_DROP = 100_000;

    /** The data option of a run on the bundled names. */
    static final String BUNDLED = "bundled";

    LectureModel.Sizes sizes() {
        return new LectureModel.Sizes(blockSize, embedding, hidden);
    }

    /** Whether the lecture trained with the same, the data aside. */
    boolean areTheLectures() {
        return steps == 200_000
                && batchSize == 32
                && lr == 0.1
                && seed == 2147483647L
                && hidden == 200
                && embedding == 10
                && blockSize == 3;
    }
}
