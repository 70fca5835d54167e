package handgrad.golden;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.io.Safetensors;
import handgrad.io.SafetensorsException;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Values and gradients from PyTorch's autograd, in a file that {@code make_golden.py} makes. The gradient of a tensor t
 * is named {@code t.grad}. Notes which tensors a test asked for, so that none is left out by mistake.
 */
final class Golden {
    private final Map<String, Tensor> tensors;
    private final Set<String> unused;

    private Golden(Map<String, Tensor> tensors) {
        this.tensors = tensors;
        this.unused = new HashSet<>(tensors.keySet());
    }

    /** The file of a name, which may be in a folder: {@code layers/tanh}. */
    static Golden read(String name) {
        try {
            return new Golden(
                    Safetensors.read(folder().resolve(name + ".safetensors")).tensors());
        } catch (SafetensorsException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder of all files. */
    static Path folder() {
        try {
            var script = Objects.requireNonNull(Golden.class.getResource("make_golden.py"));
            return Objects.requireNonNull(Path.of(script.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    Tensor get(String name) {
        unused.remove(name);
        return Objects.requireNonNull(tensors.get(name), () -> "no " + name + " in " + tensors.keySet());
    }

    /** A tensor in this type; indices stay as they are. */
    Tensor get(String name, DType dtype) {
        var tensor = get(name);
        return tensor.dtype() == DType.INT32 ? tensor : tensor.to(dtype);
    }

    /** Copies the parameters and other state that the file has into a layer. */
    void load(Layer layer) {
        layer.stateDict().forEach((name, tensor) -> {
            if (has(name)) {
                tensor.copyFrom(get(name));
            }
        });
    }

    /** Asserts that no element is further from PyTorch's than {@code tolerance} times the largest |x| of theirs. */
    void assertRelative(String name, Tensor actual, double tolerance) {
        assertDifference(name, actual, tolerance * magnitude(get(name)));
    }

    /** Asserts that no element is further from PyTorch's than {@code maxdiff}. */
    void assertDifference(String name, Tensor actual, double maxdiff) {
        var expected = get(name);
        assertThat(actual.shape()).as("shape of " + name).isEqualTo(expected.shape());
        assertThat(magnitude(actual.to(DType.FLOAT64).sub(expected.to(DType.FLOAT64))))
                .as("maxdiff of " + name)
                .isLessThanOrEqualTo(maxdiff);
    }

    /** Asserts that every tensor of the file was asked for. */
    void assertAllUsed() {
        assertThat(unused).as("tensors that no assertion looked at").isEmpty();
    }

    /** The largest |x|; NaN where there is one, which is no less than any tolerance. */
    private static double magnitude(Tensor x) {
        return x.abs().reshape(-1).max(0, false).item();
    }

    /** The parameters of a layer by the names of its state, such as {@code 2.weight}. */
    static Map<String, Parameter> parameters(Layer layer) {
        var names = new IdentityHashMap<Tensor, String>();
        layer.stateDict().forEach((name, tensor) -> names.put(tensor, name));
        var parameters = new LinkedHashMap<String, Parameter>();
        layer.parameters().forEach(p -> parameters.put(Objects.requireNonNull(names.get(p.value())), p));
        return parameters;
    }
}
