package handgrad.check;

import handgrad.check.cause.Diagnosis;
import handgrad.check.cause.Evidence;
import handgrad.check.difference.Coverage;
import handgrad.check.difference.Tolerance;
import handgrad.check.result.Cause;
import handgrad.check.result.GradientReport;
import handgrad.check.result.TensorResult;
import handgrad.nn.Layer;
import handgrad.nn.Loss;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Compares hand-written gradients with central differences, in FLOAT64.
 *
 * <pre>{@code
 * GradientCheck.of(new Tanh()).input(Shape.of(32, 200)).assertPasses();
 * }</pre>
 *
 * <p>Every input that is not INT32, but for the targets of a loss, and every parameter is checked. The gradient of the
 * output, dOut, is drawn once; for each element, (f(e + eps) - f(e - eps)) / (2 eps) of f = Σ dOut ∘ output is compared
 * with what backward gives. They agree where |difference| ≤ atol + rtol · |central difference|, with the defaults of
 * PyTorch's gradcheck: eps 1e-6, atol 1e-5, rtol 1e-3; where all of a gradient is small, atol is lowered to rtol times
 * its largest element. Beyond that
 *
 * <ul>
 *   <li>of small functions the whole Jacobian is compared: backward runs for every output alone;
 *   <li>of a tensor with more elements than {@link #fullUpTo} some elements and some random directions are compared;
 *   <li>a point where the function has no derivative, so that the differences to the two sides disagree, is skipped and
 *       counted, if the gradient lies between the two; more than a quarter of such points fail the check;
 *   <li>the first backward pass that is checked follows one of another batch, so that what is kept from it shows;
 *   <li>a second backward pass on the same inputs must give the same bits, and one that adds to its gradients twice as
 *       much.
 * </ul>
 */
public final class GradientCheck {
    private static final int SAMPLED_ELEMENTS = 200;
    private static final int DIRECTIONS = 8;

    private final CheckedFunction subject;
    private final List<Tensor> inputs = new ArrayList<>();
    private List<String> names = List.of();
    private Tolerance tolerance = Tolerance.DEFAULT;
    private long seed = 1;
    private int fullUpTo = 2_000;

    private GradientCheck(CheckedFunction subject) {
        this.subject = subject;
    }

    /** The likely cause of a wrong gradient, as far as it shows in the gradient and in the expected one alone. */
    public static Cause cause(Tensor gradient, Tensor expected) {
        return Diagnosis.of(Evidence.without("the tensor", gradient.to(DType.FLOAT64), expected.to(DType.FLOAT64)));
    }

    /** A check of a layer, which it converts to FLOAT64. */
    public static GradientCheck of(Layer layer) {
        return new GradientCheck(CheckedFunction.of(layer));
    }

    /** A check of a loss; its inputs are the output of a model and the targets, which have no gradient. */
    public static GradientCheck of(Loss loss) {
        return new GradientCheck(CheckedFunction.of(loss));
    }

    /** A check of a model, which it converts to FLOAT64, under a loss; its inputs are the model's and the targets. */
    public static GradientCheck of(Layer model, Loss loss) {
        return new GradientCheck(CheckedFunction.of(model, loss));
    }

    /** A check of a function and its gradient. */
    public static GradientCheck of(TensorFunction forward, TensorGradient backward) {
        return new GradientCheck(CheckedFunction.of(forward, backward));
    }

    /** Adds an input of this shape, drawn from the normal distribution. */
    public GradientCheck input(Shape shape) {
        return input(Tensor.randn(TorchRandom.seeded(seed + inputs.size()), shape.toArray()));
    }

    /** Adds an input: floating point, which is copied, or INT32 indices, which have no gradient. */
    public GradientCheck input(Tensor input) {
        inputs.add((input.dtype() == DType.INT32 ? input : input.to(DType.FLOAT64)).copy());
        return this;
    }

    /** Adds inputs. */
    public GradientCheck inputs(Tensor... more) {
        for (var input : more) {
            input(input);
        }
        return this;
    }

    /** Names the inputs in reports; without it they are {@code input}, or {@code input 0}, {@code input 1}, … */
    public GradientCheck named(String... inputNames) {
        names = List.of(inputNames);
        return this;
    }

    /** The step of the differences; 1e-6 by default. */
    public GradientCheck eps(double eps) {
        tolerance = new Tolerance(eps, tolerance.atol(), tolerance.rtol());
        return this;
    }

    /** The absolute tolerance; 1e-5 by default. */
    public GradientCheck atol(double atol) {
        tolerance = new Tolerance(tolerance.eps(), atol, tolerance.rtol());
        return this;
    }

    /** The relative tolerance; 1e-3 by default. */
    public GradientCheck rtol(double rtol) {
        tolerance = new Tolerance(tolerance.eps(), tolerance.atol(), rtol);
        return this;
    }

    /**
     * The seed of everything that is drawn, 1 by default; inputs given by their shape are drawn when they are added.
     */
    public GradientCheck seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** The most elements of a tensor that is compared whole; 2,000 by default. */
    public GradientCheck fullUpTo(int elements) {
        fullUpTo = elements;
        return this;
    }

    /**
     * Compares every gradient.
     *
     * @return what was found; a wrong gradient throws nothing
     * @throws IllegalStateException if there is no input, or the forward pass gives another output the second time
     */
    public GradientReport run() {
        if (inputs.isEmpty()) {
            throw new IllegalStateException("GradientCheck: give an input first");
        }
        var sampling = new Coverage(fullUpTo, SAMPLED_ELEMENTS, DIRECTIONS, seed);
        return new GradientRun(subject, inputs, this::inputName, tolerance, sampling).report();
    }

    /**
     * Compares every gradient.
     *
     * @throws AssertionError if one is wrong, naming the tensor, its worst element, both values and the likely cause
     * @throws IllegalStateException if there is no input, or the forward pass gives another output the second time
     */
    public GradientReport assertPasses() {
        var report = run();
        if (!report.passed()) {
            throw new AssertionError(report.tensors().stream()
                    .filter(result -> !result.passed())
                    .map(TensorResult::toString)
                    .collect(Collectors.joining(System.lineSeparator())));
        }
        return report;
    }

    private String inputName(int i) {
        return i < names.size() ? names.get(i) : inputs.size() == 1 ? "input" : "input " + i;
    }
}
