package handgrad.check;

import handgrad.check.cause.Diagnosis;
import handgrad.check.cause.Evidence;
import handgrad.check.difference.Coverage;
import handgrad.check.difference.Tolerance;
import handgrad.check.result.Cause;
import handgrad.check.result.GradientReport;
import handgrad.check.result.Verdict;
import handgrad.nn.Layer;
import handgrad.nn.Loss;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares hand-written gradients with central differences, in FLOAT64.
 *
 * <pre>{@code
 * GradientCheck.of(new Tanh()).input(Shape.of(32, 200)).assertPasses();
 * }</pre>
 *
 * <p>Every input that is not INT32, but for the targets of a loss, and every parameter is checked. The gradient of the
 * output, dOut, is drawn once; for each element, (f(e + h) - f(e - h)) / 2h of f = Σ dOut ∘ output is compared with
 * what backward gives. The step h is in proportion to the element, and where backward does not agree at once,
 * differences at many steps tell how far they can be trusted there: of a smooth function a gradient that is wrong by a
 * hundred-thousandth is found. Where no difference could tell, the gradient is not called right, it
 * {@linkplain Verdict#UNCHECKED could not be checked}. Beyond that
 *
 * <ul>
 *   <li>of small functions the whole Jacobian is compared: backward runs for every output alone;
 *   <li>of a tensor with more elements than {@link #fullUpTo} some elements and some random directions are compared;
 *   <li>a point where the function has no derivative, so that the differences to the two sides disagree, is skipped and
 *       counted, if the gradient lies between the two; with more than a quarter of such points the tensor could not be
 *       checked; elements that are equal in a maximum are moved together too;
 *   <li>some elements and directions are compared at a second point, with other parameters, and with one more row, if
 *       the forward pass takes it;
 *   <li>a layer that draws random numbers draws the same at every pass: before each forward pass its {@link
 *       handgrad.nn.Parts#generators generators} are set back to the states that they had before the check, and after
 *       it they have them again;
 *   <li>no pass may change its inputs, a parameter, dOut or the output of forward;
 *   <li>the first backward pass that is checked follows one of another batch, so that what is kept from it shows;
 *   <li>a second backward pass after the same forward pass must give the same, and one that adds to its gradients twice
 *       as much; a second pass on the same inputs must give the same bits, and -dOut the opposite.
 * </ul>
 */
public final class GradientCheck {
    private static final int SAMPLED_ELEMENTS = 200;
    private static final int DIRECTIONS = 8;

    private final CheckedFunction subject;
    private final List<Tensor> inputs = new ArrayList<>();
    private List<String> names = List.of();
    private Tolerance tolerance = Tolerance.DEFAULT;
    private boolean allowUnchecked;
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

    /** The first step of the differences, relative to the element; 2⁻¹⁷ by default, about 8e-6. */
    public GradientCheck eps(double eps) {
        tolerance = new Tolerance(eps, tolerance.atol(), tolerance.rtol());
        return this;
    }

    /** What is allowed beyond the error of the differences; 0 by default. */
    public GradientCheck atol(double atol) {
        tolerance = new Tolerance(tolerance.eps(), atol, tolerance.rtol());
        return this;
    }

    /** What is allowed beyond it relative to the difference; 1e-6 by default. */
    public GradientCheck rtol(double rtol) {
        tolerance = new Tolerance(tolerance.eps(), tolerance.atol(), rtol);
        return this;
    }

    /**
     * Whether a gradient that could not be checked passes {@link #assertPasses}; by default it fails.
     *
     * <p>It is right that it fails: a wrong gradient would look the same. Other inputs are the better answer, such as
     * none at which a function has no derivative.
     */
    public GradientCheck allowUnchecked(boolean allow) {
        allowUnchecked = allow;
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
        var generators = new Generators(subject.generators());
        try {
            return new GradientRun(subject, inputs, this::inputName, tolerance, sampling).report();
        } finally {
            generators.restore();
        }
    }

    /**
     * Compares every gradient.
     *
     * @throws AssertionError if one is wrong or, unless {@link #allowUnchecked} says otherwise, could not be checked;
     *     it names the tensor, its worst element, both values and the likely cause, or why, and what to do
     * @throws IllegalStateException if there is no input, or the forward pass gives another output the second time
     */
    public GradientReport assertPasses() {
        var report = run();
        var verdict = report.verdict();
        if (verdict == Verdict.WRONG || (verdict == Verdict.UNCHECKED && !allowUnchecked)) {
            throw new AssertionError(report.failures());
        }
        return report;
    }

    private String inputName(int i) {
        return i < names.size() ? names.get(i) : inputs.size() == 1 ? "input" : "input " + i;
    }
}
