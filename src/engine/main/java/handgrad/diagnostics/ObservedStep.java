package handgrad.diagnostics;

import java.util.List;

/**
 * What a check reads of a step, after its update.
 *
 * @param classes V, or 0 if the loss is no cross-entropy
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
record ObservedStep(
        int step,
        double loss,
        double lr,
        int classes,
        LossHistory losses,
        ObservedModel model,
        List<String> weights,
        double[] updateToData) {
    /** How far the gradient of a row of logits adds up to something, as a share of its elements, by rounding. */
    private static final double ROUNDING = 1e-3;

    /** The same where the softmax is near 1 and its difference to the target is rounding for the most part. */
    private static final double ROUNDING_NEAR_ONE = 0x1p-20;

    /** About as many rows are looked at. */
    private static final int ROWS = 16;

    /**
     * Whether the loss can be a cross-entropy over the classes: its gradient, softmax - target, adds up to 0 in each
     * row of logits. What cannot be seen can be.
     */
    boolean isCrossEntropy() {
        var dLogits = model.dLogits();
        if (classes == 0 || dLogits == null) {
            return classes > 0;
        }
        int columns = dLogits.size(-1);
        float[] gradient = Moments.floats(dLogits);
        // Each row of a cross-entropy does so, and hardly one of another loss: a few tell.
        int rows = columns == 0 ? 0 : gradient.length / columns;
        int distance = columns * Math.max(1, rows / ROWS);
        for (int row = 0; row < gradient.length; row += distance) {
            if (!isOfCrossEntropy(gradient, row, columns)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOfCrossEntropy(float[] gradient, int row, int columns) {
        double sum = 0;
        double absolute = 0;
        for (int i = row; i < row + columns; i++) {
            sum += gradient[i];
            absolute += Math.abs(gradient[i]);
        }
        // The gradient is that of a mean over the rows.
        return !(Math.abs(sum) > ROUNDING * absolute + ROUNDING_NEAR_ONE * columns / gradient.length);
    }

    /** ln V, the loss of a uniform guess among V classes. */
    double uniformLoss() {
        return Math.log(classes);
    }
}
