package handgrad.app.report;

import handgrad.app.report.Outcome.SplitLoss;
import handgrad.app.report.ReportData.Fact;
import handgrad.data.Alphabet;
import handgrad.diagnostics.Advice;
import handgrad.diagnostics.BatchNormStatistics;
import handgrad.diagnostics.Histogram;
import handgrad.diagnostics.Picture;
import handgrad.diagnostics.Rule;
import handgrad.diagnostics.Snapshot;
import handgrad.diagnostics.TensorStatistics;
import handgrad.diagnostics.UpdateRatios;
import handgrad.diagnostics.WeightStatistics;
import handgrad.tensor.Shape;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Trainings made by hand, with every part that a page can show. */
final class Trainings {
    static final String HOSTILE = "</script><b>--data 'x'";

    private Trainings() {}

    /** A tensor with two bins. */
    static TensorStatistics tensor(String name, double std, double saturated, double deadUnits) {
        return new TensorStatistics(
                name, "Tanh", Shape.of(32, 100), 0.5, std, saturated, 0, deadUnits, new Histogram(-1, 1, new int[] {1, 3
                }));
    }

    static Snapshot snapshot(int step, double saturated, double deadUnits) {
        var weight = tensor("1.weight", 0.1, Double.NaN, Double.NaN);
        // Two rows of a gradient of 27 logits: the right symbols, a and b, have probabilities 0.5 and 0.9.
        float[] dlogits = new float[2 * 27];
        dlogits[1] = -0.25f;
        dlogits[27 + 2] = -0.05f;
        return new Snapshot(
                step,
                2.5,
                List.of(tensor("2", 0.6, 0.01, 0), tensor("4", 0.7, saturated, deadUnits)),
                List.of(tensor("2", 0.002, Double.NaN, Double.NaN), tensor("4", 0.003, Double.NaN, Double.NaN)),
                List.of(new WeightStatistics(weight, weight, 0.01, 0.001)),
                new Picture(2, 27, dlogits));
    }

    static Recording recording(double saturated, double deadUnits, double updates, Advice... advice) {
        var steps = IntStream.range(0, 20).boxed().toList();
        float[] losses = new float[20];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = (float) Math.pow(10, 0.5 - 0.01 * i);
        }
        return new Recording(
                losses,
                List.of(snapshot(0, 0.5, 0), snapshot(19, saturated, deadUnits)),
                new UpdateRatios(
                        List.of("1.weight"),
                        steps,
                        steps.stream().map(_ -> new double[] {updates}).toList()),
                List.of(advice));
    }

    static Recording healthy() {
        return recording(0.03, 0, -3);
    }

    static Advice advice() {
        return new Advice(Rule.SATURATION, 1234, "Too many outputs are flat.");
    }

    /** An outcome near the published losses, with a two-dimensional embedding and a batch normalisation. */
    static Outcome outcome(double dev, float runningMean) {
        float[] embedding = new float[2 * 27];
        for (int i = 0; i < 27; i++) {
            embedding[2 * i] = (i * 7) % 27;
            embedding[2 * i + 1] = i;
        }
        embedding[2] = embedding[4] + 0.25f;
        embedding[3] = embedding[5];
        return new Outcome(
                List.of(
                        new SplitLoss("train", 2.0674, OptionalDouble.of(2.0674)),
                        new SplitLoss("dev", dev, OptionalDouble.of(2.1057)),
                        new SplitLoss("test", 2.1, OptionalDouble.empty())),
                true,
                true,
                0.01,
                List.of(
                        new SampledName("emma", "in train"),
                        new SampledName("quisz", "new"),
                        new SampledName(HOSTILE, "new")),
                embedding,
                List.of(new BatchNormStatistics(
                        "3", new float[] {runningMean, 1}, new float[] {0, 1}, new float[] {2, 3}, new float[] {2, 2})),
                new Outcome.Finder(
                        new double[] {-3, -2, -1}, new double[] {3, 2.5, 4}, new double[] {2.9, 2.6, 3.9}, 0.0123));
    }

    /** A training on names of no lecture, with a space, a Greek letter, a Hebrew one and a mark. */
    static ReportData greek() {
        var alphabet = Alphabet.of(" ήא\u05b8");
        var snapshot = snapshot(0, 0, 0);
        var recording = new Recording(
                healthy().losses(),
                List.of(new Snapshot(
                        19,
                        2.5,
                        snapshot.activations(),
                        snapshot.activationGradients(),
                        snapshot.weights(),
                        new Picture(1, 5, new float[] {-0.5f, 0.1f, 0.1f, 0.2f, 0.1f}))),
                healthy().updateRatios(),
                List.of());
        var outcome = new Outcome(
                List.of(
                        new SplitLoss("train", 1.5, OptionalDouble.empty()),
                        new SplitLoss("dev", 2, OptionalDouble.empty())),
                false,
                false,
                0.01,
                List.of(new SampledName("ήא", "new")),
                new float[] {0, 0, 1, 0, 2, 0, 3, 0, 3.5f, 0},
                List.of(),
                null);
        return data(alphabet, recording, outcome);
    }

    static ReportData data(Recording recording, @Nullable Outcome outcome) {
        return data(Alphabet.A_TO_Z, recording, outcome);
    }

    private static ReportData data(Alphabet alphabet, Recording recording, @Nullable Outcome outcome) {
        return new ReportData(
                "mlp-bn",
                "makemore part 3",
                20,
                step -> step < 10 ? 0.1 : 0.01,
                1.5,
                SymbolLabels.of(alphabet),
                recording,
                List.of(new Fact("parameters", "12,097")),
                List.of(new Fact("--data", HOSTILE)),
                List.of(new Fact("CPU", "a CPU")),
                "./handgrad train mlp-bn --data '" + HOSTILE + "'",
                outcome);
    }
}
