package handgrad.check.difference;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;

/**
 * Derivatives by differences of the scalar Σ dOut ∘ f(x), where f is a function of one FLOAT64 tensor.
 *
 * <p>A point is taken for one without a derivative, as 0 is for relu, where the differences to the two sides disagree
 * and do not come together when the step shrinks; where they do, x is only near such a point or f bends sharply, and
 * the smaller step counts.
 */
public final class CentralDifferences {
    /** f: it does not keep x, and its result may be overwritten by the next call. */
    @FunctionalInterface
    public interface Function {
        Tensor at(Tensor x);
    }

    /** The smaller step is eps / SHRINK. */
    private static final double SHRINK = 16;

    /** The rounding error that is assumed for an output, in units in the last place (ulp) of the largest output. */
    private static final double ROUNDING_IN_ULP = 100;

    private final Function function;
    private final Tensor x;
    private final double[] dOut;
    private final double[] center;
    private final Tolerance tolerance;
    private final double rounding;

    public CentralDifferences(Function function, Tensor x, Tensor dOut, Tolerance tolerance) {
        this.function = function;
        this.x = x.copy();
        this.dOut = dOut.doubles();
        this.center = function.at(this.x.copy()).doubles().clone();
        this.tolerance = tolerance;
        double largest = 0;
        double squares = 0;
        for (int i = 0; i < center.length; i++) {
            largest = Math.max(largest, Math.abs(center[i]));
            squares += this.dOut[i] * this.dOut[i];
        }
        this.rounding = ROUNDING_IN_ULP * Math.ulp(largest) * Math.sqrt(squares) / (2 * tolerance.eps());
    }

    /** A copy of the point. */
    public Tensor x() {
        return x.copy();
    }

    /** What rounding may add to a difference. */
    public double rounding() {
        return rounding;
    }

    public Tolerance tolerance() {
        return tolerance;
    }

    /** The derivative with respect to one element. */
    public Derivative of(int element) {
        return withSmallerStepWhereNeeded(step -> {
            var moved = x.copy();
            moved.setFlat(element, moved.getFlat(element) + step);
            return moved;
        });
    }

    /** The derivatives with respect to all elements. */
    public Tensor gradient() {
        var gradient = Tensor.zeros(DType.FLOAT64, x.shape());
        for (int i = 0; i < x.shape().elements(); i++) {
            gradient.setFlat(i, of(i).value());
        }
        return gradient;
    }

    /** As {@link #gradient}, but where there is no derivative, the number closest to a given gradient that will do. */
    public Tensor gradientNextTo(Tensor given) {
        if (!given.shape().equals(x.shape())) {
            return gradient();
        }
        var gradient = Tensor.zeros(DType.FLOAT64, x.shape());
        for (int i = 0; i < x.shape().elements(); i++) {
            var derivative = of(i);
            gradient.setFlat(i, derivative.smooth() ? derivative.value() : derivative.nearest(given.getFlat(i)));
        }
        return gradient;
    }

    /** The derivative along a direction of the shape of x. */
    public Derivative along(Tensor direction) {
        return withSmallerStepWhereNeeded(step -> x.add(direction.mul(step)));
    }

    private interface Path {
        Tensor at(double step);
    }

    private Derivative withSmallerStepWhereNeeded(Path path) {
        var wide = difference(path, tolerance.eps());
        if (agree(wide, 1)) {
            return wide;
        }
        var narrow = difference(path, tolerance.eps() / SHRINK);
        boolean comeTogether = agree(narrow, SHRINK)
                || Math.abs(narrow.above() - narrow.below()) <= 0.25 * Math.abs(wide.above() - wide.below());
        return comeTogether ? narrow : new Derivative(wide.value(), wide.outputs(), false, wide.below(), wide.above());
    }

    private boolean agree(Derivative derivative, double roundings) {
        double size = Math.max(Math.abs(derivative.above()), Math.abs(derivative.below()));
        double allowed = tolerance.absolute(size, 4 * roundings * rounding) + tolerance.rtol() * size;
        return Math.abs(derivative.above() - derivative.below()) <= allowed;
    }

    private Derivative difference(Path path, double step) {
        double[] forward = function.at(path.at(step)).doubles().clone();
        double[] backward = function.at(path.at(-step)).doubles();
        double[] outputs = new double[center.length];
        double value = 0;
        double ahead = 0;
        double behind = 0;
        for (int i = 0; i < center.length; i++) {
            outputs[i] = (forward[i] - backward[i]) / (2 * step);
            value += dOut[i] * outputs[i];
            ahead += dOut[i] * (forward[i] - center[i]) / step;
            behind += dOut[i] * (center[i] - backward[i]) / step;
        }
        return new Derivative(
                value, Tensor.of(outputs, outputs.length), true, Math.min(ahead, behind), Math.max(ahead, behind));
    }
}
