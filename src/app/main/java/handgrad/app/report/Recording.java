package handgrad.app.report;

import handgrad.diagnostics.Advice;
import handgrad.diagnostics.Recorder;
import handgrad.diagnostics.Snapshot;
import handgrad.diagnostics.UpdateRatios;
import java.util.List;

/**
 * What was seen of a training up to now.
 *
 * @param losses of each step's batch
 * @param snapshots statistics of some steps, in their order
 * @param updateRatios the update-to-data ratios over time
 * @param advice of the doctor for models
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record Recording(float[] losses, List<Snapshot> snapshots, UpdateRatios updateRatios, List<Advice> advice) {
    /** Of a training that has not begun. */
    public static final Recording EMPTY =
            new Recording(new float[0], List.of(), new UpdateRatios(List.of(), List.of(), List.of()), List.of());

    /** Copies what a recorder holds; the training may go on. */
    public static Recording of(Recorder recorder) {
        return new Recording(recorder.losses(), recorder.snapshots(), recorder.updateRatios(), recorder.advice());
    }
}
