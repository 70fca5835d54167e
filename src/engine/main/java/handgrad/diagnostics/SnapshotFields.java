package handgrad.diagnostics;

import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Carries snapshots into a saved state and out of one. */
final class SnapshotFields {
    private static final TensorStatistics ANY_TENSOR =
            new TensorStatistics("", "", Shape.SCALAR, 0, 0, 0, 0, 0, new Histogram(0, 0, new int[0]));
    private static final WeightStatistics ANY_WEIGHT = new WeightStatistics(ANY_TENSOR, ANY_TENSOR, 0, 0);
    private static final Snapshot ANY =
            new Snapshot(0, 0, List.of(), List.of(), List.of(), new Picture(0, 0, new float[0]));

    private SnapshotFields() {}

    static List<Snapshot> of(StateFields fields, List<Snapshot> snapshots) {
        var all = new ArrayList<Snapshot>();
        for (var each : fields.records("snapshots", snapshots, ANY, SnapshotFields::snapshot)) {
            var picture = picture(fields, "dlogits." + all.size(), each.dlogits());
            all.add(new Snapshot(
                    each.step(), each.loss(), each.activations(), each.activationGradients(), each.weights(), picture));
        }
        return all;
    }

    /** Of a vocabulary it has millions of numbers, so it is a tensor of its own, which is not copied. */
    private static Picture picture(StateFields fields, String name, Picture picture) {
        var values = Tensor.of(picture.values(), picture.rows(), picture.columns());
        var carried = fields.tensor(name, values, StateFields.ANY, StateFields.ANY);
        return new Picture(carried.size(0), carried.size(1), carried.floats());
    }

    /** All but the picture. */
    private static Snapshot snapshot(RecordStream stream, Snapshot snapshot) {
        return new Snapshot(
                stream.integer(snapshot.step()),
                stream.number(snapshot.loss()),
                stream.list(snapshot.activations(), ANY_TENSOR, SnapshotFields::tensor),
                stream.list(snapshot.activationGradients(), ANY_TENSOR, SnapshotFields::tensor),
                stream.list(snapshot.weights(), ANY_WEIGHT, SnapshotFields::weight),
                snapshot.dlogits());
    }

    private static WeightStatistics weight(RecordStream stream, WeightStatistics weight) {
        return new WeightStatistics(
                tensor(stream, weight.value()),
                tensor(stream, weight.gradient()),
                stream.number(weight.gradientToData()),
                stream.number(weight.updateToData()));
    }

    private static TensorStatistics tensor(RecordStream stream, TensorStatistics tensor) {
        return new TensorStatistics(
                stream.text(tensor.name()),
                stream.text(tensor.kind()),
                Shape.of(stream.integers(tensor.shape().toArray())),
                stream.number(tensor.mean()),
                stream.number(tensor.std()),
                stream.number(tensor.saturated()),
                stream.number(tensor.zero()),
                stream.number(tensor.deadUnits()),
                histogram(stream, tensor.histogram()));
    }

    private static Histogram histogram(RecordStream stream, Histogram histogram) {
        return new Histogram(
                stream.number(histogram.from()), stream.number(histogram.to()), stream.integers(histogram.counts()));
    }
}
