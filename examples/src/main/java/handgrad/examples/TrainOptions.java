package handgrad.examples;

/**
 * What a run can be repeated with. The bounds on the sizes keep every tensor of a model below 2³¹ elements: the largest
 * are the hidden layer's weight with 100 × 1,000 × 20,000 and a batch of embeddings with as many.
 *
 * @param model the model
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
        LectureModel model,
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

    /** The lectures sample with a generator of its own, seeded ten above the one of the training. */
    private static final int SAMPLE_SEED_OFFSET = 10;

    /** Refuses what cannot be trained, naming the option of the command line. */
    TrainOptions {
        Checks.atLeast(1, "--steps", steps);
        if (model.normalisesBatches()) {
            // The variance of a batch, unbiased as in the lecture, divides by one row less.
            Checks.between(2, 20_000, "--batch-size of " + model.title(), batchSize);
        }
        Checks.between(1, 20_000, "--batch-size", batchSize);
        Checks.between(1, 20_000, "--hidden", hidden);
        Checks.between(1, 1_000, "--embedding", embedding);
        Checks.between(1, 100, "--block-size", blockSize);
        if (!(lr > 0) || Double.isInfinite(lr)) {
            throw new WrongInputException("--lr must be more than 0 and finite, it is " + lr);
        }
    }

    LectureModel.Sizes sizes() {
        return new LectureModel.Sizes(blockSize, embedding, hidden);
    }

    /** The seed of the names that a training ends with. */
    long sampleSeed() {
        return seed + SAMPLE_SEED_OFFSET;
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
