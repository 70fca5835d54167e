package handgrad.diagnostics;

import java.util.List;

/** What a check reads of a step, after its update. */
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
    /** ln V, the loss of a uniform guess among V classes. */
    double uniformLoss() {
        return Math.log(classes);
    }
}
