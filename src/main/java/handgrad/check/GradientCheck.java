package handgrad.check;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Compares the hand-written gradients of a layer with central differences, in FLOAT64.
 *
 * <pre>{@code
 * GradientCheck.of(new Tanh()).input(Shape.of(32, 200)).assertPasses();
 * }</pre>
 *
 * <p>The scalar that is differentiated is Σ r ∘ forward(x), with r drawn once from the normal distribution, so every
 * output takes part. For each element e of the input and of every parameter, (f(e + eps) - f(e - eps)) / (2 eps) is
 * compared with the gradient that backward gives; they agree where |difference| ≤ atol + rtol · |central difference|, with
 * the defaults of PyTorch's gradcheck: eps 1e-6, atol 1e-5, rtol 1e-3.
 */
public final class GradientCheck {
    private static final double EPS = 1e-6;
    private static final double ATOL = 1e-5;
    private static final double RTOL = 1e-3;

    private final Layer layer;
    private @Nullable Tensor input;

    private GradientCheck(Layer layer) {
        this.layer = layer;
    }

    /** A check of a layer, which it converts to FLOAT64. */
    public static GradientCheck of(Layer layer) {
        layer.to(DType.FLOAT64);
        return new GradientCheck(layer);
    }

    /** Checks at an input of this shape, drawn from the normal distribution with a fixed seed. */
    public GradientCheck input(Shape shape) {
        return input(Tensor.randn(TorchRandom.seeded(1), shape.toArray()));
    }

    /** Checks at this input: floating point, or INT32 indices, which have no gradient. */
    public GradientCheck input(Tensor input) {
        this.input =
                input.dtype() == DType.INT32 ? input : input.to(DType.FLOAT64).copy();
        return this;
    }

    /** The number of compared elements and the largest error relative to atol + rtol · |central difference|. */
    public record Result(int elements, double worst) {}

    /**
     * Compares every gradient, and whether a second backward pass doubles those of the parameters.
     *
     * @throws AssertionError if one differs, naming the tensor, its worst element and both values
     */
    public Result assertPasses() {
        var x = input;
        if (x == null) {
            throw new IllegalStateException("GradientCheck: give an input first");
        }
        var output = layer.forward(x);
        var direction =
                Tensor.randn(TorchRandom.seeded(2), output.shape().toArray()).to(DType.FLOAT64);
        layer.parameters().forEach(Parameter::zeroGrad);
        var dX = layer.backward(direction).copy();

        var gradients = new LinkedHashMap<String, Tensor[]>();
        if (x.dtype() != DType.INT32) {
            gradients.put("input", new Tensor[] {x, dX});
        }
        List<Tensor> once = new ArrayList<>();
        for (int i = 0; i < layer.parameters().size(); i++) {
            var parameter = layer.parameters().get(i);
            once.add(parameter.grad().copy());
            gradients.put("parameter " + i + " " + parameter.name(), new Tensor[] {parameter.value(), once.get(i)});
        }
        layer.forward(x);
        layer.backward(direction);
        for (int i = 0; i < once.size(); i++) {
            requireDoubled(layer.parameters().get(i), once.get(i));
        }

        int elements = 0;
        double worst = 0;
        for (var entry : gradients.entrySet()) {
            var value = entry.getValue()[0];
            var gradient = entry.getValue()[1];
            if (!gradient.shape().equals(value.shape())) {
                throw new AssertionError("the gradient of " + entry.getKey() + " has shape " + gradient.shape()
                        + ", the value " + value.shape());
            }
            elements += value.shape().elements();
            worst = Math.max(worst, compare(entry.getKey(), value, gradient, x, direction));
        }
        return new Result(elements, worst);
    }

    /** Rounding alone may keep the second pass from doubling the gradient exactly, because it adds onto the first. */
    private static void requireDoubled(Parameter parameter, Tensor once) {
        for (int i = 0; i < once.shape().elements(); i++) {
            double wanted = 2 * once.getFlat(i);
            if (!(Math.abs(parameter.grad().getFlat(i) - wanted) <= ATOL * 1e-6 + 1e-9 * Math.abs(wanted))) {
                throw new AssertionError("backward must add to the gradient of " + parameter.name()
                        + ": after a second pass element " + i + " is "
                        + parameter.grad().getFlat(i) + ", twice the first is "
                        + wanted);
            }
        }
    }

    private double compare(String name, Tensor value, Tensor gradient, Tensor x, Tensor direction) {
        double worst = 0;
        int worstAt = 0;
        double worstNumeric = 0;
        for (int i = 0; i < value.shape().elements(); i++) {
            double original = value.getFlat(i);
            value.setFlat(i, original + EPS);
            double above = project(x, direction);
            value.setFlat(i, original - EPS);
            double below = project(x, direction);
            value.setFlat(i, original);
            double numeric = (above - below) / (2 * EPS);
            double error = Math.abs(gradient.getFlat(i) - numeric) / (ATOL + RTOL * Math.abs(numeric));
            if (error > worst || Double.isNaN(error)) {
                worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
                worstAt = i;
                worstNumeric = numeric;
            }
        }
        if (worst > 1) {
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "the gradient of %s %s is wrong, worst at %s: backward gives %.9g, central differences give %.9g",
                    name,
                    value.shape(),
                    Arrays.toString(index(value.shape(), worstAt)),
                    gradient.getFlat(worstAt),
                    worstNumeric));
        }
        return worst;
    }

    private double project(Tensor x, Tensor direction) {
        return layer.forward(x).mul(direction).sum().item();
    }

    private static int[] index(Shape shape, int position) {
        int[] index = new int[shape.rank()];
        int rest = position;
        for (int d = shape.rank() - 1; d >= 0; d--) {
            index[d] = rest % shape.size(d);
            rest /= shape.size(d);
        }
        return index;
    }
}
