package handgrad.check;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
 * <p>Named tensors are FLOAT64, and each name is used once in a pass. The pass must use what {@link Names#name} returns.
 */
public final class NamedPass {
    private static final Sampling SAMPLING = new Sampling(256, 32, 4, 1);

    private final Pass pass;
    private final double loss;
    private final Map<String, Tensor> values = new LinkedHashMap<>();
    private final Map<String, Tensor> references = new LinkedHashMap<>();

    /** A forward pass that names its tensors. */
    @FunctionalInterface
    public interface Pass {
        /** Runs the pass and returns the loss, a FLOAT64 tensor of one element. */
        Tensor run(Names names);
    }

    /** What a pass tells the names of its tensors to. */
    @FunctionalInterface
    public interface Names {
        /** Names a value and returns what the rest of the pass works with: the value, or while it is checked another. */
        Tensor name(String name, Tensor value);
    }

    private NamedPass(Pass pass) {
        this.pass = pass;
        this.loss = loss(pass.run(this::keep));
    }

    /**
     * Runs the pass and keeps the named values.
     *
     * @throws IllegalArgumentException if a name comes twice, a named tensor is FLOAT32 or the loss is not one FLOAT64 element
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

    /** The names, in the order of the pass. */
    public List<String> names() {
        return List.copyOf(values.keySet());
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
     * Compares a gradient of the loss with the exact one, where there is one, and with central differences: with all of a
     * small tensor, with samples and random directions of a larger one.
     *
     * @param gradient the gradient of the loss with respect to the named tensor; a wrong shape is a finding, no error
     * @throws IllegalArgumentException if the pass names no such tensor
     */
    public Comparison compare(String name, Tensor gradient) {
        var dOut = Tensor.zeros(DType.FLOAT64, Shape.SCALAR).fill(1);
        var differences = new CentralDifferences(moved -> run(name, moved), value(name), dOut, Tolerance.DEFAULT);
        var given = gradient.to(DType.FLOAT64);
        var result = TensorCheck.run(
                name, given, differences, List.of(), SAMPLING, () -> Cause.find(given, differences.gradient()));
        var reference = references.get(name);
        if (reference == null || !reference.shape().equals(given.shape())) {
            return new Comparison(name, null, result.passed(), result.maxdiff(), result.cause());
        }
        boolean equal = Tensors.largest(given.sub(reference)) == 0;
        return new Comparison(name, equal, result.passed(), Tensors.largest(given.sub(reference)), result.cause());
    }

    private Tensor run(String moved, Tensor value) {
        return pass.run((name, computed) -> name.equals(moved) ? value : computed)
                .reshape();
    }
}
