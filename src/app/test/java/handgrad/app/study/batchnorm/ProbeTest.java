package handgrad.app.study.batchnorm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.data.Batch;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ProbeTest {
    private static final double LR = 0.01;
    private static final Offset<Double> ROUNDING = within(1e-4);

    /** loss = (a b x - y)², with dA = 2 (a b x - y) b x and dB = 2 (a b x - y) a x. */
    @Test
    void shiftIsTheGradientBeforeAndAfterTheUpdateOfTheLayersBelow() {
        double a = 0.5;
        double b = 3;
        double x = 2;
        double y = 1;
        var reading = read(new double[] {LR}, x, y, a, b);
        double updated = a - LR * 2 * (a * b * x - y) * b * x;
        double before = 2 * (a * b * x - y) * a * x;
        double after = 2 * (updated * b * x - y) * updated * x;
        assertThat(reading.difference()).hasSize(1);
        assertThat(reading.difference()[0]).isCloseTo(Math.abs(before - after), ROUNDING);
        assertThat(reading.cosine()[0]).isCloseTo(Math.signum(before * after), ROUNDING);
    }

    /** The update of the layer below leads past the target, so the gradient above turns round. */
    @Test
    void cosineIsMinusOneWhereTheGradientTurns() {
        var task = task(1, 1);
        var batch = ready(task, 1, 0.9);
        assertThat(new Probe(task, 1, new double[] {1}).read(batch).cosine()[0]).isCloseTo(-1, ROUNDING);
    }

    /** loss = (w x - y)² has the curvature 2 x²: β is that, and the loss at η is (1 - 2 x² η)² of the first. */
    @Test
    void landscapeOfAParabolaIsItsCurvature() {
        double w = 2;
        double x = 3;
        double y = 1;
        double loss = (w * x - y) * (w * x - y);
        double gradient = 2 * (w * x - y) * x;
        double curvature = 2 * x * x;
        var reading = read(new double[] {0.01, 0.02, 0.1}, x, y, w);
        assertThat(reading.gradient()).isCloseTo(Math.abs(gradient), ROUNDING);
        assertThat(reading.smoothness()).isCloseTo(curvature, within(1e-3));
        assertThat(reading.lowestChange()).isCloseTo(0.01 * curvature * gradient, within(1e-3));
        assertThat(reading.highestChange()).isCloseTo(0.1 * curvature * gradient, within(1e-3));
        assertThat(reading.lowestLoss()).isCloseTo(loss * Math.pow(1 - curvature * 0.02, 2), within(1e-3));
        assertThat(reading.highestLoss()).isCloseTo(loss * Math.pow(1 - curvature * 0.01, 2), within(1e-3));
    }

    private static ProbeResult read(double[] stepSizes, double x, double y, double... weights) {
        var task = task(weights);
        return new Probe(task, LR, stepSizes).read(ready(task, x, y));
    }

    private static Batch ready(Task task, double x, double y) {
        var batch = new Batch(Tensor.full(x, 1, 1), Tensor.full(y, 1, 1));
        task.lossAndGradients(batch);
        return batch;
    }

    private static Task task(double... weights) {
        var layers = new Layer[weights.length];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = new Linear(Tensor.full(weights[i], 1, 1), null);
        }
        return new Task(new Sequential(layers), Objective.sumOfSquares(), () -> {
            throw new AssertionError("a probe draws no batch");
        });
    }
}
