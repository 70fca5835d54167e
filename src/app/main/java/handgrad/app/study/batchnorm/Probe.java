package handgrad.app.study.batchnorm;

import handgrad.data.Batch;
import handgrad.nn.Parameter;
import handgrad.nn.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Measures a model between the backward pass of a step and its update, as Santurkar et al. 2018 do, on the batch of the
 * step: internal covariate shift (definition 2.1), and the landscape along the gradient (section 3.2). Parameters,
 * gradients and running statistics are as before afterwards, and noise stays that of the step in between, so that
 * training goes on as if nothing had been measured.
 */
final class Probe {
    private final Task task;
    private final List<Stage> stages;
    private final List<Parameter> parameters;
    private final double lr;
    private final double[] stepSizes;

    /**
     * @param lr of the update that would follow
     * @param stepSizes how far to go along the gradient, as factors of it
     */
    Probe(Task task, double lr, double[] stepSizes) {
        this.task = task;
        this.stages = task.stages();
        this.parameters = task.model().parameters();
        this.lr = lr;
        this.stepSizes = stepSizes.clone();
    }

    /** Measures at the parameters as they are, whose gradients for this batch stand in them. */
    ProbeResult read(Batch batch) {
        var gradient = GradientVector.of(parameters);
        var state = task.model().stateDict().copy();
        hold(true);
        double[] drift = drift(batch, gradient, state);
        var shifts = shift(batch, gradient, state);
        var reading = landscape(batch, gradient, state, shifts, drift);
        hold(false);
        gradient.restore(parameters);
        return reading;
    }

    private void hold(boolean hold) {
        for (var layer : task.model().layers()) {
            if (layer instanceof Noise noise) {
                noise.hold(hold);
            }
        }
    }

    private double[] drift(Batch batch, GradientVector gradient, StateDict state) {
        var before = observe(batch);
        gradient.descend(parameters, lr);
        var after = observe(batch);
        task.model().loadStateDict(state);
        return before.driftTo(after);
    }

    private InputStatistics observe(Batch batch) {
        var statistics = new InputStatistics(stages);
        task.model().observe(statistics);
        task.loss(batch);
        task.model().observe(null);
        return statistics;
    }

    private record Shift(double difference, double cosine) {}

    /**
     * G is the gradient of layer i, G' the one after the layers before it, and they alone, have been updated: one more
     * forward and backward pass for each layer.
     */
    private List<Shift> shift(Batch batch, GradientVector gradient, StateDict state) {
        var shifts = new ArrayList<Shift>();
        var weights = weights(gradient);
        int updated = 0;
        for (int i = 0; i + 1 < stages.size(); i++) {
            // The gradients in the parameters are of the pass before this one, so the update takes the kept ones.
            var before = stages.get(i).parameters();
            new GradientVector(gradient.parts().subList(updated, updated + before.size())).descend(before, lr);
            updated += before.size();
            task.lossAndGradients(batch);
            var now = GradientVector.of(List.of(stages.get(i + 1).weight()));
            var then = weights.get(i + 1);
            shifts.add(new Shift(then.distance(now), then.cosine(now)));
        }
        task.model().loadStateDict(state);
        return shifts;
    }

    /** The gradient of each stage's weight; the parameters of the stages are those of the model, in its order. */
    private List<GradientVector> weights(GradientVector gradient) {
        var weights = new ArrayList<GradientVector>();
        int at = 0;
        for (var stage : stages) {
            weights.add(new GradientVector(gradient.parts().subList(at, at + 1)));
            at += stage.parameters().size();
        }
        return weights;
    }

    private ProbeResult landscape(
            Batch batch, GradientVector gradient, StateDict state, List<Shift> shifts, double[] drift) {
        double[] losses = new double[stepSizes.length];
        double[] changes = new double[stepSizes.length];
        double[] ratios = new double[stepSizes.length];
        double norm = gradient.norm();
        for (int i = 0; i < stepSizes.length; i++) {
            gradient.descend(parameters, stepSizes[i]);
            losses[i] = orInfinite(task.lossAndGradients(batch));
            changes[i] = orInfinite(gradient.distance(GradientVector.of(parameters)));
            ratios[i] = changes[i] / (stepSizes[i] * norm);
            task.model().loadStateDict(state);
        }
        return new ProbeResult(
                shifts.stream().mapToDouble(Shift::difference).toArray(),
                shifts.stream().mapToDouble(Shift::cosine).toArray(),
                drift,
                norm,
                DoubleStream.of(losses).min().orElseThrow(),
                DoubleStream.of(losses).max().orElseThrow(),
                DoubleStream.of(changes).min().orElseThrow(),
                DoubleStream.of(changes).max().orElseThrow(),
                DoubleStream.of(ratios).max().orElseThrow());
    }

    /** Where a step leads beyond the numbers of float32, infinities may cancel to NaN. */
    private static double orInfinite(double value) {
        return Double.isNaN(value) ? Double.POSITIVE_INFINITY : value;
    }
}
