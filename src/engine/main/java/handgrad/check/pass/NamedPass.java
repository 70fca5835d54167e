package handgrad.check.pass;

import handgrad.check.backward.BackwardSearch;
import handgrad.check.cause.Diagnosis;
import handgrad.check.cause.Evidence;
import handgrad.check.cause.Use;
import handgrad.check.difference.CentralDifferences;
import handgrad.check.difference.Coverage;
import handgrad.check.difference.TensorCheck;
import handgrad.check.difference.Tensors;
import handgrad.check.difference.Tolerance;
import handgrad.check.result.Cause;
import handgrad.check.result.Comparison;
import handgrad.check.result.Verdict;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass whose intermediate tensors have names, so that the gradient of the loss with respect to each can be
 * compared: the named value is moved a little, and the rest of the pass runs from there.
 *
 * <pre>{@code
 * var pass = NamedPass.of(names -> {
 *     var logits = names.name("logits", h.matmul(W2));
 *     var probs = names.name("probs", softmax(logits));
 *     return negativeLogLikelihood(probs);
 * });
 * IO.println(pass.compare("probs", dprobs));     // probs            approximate: true   maxdiff: 1.2e-10
 * }</pre>
 *
 * <p>Named tensors are FLOAT64, and each name is used once in a pass. The pass must use what {@link Names#name}
 * returns.
 */
public final class NamedPass {
    private static final Coverage SAMPLING = new Coverage(32, 16, 4, 1);

    /** What the loss is called as the last of all uses. */
    private static final String LOSS = "the loss";

    /** How far a gradient may be from the exact one, relative to its largest element. */
    private static final double CLOSE = 1e-9;

    private static final double ROUNDING = 0x1p-40;

    private static final Tensor ONE = Tensor.zeros(DType.FLOAT64, Shape.SCALAR).fill(1);

    private final Pass pass;
    private final double loss;
    private final Map<String, Tensor> values = new LinkedHashMap<>();
    private final Map<String, Tensor> references = new HashMap<>();
    private final Map<String, Tensor> numeric = new HashMap<>();
    private Function<Tensor, @Nullable String> labels = _ -> null;

    /** A forward pass that names its tensors. */
    @FunctionalInterface
    public interface Pass {
        /** Runs the pass and returns the loss, a FLOAT64 tensor of one element. */
        Tensor run(Names names);
    }

    /** What a pass tells the names of its tensors to. */
    @FunctionalInterface
    public interface Names {
        /**
         * Names a value and returns what the rest of the pass works with: the value, or while it is checked another.
         */
        Tensor name(String name, Tensor value);
    }

    private NamedPass(Pass pass) {
        this.pass = pass;
        this.loss = loss(pass.run(this::keep));
    }

    /**
     * Runs the pass and keeps the named values.
     *
     * @throws IllegalArgumentException if a name comes twice, a named tensor is FLOAT32 or the loss is not one FLOAT64
     *     element
     */
    public static NamedPass of(Pass pass) {
        return new NamedPass(pass);
    }

    private Tensor keep(String name, Tensor value) {
        if (value.dtype() == DType.FLOAT32) {
            throw new IllegalArgumentException("NamedPass: " + name + " " + value.shape()
                    + " is FLOAT32, gradients are checked in FLOAT64; convert" + " the inputs of the pass with to");
        }
        if (values.putIfAbsent(name, value.copy()) != null) {
            throw new IllegalArgumentException("NamedPass: the name " + name + " is used twice");
        }
        return value;
    }

    private static double loss(Tensor loss) {
        if (loss.dtype() != DType.FLOAT64 || loss.shape().elements() != 1) {
            throw new IllegalArgumentException("NamedPass: the pass returns the loss, one element of FLOAT64, it is "
                    + loss.dtype() + " " + loss.shape());
        }
        return loss.item();
    }

    /**
     * Adds gradients to be equal to, by name, such as those of the same steps in the same order.
     *
     * @throws IllegalArgumentException if a name is unknown or a shape is not that of the value
     */
    public NamedPass exact(Map<String, Tensor> gradients) {
        gradients.forEach((name, gradient) -> {
            if (!value(name).shape().equals(gradient.shape())) {
                throw new IllegalArgumentException("NamedPass: the exact gradient of " + name + " is "
                        + gradient.shape() + ", its value " + value(name).shape());
            }
            references.put(name, gradient.to(DType.FLOAT64));
        });
        return this;
    }

    /** Tells what a program calls tensors that the pass does not name, such as the fields that keep them. */
    public NamedPass labels(Function<Tensor, @Nullable String> variables) {
        this.labels = variables;
        return this;
    }

    /** The names, in the order of the pass. */
    public List<String> names() {
        return List.copyOf(values.keySet());
    }

    /** The graph of the pass, which runs once more for it. */
    public PassGraph graph() {
        return PassGraph.of(pass);
    }

    /** The loss. */
    public double loss() {
        return loss;
    }

    /**
     * The value that a name stands for.
     *
     * @throws IllegalArgumentException if the pass names no such tensor
     */
    public Tensor value(String name) {
        var value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "NamedPass: the pass names no " + name + "; it names " + String.join(", ", names()));
        }
        return value;
    }

    /**
     * Compares a gradient of the loss with the exact one, where there is one, and with central differences: with all of
     * a small tensor, with samples and random directions of a larger one.
     *
     * @param gradient the gradient of the loss with respect to the named tensor; a wrong shape is a finding, no error
     * @throws IllegalArgumentException if the pass names no such tensor
     */
    public Comparison compare(String name, Tensor gradient) {
        var given = gradient.to(DType.FLOAT64);
        var differences = differences(name);
        var result = new TensorCheck(given, differences, List.of(), () -> rounding(given, differences))
                .run(name, SAMPLING, () -> cause(name, given, differences));
        var agrees = switch (result.verdict()) {
            case RIGHT -> Boolean.TRUE;
            case WRONG -> Boolean.FALSE;
            case UNCHECKED -> null;
        };
        var reference = references.get(name);
        if (reference == null) {
            return new Comparison(name, null, agrees, result.maxdiff(), result.cause());
        }
        if (!reference.shape().equals(given.shape())) {
            return new Comparison(name, false, false, Double.POSITIVE_INFINITY, result.cause());
        }
        double maxdiff = Tensors.largest(given.sub(reference));
        // Samples may have missed what the exact gradient shows, and it knows where differences cannot tell.
        boolean close = maxdiff <= CLOSE * Tensors.largest(reference) + differences.leastVisible();
        Cause cause = null;
        if (result.verdict() == Verdict.WRONG) {
            cause = maxdiff == 0 ? bothWrong() : result.cause();
        } else if (!close) {
            cause = maxdiff <= Evidence.closeness(reference, 0)
                    ? tooSmall(name, given, maxdiff)
                    : cause(name, given, differences);
        }
        return new Comparison(name, maxdiff == 0, cause == null ? agrees : Boolean.FALSE, maxdiff, cause);
    }

    private static Cause bothWrong() {
        return new Cause(
                Cause.Kind.UNKNOWN,
                "it equals the exact gradient, and central differences say that both are wrong: check the exact one");
    }

    private Cause tooSmall(String name, Tensor given, double maxdiff) {
        var found = Cause.of(search(name).explain(given, gradient(name)));
        if (found != null) {
            return found;
        }
        return new Cause(
                Cause.Kind.UNKNOWN,
                String.format(
                        Locale.ROOT,
                        "it differs from the exact gradient by %.1e at most, too little for a usual mistake: look for a"
                                + " constant with too few digits, or a step in FLOAT32",
                        maxdiff));
    }

    /** The rounding of a gradient that is given as it is: of its own last digits, and of what the loss shows at all. */
    private static Tensor rounding(Tensor gradient, CentralDifferences differences) {
        return gradient.abs().mul(ROUNDING).add(differences.leastVisible());
    }

    /** Differences of the loss with respect to a named tensor. */
    private CentralDifferences differences(String name) {
        CentralDifferences.Function function =
                moved -> pass.run((other, computed) -> other.equals(name) ? moved : computed);
        return new CentralDifferences(function, value(name), ONE, Tolerance.DEFAULT);
    }

    /** The right gradient: the exact one, or that of the differences. */
    private Tensor gradient(String name) {
        var known = references.get(name);
        return known != null
                ? known
                : numeric.computeIfAbsent(name, n -> differences(n).gradient());
    }

    private Cause cause(String name, Tensor gradient, CentralDifferences differences) {
        var value = value(name);
        if (value.shape().elements() > Diagnosis.LARGEST) {
            return Diagnosis.ofSamples(name, gradient, differences, SAMPLING);
        }
        return Diagnosis.of(new Evidence(
                name,
                gradient,
                gradient(name),
                value,
                memoized(() -> uses(name)),
                others(name),
                () -> false,
                differences.rounding(),
                true,
                () -> search(name).explain(gradient, gradient(name))));
    }

    private BackwardSearch search(String name) {
        return new BackwardSearch(name, PassGraph.recorded(pass, labels), other -> {
            var value = values.get(other);
            return value == null || value.dtype() == DType.INT32 ? null : gradient(other);
        });
    }

    /** The other tensors; of those with equal elements, which no cause can tell apart, only the first. */
    private Map<String, Tensor> others(String name) {
        var others = new LinkedHashMap<String, Tensor>();
        values.forEach((other, value) -> {
            if (!other.equals(name) && !others.containsValue(value)) {
                others.put(other, value);
            }
        });
        return others;
    }

    private static <T> Supplier<T> memoized(Supplier<T> supplier) {
        var found = new ArrayList<T>();
        return () -> {
            if (found.isEmpty()) {
                found.add(supplier.get());
            }
            return found.getFirst();
        };
    }

    /** The named tensors, and the loss, that are computed from a tensor directly: all others keep their values. */
    private List<Use> uses(String name) {
        var value = value(name);
        var moved = value.mul(1 + 1e-3).add(1e-3);
        var uses = new ArrayList<Use>();
        for (var other : names()) {
            var output = value(other);
            if (!other.equals(name)
                    && output.dtype() != DType.INT32
                    && !direct(name, moved, other).equals(output)) {
                uses.add(use(name, other, output, gradient(other)));
            }
        }
        var result = Tensor.zeros(DType.FLOAT64, Shape.SCALAR).fill(loss);
        if (direct(name, moved, LOSS).item() != loss) {
            uses.add(use(name, LOSS, result, ONE));
        }
        return uses;
    }

    private Use use(String name, String other, Tensor output, Tensor dOut) {
        var differences =
                new CentralDifferences(moved -> direct(name, moved, other), value(name), dOut, Tolerance.DEFAULT);
        return new Use(other, output, dOut, differences);
    }

    /** What another named tensor becomes when one is moved and all that lies between keeps its value. */
    private Tensor direct(String name, Tensor moved, String other) {
        var found = new ArrayList<Tensor>();
        var result = pass.run((computedName, computed) -> {
            if (computedName.equals(other)) {
                found.add(computed.copy());
            }
            return computedName.equals(name) ? moved : value(computedName);
        });
        return other.equals(LOSS) ? result : found.getFirst();
    }
}
