package handgrad.diagnostics;

import java.util.List;

/** What the checks see of a step that is looked at, after its update. */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
record Look(
        int step,
        double loss,
        double lr,
        int classes,
        LossHistory losses,
        Watch watch,
        List<String> weights,
        double[] updateToData) {
    /** ln V, the loss of a uniform guess among V classes. */
    double uniformLoss() {
        return Math.log(classes);
    }
}
