package handgrad.app.gpt2;

import handgrad.nn.GptOptions;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/**
 * The losses that llm.c publishes of a model, each before its step of AdamW on one batch.
 *
 * @param options those of the model
 * @param rows of the batch
 * @param length of its rows
 * @param losses from the first step on
 */
record PublishedLosses(GptOptions options, int rows, int length, List<Double> losses) {
    /** Those in its {@code test_gpt2.c}. */
    static final PublishedLosses OF_124M = new PublishedLosses(
            GptOptions.GPT2,
            4,
            64,
            List.of(
                    5.270007, 4.059707, 3.375123, 2.800783, 2.315382, 1.849029, 1.394656, 0.999147, 0.624080,
                    0.376511));

    /** Whether a model and a batch have these sizes; whose numbers they are is not known. */
    boolean areOf(GptOptions model, Tensor x) {
        return model.withDraws(options.draws()).equals(options) && x.size(0) == rows && x.size(1) == length;
    }

    /** The model and the batch in words. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d layers, %d wide, vocabulary %,d and a batch of %d x %d",
                options.layers(),
                options.embedding(),
                options.vocabulary(),
                rows,
                length);
    }
}
