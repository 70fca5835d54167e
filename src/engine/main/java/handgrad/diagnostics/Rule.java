package handgrad.diagnostics;

/** The faults of a training that the doctor for models knows. */
public enum Rule {
    /** The first loss is far above the one of a uniform guess. */
    LOSS_AT_START,
    /** The loss stays at ln V, the one of a uniform guess. */
    LOSS_AT_UNIFORM,
    /** The logits have been through a softmax before the cross-entropy applies its own. */
    SOFTMAX_TWICE,
    /** Two linear layers follow each other without a non-linearity. */
    NO_NON_LINEARITY,
    /** Units that are stuck for every row. */
    DEAD_UNITS,
    /** Too many outputs of a tanh or sigmoid where it is almost flat. */
    SATURATION,
    /** A batch normalisation in training mode while the model is evaluated. */
    BATCH_NORM_AT_EVALUATION,
    /** A batch normalisation in training mode on one row. */
    BATCH_NORM_OF_ONE,
    /** Updates far larger or smaller than a thousandth of their weight. */
    UPDATE_RATIO,
    /** The model does better on dev than on train, or dev is in train. */
    LEAKAGE,
    /** A tensor that is NaN or infinite. */
    NOT_FINITE
}
