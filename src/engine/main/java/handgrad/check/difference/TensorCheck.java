package handgrad.check.difference;

import handgrad.check.result.Cause;
import handgrad.check.result.TensorResult;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Compares the gradient of one tensor with central differences. */
public final class TensorCheck {
    /** The largest share of the derivatives that may be skipped. */
    private static final double MOST_SKIPPED = 0.25;

    /** In place of an element: the derivative is along a direction. */
    private static final int DIRECTION = -1;

    /**
     * A derivative as backward gives it and as differences give it.
     *
     * @param size what rtol is multiplied with
     */
    private record Point(int element, double analytic, double numeric, double size) {
        double error() {
            return Math.abs(analytic - numeric);
        }
    }

    private final Tensor gradient;
    private final CentralDifferences differences;
    private final List<Tensor> jacobian;
    private final List<Point> points = new ArrayList<>();
    private int compared;
    private int skipped;

    private TensorCheck(Tensor gradient, CentralDifferences differences, List<Tensor> jacobian) {
        this.gradient = gradient;
        this.differences = differences;
        this.jacobian = jacobian;
    }

    /**
     * Compares a gradient with the differences.
     *
     * @param gradient FLOAT64, of any shape
     * @param jacobian the gradient of each output alone, compared too; empty where there are too many outputs
     * @param diagnosis asked for the cause if the gradient is wrong
     */
    public static TensorResult run(
            String name,
            Tensor gradient,
            CentralDifferences differences,
            List<Tensor> jacobian,
            Coverage sampling,
            Supplier<Cause> diagnosis) {
        var shape = differences.x().shape();
        if (!gradient.shape().equals(shape) || !Tensors.isFinite(gradient)) {
            return new TensorResult(
                    name,
                    shape,
                    0,
                    0,
                    Double.POSITIVE_INFINITY,
                    Double.POSITIVE_INFINITY,
                    List.of(),
                    Double.NaN,
                    Double.NaN,
                    diagnosis.get());
        }
        var check = new TensorCheck(gradient, differences, jacobian);
        check.compare(sampling);
        return check.result(name, diagnosis);
    }

    private void compare(Coverage sampling) {
        for (int element : sampling.elementsOf(gradient.shape())) {
            var derivative = differences.of(element);
            compare(element, gradient.getFlat(element), derivative, Math.abs(derivative.value()));
            for (int i = 0; derivative.smooth() && i < jacobian.size(); i++) {
                double numeric = derivative.outputs().getFlat(i);
                points.add(new Point(element, jacobian.get(i).getFlat(element), numeric, Math.abs(numeric)));
            }
        }
        double norm = Math.sqrt(gradient.mul(gradient).sum().item());
        for (var direction : sampling.directionsOf(gradient.shape())) {
            double analytic = gradient.mul(direction).sum().item();
            compare(DIRECTION, analytic, differences.along(direction), norm);
        }
    }

    private void compare(int element, double analytic, Derivative derivative, double size) {
        compared++;
        if (derivative.smooth()) {
            points.add(new Point(element, analytic, derivative.value(), size));
            return;
        }
        skipped++;
        double nearest = derivative.nearest(analytic);
        if (nearest != analytic) {
            points.add(new Point(element, analytic, nearest, size));
        }
    }

    private TensorResult result(String name, Supplier<Cause> diagnosis) {
        var tolerance = differences.tolerance();
        double largest = 0;
        double maxdiff = 0;
        for (var point : points) {
            largest = Math.max(largest, Math.abs(point.numeric));
            maxdiff = Math.max(maxdiff, point.error());
        }
        double absolute = tolerance.absolute(largest, differences.rounding());
        double worstRatio = 0;
        var worst = new Point(DIRECTION, 0, 0, 0);
        for (var point : points) {
            double ratio = point.error() / (absolute + tolerance.rtol() * point.size);
            if (ratio > worstRatio) {
                worstRatio = ratio;
                worst = point;
            }
        }
        boolean tooManySkipped = skipped > MOST_SKIPPED * compared;
        return new TensorResult(
                name,
                gradient.shape(),
                points.size(),
                skipped,
                maxdiff / Math.max(largest, tolerance.atol() / tolerance.rtol()),
                maxdiff,
                worst.element == DIRECTION ? List.of() : Tensors.index(gradient.shape(), worst.element),
                worst.analytic,
                worst.numeric,
                worstRatio > 1 ? diagnosis.get() : tooManySkipped ? notSmooth() : null);
    }

    private Cause notSmooth() {
        return new Cause(
                Cause.Kind.NOT_SMOOTH,
                "at " + skipped + " of " + compared
                        + " elements the function has no derivative, which is too many to say anything: choose"
                        + " inputs away from where it jumps or bends");
    }
}
