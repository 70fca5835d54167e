package handgrad.check;

import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One run of a {@link GradientCheck}: all gradients of one batch. */
final class GradientRun {
    /** The Jacobian of a tensor is compared up to this many derivatives. */
    private static final int LARGEST_JACOBIAN = 10_000;

    /** Twice a gradient may differ from the sum of two by this, relative to the largest element of all gradients. */
    private static final double ROUNDING_OF_SUM = 1e-12;

    /** A tensor whose gradient is checked: an input, or the value of a parameter. */
    private record Target(
            String name, Tensor value, @Nullable Parameter parameter) {}

    private final Subject subject;
    private final Tensor[] batch;
    private final List<Target> targets = new ArrayList<>();
    private final Tolerance tolerance;
    private final Sampling sampling;

    GradientRun(
            Subject subject,
            List<Tensor> inputs,
            IntFunction<String> inputName,
            Tolerance tolerance,
            Sampling sampling) {
        this.subject = subject;
        this.batch = inputs.toArray(Tensor[]::new);
        this.tolerance = tolerance;
        this.sampling = sampling;
        for (int i = 0; i < batch.length; i++) {
            if (batch[i].dtype() != DType.INT32) {
                targets.add(new Target(inputName.apply(i), batch[i], null));
            }
        }
        subject.parameters().forEach((name, parameter) -> targets.add(new Target(name, parameter.value(), parameter)));
    }

    GradientReport report() {
        gradients(earlierBatch(), true);
        var output = forward(batch).copy();
        if (!forward(batch).equals(output)) {
            throw new IllegalStateException("GradientCheck: the forward pass gives another output for the same inputs;"
                    + " let it draw the same random numbers each time");
        }
        var once = gradients(batch, true);
        var again = gradients(batch, true);
        var twice = gradients(batch, false);
        double rounding = ROUNDING_OF_SUM
                * once.stream().mapToDouble(Tensors::largest).max().orElse(0);
        var jacobian = jacobian(output.shape());
        return new GradientReport(IntStream.range(0, targets.size())
                .mapToObj(t -> check(
                                t,
                                once.get(t),
                                jacobian.stream().map(row -> row.get(t)).toList())
                        .orElse(() -> repetition(t, once.get(t), again.get(t), twice.get(t), rounding)))
                .toList());
    }

    private TensorResult check(int t, Tensor gradient, List<Tensor> jacobian) {
        var target = targets.get(t);
        var original = target.value.copy();
        CentralDifferences.Function function = moved -> {
            target.value.copyFrom(moved);
            return forward(batch);
        };
        try {
            var differences = new CentralDifferences(
                    function, original, dOut(forward(batch).shape()), tolerance);
            return TensorCheck.run(
                    target.name,
                    gradient,
                    differences,
                    jacobian,
                    sampling,
                    () -> Cause.find(gradient, differences.gradient()));
        } finally {
            target.value.copyFrom(original);
        }
    }

    /** What the gradients of a second pass over the same batch say of backward, or null where they are as they should be. */
    private @Nullable Cause repetition(int t, Tensor once, Tensor again, Tensor twice, double rounding) {
        if (!again.equals(once)) {
            return new Cause(
                    Cause.Kind.NOT_REPRODUCIBLE,
                    "a second backward pass over the same batch gives other bits: something that forward keeps is changed, or"
                            + " the order of a sum");
        }
        if (targets.get(t).parameter == null) {
            return null;
        }
        if (Tensors.largest(twice.sub(once.mul(2))) > rounding) {
            return new Cause(
                    Cause.Kind.OVERWRITTEN,
                    "after a second backward pass it should be twice as large: add to the gradient of the parameter, with"
                            + " addInPlace, where it is set");
        }
        return null;
    }

    /** Another batch of the same shapes, so that whatever is wrongly kept from it shows. */
    private Tensor[] earlierBatch() {
        var random = TorchRandom.seeded(sampling.seed() + 2);
        return IntStream.range(0, batch.length)
                .mapToObj(i -> Tensors.changed(batch[i], random))
                .toArray(Tensor[]::new);
    }

    private Tensor forward(Tensor... inputs) {
        var output = subject.forward(inputs);
        if (output.dtype() != DType.FLOAT64) {
            throw new IllegalStateException(
                    "GradientCheck: wants an output of FLOAT64, it is " + output.dtype() + " " + output.shape());
        }
        return output;
    }

    private Tensor dOut(Shape shape) {
        return Tensors.outputGradient(shape, sampling.seed() + 3);
    }

    private List<Tensor> gradients(Tensor[] inputs, boolean zeroGrad) {
        return gradients(inputs, dOut(forward(inputs).shape()), zeroGrad);
    }

    /** Copies of the gradients of the targets after a forward and a backward pass. */
    private List<Tensor> gradients(Tensor[] inputs, Tensor dOut, boolean zeroGrad) {
        forward(inputs);
        if (zeroGrad) {
            subject.parameters().values().forEach(Parameter::zeroGrad);
        }
        var ofInputs = subject.backward(dOut);
        if (ofInputs.length != batch.length) {
            throw new IllegalStateException(
                    "GradientCheck: backward gives " + ofInputs.length + " gradients for " + batch.length + " inputs");
        }
        var all = new ArrayList<Tensor>();
        for (int i = 0; i < batch.length; i++) {
            if (batch[i].dtype() != DType.INT32) {
                all.add(ofInputs[i].to(DType.FLOAT64).copy());
            }
        }
        for (var target : targets) {
            if (target.parameter != null) {
                all.add(target.parameter.grad().copy());
            }
        }
        return all;
    }

    /** The gradients of each output alone; none where they are too many. */
    private List<List<Tensor>> jacobian(Shape output) {
        long size = targets.stream()
                        .mapToLong(target -> target.value.shape().elements())
                        .sum()
                * output.elements();
        if (size > LARGEST_JACOBIAN) {
            return List.of();
        }
        return IntStream.range(0, output.elements())
                .mapToObj(i -> {
                    var one = Tensor.zeros(DType.FLOAT64, output);
                    one.setFlat(i, 1);
                    return gradients(batch, one, true);
                })
                .toList();
    }
}
