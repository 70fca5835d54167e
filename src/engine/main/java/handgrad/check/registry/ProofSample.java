package handgrad.check.registry;

import handgrad.check.GradientCheck;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An operation or a layer at given inputs.
 *
 * @param computation the operation; a layer is a function of its input and its parameters
 * @param inputs FLOAT32, so that every type computes from the same numbers, or INT32
 * @param check a check of the gradients against central differences
 */
public record ProofSample(Computation computation, List<Tensor> inputs, Supplier<GradientCheck> check) {
    /** Copies the list. */
    public ProofSample {
        inputs = List.copyOf(inputs);
    }

    /** An operation at these inputs. */
    public static ProofSample of(Computation computation, Tensor... inputs) {
        return new ProofSample(
                computation,
                List.of(inputs),
                () -> GradientCheck.of(computation.forward(), computation.gradient())
                        .inputs(copies(List.of(inputs), DType.FLOAT64)));
    }

    /**
     * A layer at an input.
     *
     * @param maker makes the layer, whose parameters get the values of the further inputs
     * @param inputs the input, then the parameters in the order of the layer
     */
    static ProofSample of(Supplier<Layer> maker, Definition definition, Tensor... inputs) {
        var computation = new Computation(
                x -> layer(maker, x).forward(x[0]),
                (dOut, x) -> {
                    var layer = layer(maker, x);
                    layer.forward(x[0]);
                    var dX = layer.backward(dOut);
                    var others = layer.parameters().stream().map(Parameter::grad);
                    return Stream.concat(Stream.of(dX), others).toArray(Tensor[]::new);
                },
                definition);
        return new ProofSample(
                computation,
                List.of(inputs),
                () -> GradientCheck.of(layer(maker, copies(List.of(inputs), DType.FLOAT64)))
                        .input(inputs[0]));
    }

    private static Layer layer(Supplier<Layer> maker, Tensor... x) {
        var layer = maker.get();
        layer.to(x[x.length - 1].dtype());
        for (int i = 1; i < x.length; i++) {
            layer.parameters().get(i - 1).value().copyFrom(x[i]);
        }
        return layer;
    }

    /** The inputs in words, for messages. */
    public String description() {
        return inputs.stream().map(input -> input.shape().toString()).collect(Collectors.joining(", "));
    }

    /** The inputs, floating-point ones in this type. */
    public Tensor[] inputs(DType dtype) {
        return copies(inputs, dtype);
    }

    private static Tensor[] copies(List<Tensor> inputs, DType dtype) {
        return inputs.stream().map(input -> Draw.copy(input, dtype)).toArray(Tensor[]::new);
    }

    /** What the result must be. */
    public Definition definition() {
        return computation.definition();
    }

    /** The result, computed in this floating-point type. */
    public Tensor value(DType dtype) {
        return computation.forward().apply(inputs(dtype));
    }

    /** Whether there is a gradient. */
    public boolean differentiable() {
        return computation.backward() != null;
    }

    /**
     * The gradients of all floating-point inputs, computed by hand in the type of dOut.
     *
     * @param dOut the gradient of the result, of its shape
     */
    public List<Tensor> gradients(Tensor dOut) {
        var gradients = computation.gradient().apply(dOut, inputs(dOut.dtype()));
        return IntStream.range(0, gradients.length)
                .filter(i -> inputs.get(i).dtype() != DType.INT32)
                .mapToObj(i -> gradients[i])
                .toList();
    }
}
