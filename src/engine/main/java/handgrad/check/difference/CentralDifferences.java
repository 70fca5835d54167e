package handgrad.check.difference;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;

/** Derivatives by differences of the scalar Σ dOut ∘ f(x), where f is a function of one FLOAT64 tensor. */
public final class CentralDifferences {
    /** f: it does not keep x, and its result may be overwritten by the next call. */
    @FunctionalInterface
    public interface Function {
        Tensor at(Tensor x);
    }

    /** How much smaller than usual an element is before it counts as tiny. */
    private static final double TINY = 128;

    /** How often the last digits are changed to see what rounding does. */
    private static final int CHANGES = 4;

    private final Function function;
    private final Tensor x;
    private final Steps.Outputs outputs;
    private final double usual;
    private final Tolerance tolerance;
    private final double[] values;

    /**
     * Differences at a point.
     *
     * @param noise how far each output moves when every input is changed in its last digits
     */
    public CentralDifferences(Function function, Tensor x, Tensor dOut, double[] noise, Tolerance tolerance) {
        this.function = function;
        this.x = x.copy();
        double[] center = outputs(this.x.copy());
        double largest = Arrays.stream(center).map(Math::abs).max().orElse(0);
        this.usual = usual(this.x);
        this.outputs = new Steps.Outputs(center, noise, dOut.doubles(), largest, usual);
        this.tolerance = tolerance;
        this.values = new double[x.shape().elements()];
        Arrays.fill(values, Double.NaN);
    }

    /** Differences at a point, where only x is known to be rounded. */
    public CentralDifferences(Function function, Tensor x, Tensor dOut, Tolerance tolerance) {
        this(
                function,
                x,
                dOut,
                noise(function.at(x.copy()).copy(), random -> function.at(Tensors.lastDigits(x, random))),
                tolerance);
    }

    /** How far outputs move when every input is changed in its last digits. */
    public static double[] noise(Tensor output, java.util.function.Function<TorchRandom, Tensor> changed) {
        double[] noise = new double[output.shape().elements()];
        var random = TorchRandom.seeded(3);
        for (int k = 0; k < CHANGES; k++) {
            var other = changed.apply(random);
            for (int i = 0; i < noise.length; i++) {
                double apart = Math.abs(other.getFlat(i) - output.getFlat(i));
                noise[i] = Double.isFinite(apart) ? Math.max(noise[i], apart) : noise[i];
            }
        }
        return noise;
    }

    /** The median |element| of those that are not 0; 1 where all are. */
    private static double usual(Tensor x) {
        double[] sizes = Arrays.stream(x.doubles())
                .map(Math::abs)
                .filter(size -> size >= Double.MIN_NORMAL)
                .sorted()
                .toArray();
        return sizes.length == 0 ? 1 : sizes[sizes.length / 2];
    }

    /** A copy of the point. */
    public Tensor x() {
        return x.copy();
    }

    /** What rounding may add to the first difference of an element of the usual size. */
    public double rounding() {
        return leastVisible() / (2 * tolerance.eps());
    }

    /** The derivative that would move the outputs by their rounding when an element of the usual size is doubled. */
    public double leastVisible() {
        double norm = 0;
        for (int i = 0; i < outputs.center().length; i++) {
            norm = Math.hypot(norm, outputs.dOut()[i] * outputs.center()[i]);
        }
        return Steps.ROUNDING * norm / usual;
    }

    /** The largest |element| of dOut. */
    double largestWeight() {
        return Arrays.stream(outputs.dOut()).map(Math::abs).max().orElse(0);
    }

    public Tolerance tolerance() {
        return tolerance;
    }

    /** What an element is moved in proportion to: its size, or a part of the usual one where it is 0 or tiny. */
    double scale(int element) {
        double size = Math.abs(x.getFlat(element));
        return size == 0 ? usual : Math.max(size, usual / TINY);
    }

    /** The derivative with respect to one element. */
    public Derivative of(int element) {
        double old = x.getFlat(element);
        return derivative(
                step -> {
                    var moved = x.copy();
                    moved.setFlat(element, old + step);
                    return new Steps.Point((old + step) - old, outputs(moved));
                },
                scale(element),
                Math.max(scale(element), usual));
    }

    /** The derivative along a direction of the shape of x; a step of 1 is one of the direction's length. */
    public Derivative along(Tensor direction) {
        return derivative(step -> new Steps.Point(step, outputs(x.add(direction.mul(step)))), 1, 1);
    }

    /** A direction that moves every element up or down, in proportion to it. */
    Tensor direction(Tensor signs) {
        var direction = signs.copy();
        for (int i = 0; i < values.length; i++) {
            direction.setFlat(i, signs.getFlat(i) * Math.max(scale(i), usual / 8));
        }
        return direction;
    }

    private Derivative derivative(Steps.Path path, double scale, double reach) {
        return new Derivative(new Steps(path, scale, reach, outputs, tolerance.eps()), tolerance);
    }

    private double[] outputs(Tensor moved) {
        return function.at(moved).doubles().clone();
    }

    /** Keeps what is known of an element, for {@link #gradient}. */
    void keep(int element, double value) {
        values[element] = value;
    }

    /**
     * The derivatives with respect to all elements; where there is none but a gradient was compared, the number closest
     * to it that will do.
     */
    public Tensor gradient() {
        var gradient = Tensor.zeros(DType.FLOAT64, x.shape());
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i])) {
                values[i] = of(i).value();
            }
            gradient.setFlat(i, values[i]);
        }
        return gradient;
    }
}
