package handgrad.diagnostics;

import java.util.List;

/**
 * One step of a training in numbers.
 *
 * @param step counted from 0
 * @param loss of the step's batch, before the update
 * @param activations the outputs of the non-linear layers, the one next to the input first; empty for a model that is
 *     no {@link handgrad.nn.Sequential}
 * @param activationGradients the gradients of the loss with respect to those outputs
 * @param weights the parameters of two dimensions
 * @param dlogits the gradient of the loss with respect to the logits, (rows, classes), of at most
 *     {@value Recorder#PICTURE_ROWS} rows; 0 rows for a model that is no {@link handgrad.nn.Sequential}
 */
public record Snapshot(
        int step,
        double loss,
        List<TensorStatistics> activations,
        List<TensorStatistics> activationGradients,
        List<WeightStatistics> weights,
        Picture dlogits) {}
