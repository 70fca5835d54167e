package handgrad.check.registry;

import handgrad.check.GradientCheck;
import handgrad.check.TensorGradient;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A formula at given inputs.
 *
 * @param inputs FLOAT32, so that every type computes from the same numbers, or INT32
 */
public record FunctionSample(Computation formula, List<Tensor> inputs) implements ProofSample {
    /** Copies the list. */
    public FunctionSample {
        inputs = List.copyOf(inputs);
    }

    @Override
    public String description() {
        return inputs.stream().map(input -> input.shape().toString()).collect(Collectors.joining(", "));
    }

    @Override
    public Tensor[] inputs(DType dtype) {
        return inputs.stream().map(input -> Draw.copy(input, dtype)).toArray(Tensor[]::new);
    }

    @Override
    public Definition definition() {
        return formula.definition();
    }

    @Override
    public Tensor value(DType dtype) {
        return formula.forward().apply(inputs(dtype));
    }

    @Override
    public boolean differentiable() {
        return formula.backward() != null;
    }

    @Override
    public List<Tensor> gradients(Tensor dOut) {
        var gradients = backward().apply(dOut, inputs(dOut.dtype()));
        return IntStream.range(0, gradients.length)
                .filter(i -> inputs.get(i).dtype() != DType.INT32)
                .mapToObj(i -> gradients[i])
                .toList();
    }

    @Override
    public GradientCheck check() {
        return GradientCheck.of(formula.forward(), backward()).inputs(inputs(DType.FLOAT64));
    }

    private TensorGradient backward() {
        var backward = formula.backward();
        if (backward == null) {
            throw new IllegalStateException("the operation has no gradient");
        }
        return backward;
    }
}
