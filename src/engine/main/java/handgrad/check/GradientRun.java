package handgrad.check;

import handgrad.check.cause.Diagnosis;
import handgrad.check.cause.Evidence;
import handgrad.check.cause.Use;
import handgrad.check.difference.CentralDifferences;
import handgrad.check.difference.Coverage;
import handgrad.check.difference.TensorCheck;
import handgrad.check.difference.Tensors;
import handgrad.check.difference.Tolerance;
import handgrad.check.result.Cause;
import handgrad.check.result.GradientReport;
import handgrad.check.result.TensorResult;
import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One run of a {@link GradientCheck}: all gradients of one batch. */
final class GradientRun {
    /** The Jacobians of all tensors are compared up to this many derivatives. */
    private static final int LARGEST_JACOBIAN = 10_000;

    /** Twice a gradient may differ from the sum of two by this, relative to the largest element of all gradients. */
    private static final double ROUNDING_OF_SUM = 1e-12;

    /** What is compared with the first batch. */
    private static final Coverage SAMPLE = new Coverage(64, 64, 0, 1);

    /** A tensor whose gradient is checked: the input of this number, or the value of a parameter. */
    private record Target(String name, int input, @Nullable Parameter parameter) {}

    private final CheckedFunction subject;
    private final Tensor[] batch;
    private final List<Target> targets = new ArrayList<>();
    private final IntFunction<String> inputName;
    private final Tolerance tolerance;
    private final Coverage sampling;
    private final Tensor dOut;

    GradientRun(
            CheckedFunction subject,
            List<Tensor> inputs,
            IntFunction<String> inputName,
            Tolerance tolerance,
            Coverage sampling) {
        this.subject = subject;
        this.batch = inputs.toArray(Tensor[]::new);
        this.inputName = inputName;
        this.tolerance = tolerance;
        this.sampling = sampling;
        for (int i = 0; i < batch.length; i++) {
            if (hasGradient(i)) {
                targets.add(new Target(inputName.apply(i), i, null));
            }
        }
        subject.parameters().forEach((name, parameter) -> targets.add(new Target(name, -1, parameter)));
        // The first batch of all is another one: what a layer keeps from it for good shows.
        this.dOut = Tensors.outputGradient(forward(earlierBatch(0)).shape(), sampling.seed() + 1);
    }

    private boolean hasGradient(int input) {
        return batch[input].dtype() != DType.INT32 && subject.hasGradient(input);
    }

    GradientReport report() {
        var output = forward(batch).copy();
        if (!Tensors.isFinite(output)) {
            throw new IllegalStateException(
                    "GradientCheck: the forward pass gives infinite numbers or NaN for these inputs: " + output);
        }
        if (!forward(batch).equals(output)) {
            throw new IllegalStateException("GradientCheck: the forward pass gives another output for the same inputs;"
                    + " let it draw the same random numbers each time");
        }
        gradients(earlierBatch(0), true);
        var once = gradients(batch, true);
        var again = gradients(batch, true);
        var twice = gradients(batch, false);
        double rounding = ROUNDING_OF_SUM
                * once.stream().mapToDouble(Tensors::largest).max().orElse(0);
        var jacobian = jacobian(output.shape(), once);
        return new GradientReport(IntStream.range(0, targets.size())
                .mapToObj(t -> {
                    var result = check(
                            t,
                            once.get(t),
                            jacobian.stream().map(row -> row.get(t)).toList());
                    return result.passed()
                            ? result.withCause(repetition(t, once.get(t), again.get(t), twice.get(t), rounding))
                            : result;
                })
                .toList());
    }

    private TensorResult check(int t, Tensor gradient, List<Tensor> jacobian) {
        var differences = differences(t, batch);
        return TensorCheck.run(
                targets.get(t).name, gradient, differences, jacobian, sampling, () -> cause(t, gradient, differences));
    }

    /** Differences of the output for these inputs with respect to a target. */
    private CentralDifferences differences(int t, Tensor[] inputs) {
        var target = targets.get(t);
        if (target.parameter == null) {
            CentralDifferences.Function function = moved -> {
                var changed = inputs.clone();
                changed[target.input] = moved;
                return forward(changed);
            };
            return new CentralDifferences(function, inputs[target.input], dOut, tolerance);
        }
        var value = target.parameter.value();
        var original = value.copy();
        CentralDifferences.Function function = moved -> {
            value.copyFrom(moved);
            try {
                return forward(inputs);
            } finally {
                value.copyFrom(original);
            }
        };
        return new CentralDifferences(function, original, dOut, tolerance);
    }

    private Cause cause(int t, Tensor gradient, CentralDifferences differences) {
        if (gradient.shape().elements() > Diagnosis.LARGEST) {
            return Diagnosis.ofSamples(targets.get(t).name, gradient, differences, sampling);
        }
        var output = forward(batch).copy();
        var use = new Use(Use.OUTPUT, output, dOut, differences);
        var expected = differences.gradientNextTo(gradient);
        var others = new LinkedHashMap<String, Tensor>();
        for (int i = 0; i < batch.length; i++) {
            others.put(inputName.apply(i), batch[i]);
        }
        subject.parameters().forEach((name, parameter) -> others.put(name, parameter.value()));
        others.remove(targets.get(t).name);
        return Diagnosis.of(new Evidence(
                targets.get(t).name,
                gradient,
                expected,
                differences.x(),
                () -> List.of(use),
                others,
                () -> isStale(t, gradient, expected, differences.rounding()),
                differences.rounding()));
    }

    /** Whether the gradient depends on the batch before, or is still that of the first batch. */
    private boolean isStale(int t, Tensor gradient, Tensor expected, double rounding) {
        for (int number = 1; number <= 2; number++) {
            gradients(earlierBatch(number), true);
            if (!gradients(batch, true).get(t).equals(gradient)) {
                return true;
            }
        }
        var first = differences(t, earlierBatch(0));
        double close = 1e-5 * Tensors.largest(expected) + 4 * rounding;
        boolean changes = false;
        for (int element : SAMPLE.elementsOf(expected.shape())) {
            double ofFirst = first.of(element).value();
            if (Math.abs(gradient.getFlat(element) - ofFirst) > close) {
                return false;
            }
            changes |= Math.abs(expected.getFlat(element) - ofFirst) > close;
        }
        return changes;
    }

    /**
     * What the gradients of a second pass over the same batch say of backward, or null where they are as they should
     * be.
     */
    private @Nullable Cause repetition(int t, Tensor once, Tensor again, Tensor twice, double rounding) {
        if (!again.equals(once)) {
            return new Cause(
                    Cause.Kind.NOT_REPRODUCIBLE,
                    "a second backward pass over the same batch gives other bits: something that forward keeps is"
                            + " changed, or the order of a sum");
        }
        if (targets.get(t).parameter == null) {
            return null;
        }
        if (Tensors.largest(twice.sub(once.mul(2))) > rounding) {
            return new Cause(
                    Cause.Kind.OVERWRITTEN,
                    "after a second backward pass it should be twice as large: add to the gradient of the parameter,"
                            + " with addInPlace, where it is set");
        }
        return null;
    }

    /** Another batch of the same shapes, so that whatever is wrongly kept from it shows. */
    private Tensor[] earlierBatch(long number) {
        var random = TorchRandom.seeded(sampling.seed() + 2 + number);
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

    private List<Tensor> gradients(Tensor[] inputs, boolean zeroGrad) {
        return gradients(inputs, dOut, zeroGrad);
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
            if (hasGradient(i)) {
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
    private List<List<Tensor>> jacobian(Shape output, List<Tensor> gradients) {
        long size = (long) output.elements()
                * gradients.stream()
                        .mapToLong(gradient -> gradient.shape().elements())
                        .sum();
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
