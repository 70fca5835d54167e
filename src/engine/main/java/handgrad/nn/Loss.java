package handgrad.nn;

import handgrad.tensor.Tensor;

/** A number that says how far the output of a model is from what it should be, and its gradient. */
public sealed interface Loss permits CrossEntropyLoss, MseLoss {
    /** The loss of an output against its targets, a mean; keeps what backward needs. */
    double forward(Tensor output, Tensor targets);

    /** The gradient of the last loss with respect to the output, of its shape; overwritten by the next call. */
    Tensor backward();
}
