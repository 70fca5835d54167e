package handgrad.app.study.batchnorm;

import handgrad.optim.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The training of one variant from one seed, measured on the way.
 *
 * @param firstLoss of the first batch, before any update
 * @param losses the mean loss of the batches in each of equal parts of the training; infinite from where it diverged on
 * @param steps of the readings, from 0
 * @param readings as many as steps, fewer where it diverged
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record MeasuredTraining(double firstLoss, double[] losses, int[] steps, List<ProbeResult> readings) {
    /** Points of the curve at most. */
    private static final int POINTS = 100;

    /**
     * Trains, and measures at equal distances from the first step on.
     *
     * @param probes how many times it measures
     * @param afterStep is run after each step
     */
    static MeasuredTraining run(
            Network network, Variant variant, long seed, int steps, int probes, Runnable afterStep) {
        var task = network.start(variant, seed);
        var probe = new Probe(task, network.lr(), network.stepSizes());
        var sgd = new Sgd(task.model().parameters());
        int points = Math.min(POINTS, steps);
        double[] sums = new double[points];
        int[] counts = new int[points];
        int[] probed = probedSteps(steps, probes);
        var readings = new ArrayList<ProbeResult>();
        double firstLoss = Double.NaN;
        for (int step = 0; step < steps; step++) {
            var batch = task.batches().get();
            double loss = task.lossAndGradients(batch);
            firstLoss = step == 0 ? loss : firstLoss;
            int point = (int) ((long) step * points / steps);
            sums[point] += loss;
            counts[point]++;
            if (!Double.isFinite(loss)) {
                Arrays.fill(sums, point, points, Double.POSITIVE_INFINITY);
                break;
            }
            if (readings.size() < probed.length && step == probed[readings.size()]) {
                readings.add(probe.read(batch));
            }
            sgd.step(network.lr());
            afterStep.run();
        }
        double[] losses = new double[points];
        Arrays.setAll(losses, i -> sums[i] / Math.max(1, counts[i]));
        return new MeasuredTraining(firstLoss, losses, Arrays.copyOf(probed, readings.size()), List.copyOf(readings));
    }

    /** The mean loss of the last tenth of the training. */
    double lastLoss() {
        int tenth = Math.ceilDiv(losses.length, 10);
        return Arrays.stream(losses, losses.length - tenth, losses.length)
                .average()
                .orElseThrow();
    }

    private static int[] probedSteps(int steps, int probes) {
        int[] probed = new int[Math.min(probes, steps)];
        Arrays.setAll(probed, i -> (int) ((long) i * steps / probed.length));
        return probed;
    }
}
