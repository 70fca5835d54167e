package handgrad.tensor;

/** What a loss makes of the losses of its elements or rows: PyTorch's {@code reduction}. */
public enum LossReduction {
    /** Their mean; with weights of classes, the weighted sum divided by the sum of the weights of the targets. */
    MEAN,
    /** Their sum. */
    SUM,
    /** Their sum divided by the first size of the input: PyTorch's {@code batchmean}. Of elementwise losses alone. */
    BATCH_MEAN
}
