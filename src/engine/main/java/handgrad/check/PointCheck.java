package handgrad.check;

import handgrad.check.WatchedPasses.Target;
import handgrad.check.backward.BackwardSearch;
import handgrad.check.cause.Diagnosis;
import handgrad.check.cause.Evidence;
import handgrad.check.cause.Use;
import handgrad.check.difference.CentralDifferences;
import handgrad.check.difference.Coverage;
import handgrad.check.difference.TensorCheck;
import handgrad.check.difference.Tensors;
import handgrad.check.difference.Tolerance;
import handgrad.check.pass.PassGraph;
import handgrad.check.result.Cause;
import handgrad.check.result.TensorResult;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;

/** The check of all gradients of a subject at one batch, with the values that its parameters have. */
final class PointCheck {
    /** The Jacobians of all tensors are compared up to this many derivatives. */
    private static final int LARGEST_JACOBIAN = 10_000;

    /** How often the last digits of the inputs are changed to see what rounding does to a gradient. */
    private static final int CHANGES = 4;

    /** What rounding may leave of numbers like dOut, relative to it. */
    private static final double ROUNDING_OF_D_OUT = 0x1p-47;

    /** Whether the gradient of a target is that of an earlier batch. */
    @FunctionalInterface
    interface Staleness {
        boolean of(int target, Tensor gradient, Tensor expected, double rounding);
    }

    private final WatchedPasses passes;
    private final Tensor[] batch;
    private final List<Target> targets;
    private final Tolerance tolerance;
    private final Coverage sampling;
    private final Tensor output;
    private final Tensor dOut;
    private final double[] noise;
    private final List<Tensor> rounding = new ArrayList<>();

    PointCheck(WatchedPasses passes, Tensor[] batch, Tolerance tolerance, Coverage sampling) {
        this.passes = passes;
        this.batch = batch;
        this.targets = passes.targets(batch);
        this.tolerance = tolerance;
        this.sampling = sampling;
        this.output = passes.forward(WatchedPasses.copies(batch)).copy();
        this.dOut = Tensors.outputGradient(output.shape(), sampling.seed() + 1);
        this.noise = CentralDifferences.noise(output, this::withOtherLastDigits);
    }

    private Tensor withOtherLastDigits(TorchRandom random) {
        return passes.withOtherLastDigits(random, passes::forward, batch);
    }

    List<Target> targets() {
        return targets;
    }

    Tensor output() {
        return output;
    }

    WatchedPasses.Gradients gradients() {
        return passes.gradients(dOut, batch);
    }

    /** The gradients for -dOut. */
    List<Tensor> opposite() {
        return passes.gradients(dOut.neg(), batch).once();
    }

    /** Compares these gradients with differences. */
    List<TensorResult> results(List<Tensor> gradients, boolean whole, Staleness staleness) {
        var jacobian = whole ? jacobian(gradients) : List.<List<Tensor>>of();
        var results = new ArrayList<TensorResult>();
        var ties = new Ties(passes, targets, dOut.shape(), batch, tolerance);
        for (int t = 0; t < targets.size(); t++) {
            int number = t;
            var gradient = gradients.get(t);
            var differences = differences(t);
            var check = new TensorCheck(
                    gradient,
                    differences,
                    jacobian.stream().map(row -> row.get(number)).toList(),
                    () -> rounding().get(number));
            results.add(
                    check.run(targets.get(t).name(), sampling, () -> cause(number, gradient, differences, staleness)));
            ties.add(t, differences.x(), check.bends());
        }
        ties.causes().forEach((t, cause) -> results.set(t, results.get(t).withCause(cause)));
        return results;
    }

    /** Differences of the output with respect to a target. */
    CentralDifferences differences(int t) {
        var target = targets.get(t);
        var parameter = target.parameter();
        if (parameter == null) {
            CentralDifferences.Function function = moved -> {
                var changed = batch.clone();
                changed[target.input()] = moved;
                return passes.forward(changed);
            };
            return new CentralDifferences(function, batch[target.input()], dOut, noise, tolerance);
        }
        var value = parameter.value();
        var original = value.copy();
        CentralDifferences.Function function = moved -> {
            value.copyFrom(moved);
            try {
                return passes.forward(batch);
            } finally {
                value.copyFrom(original);
            }
        };
        return new CentralDifferences(function, original, dOut, noise, tolerance);
    }

    private Cause cause(int t, Tensor gradient, CentralDifferences differences, Staleness staleness) {
        var name = targets.get(t).name();
        if (gradient.shape().elements() > Diagnosis.LARGEST) {
            return Diagnosis.ofSamples(name, gradient, differences, sampling);
        }
        var use = new Use(Use.OUTPUT, output, dOut, differences);
        var expected = differences.gradient();
        var others = new LinkedHashMap<String, Tensor>();
        for (int i = 0; i < batch.length; i++) {
            others.put(passes.inputName(i), batch[i]);
        }
        passes.parameters().forEach((other, parameter) -> others.put(other, parameter.value()));
        others.remove(name);
        return Diagnosis.of(new Evidence(
                name,
                gradient,
                expected,
                differences.x(),
                () -> List.of(use),
                others,
                () -> staleness.of(t, gradient, expected, differences.rounding()),
                differences.rounding(),
                false,
                () -> fromGraph(name, gradient, expected)));
    }

    /** What the operations of the forward pass tell, as far as it is made of such. */
    private List<Cause> fromGraph(String name, Tensor gradient, Tensor expected) {
        var inputs = WatchedPasses.copies(batch);
        var values = PassGraph.ofFunction(names -> {
            for (int i = 0; i < inputs.length; i++) {
                names.name(passes.inputName(i), inputs[i]);
            }
            passes.parameters().forEach((other, parameter) -> names.name(other, parameter.value()));
            return passes.forward(inputs);
        });
        if (values.isEmpty()) {
            return List.of();
        }
        // Of one number it is the loss, whose gradient is 1.
        if (dOut.shape().elements() == 1) {
            double scale = dOut.getFlat(0);
            return new BackwardSearch(name, values, _ -> null).explain(gradient.div(scale), expected.div(scale));
        }
        return BackwardSearch.ofFunction(name, values, dOut).explain(gradient, expected);
    }

    /** How far each gradient moves when every input and dOut are changed in their last digits. */
    private List<Tensor> rounding() {
        if (rounding.isEmpty()) {
            // Twice, so that what backward may have kept from another batch is gone.
            gradients();
            var usual = gradients().once();
            var random = TorchRandom.seeded(4);
            var changed = IntStream.range(0, CHANGES)
                    .mapToObj(_ -> Tensors.lastDigits(dOut, random))
                    .map(d -> passes.withOtherLastDigits(random, x -> passes.gradients(d, x), batch)
                            .once())
                    .toList();
            for (int t = 0; t < usual.size(); t++) {
                int number = t;
                rounding.add(Tensors.apart(
                        usual.get(t),
                        changed.stream().map(other -> other.get(number)).toList(),
                        ROUNDING_OF_D_OUT * Tensors.largest(dOut)));
            }
        }
        return rounding;
    }

    /** The gradients of each output alone; none where they are too many. */
    private List<List<Tensor>> jacobian(List<Tensor> gradients) {
        long size = (long) output.shape().elements()
                * gradients.stream()
                        .mapToLong(gradient -> gradient.shape().elements())
                        .sum();
        if (size > LARGEST_JACOBIAN) {
            return List.of();
        }
        return IntStream.range(0, output.shape().elements())
                .mapToObj(i -> passes.gradients(one(output.shape(), i), batch).once())
                .toList();
    }

    /** Zeros, and a 1 at this position. */
    static Tensor one(Shape shape, int position) {
        var one = Tensor.zeros(DType.FLOAT64, shape);
        one.setFlat(position, 1);
        return one;
    }
}
