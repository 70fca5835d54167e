package handgrad.check;

import handgrad.check.cause.Evidence;
import handgrad.check.difference.Coverage;
import handgrad.check.difference.Tensors;
import handgrad.check.difference.Tolerance;
import handgrad.check.result.Cause;
import handgrad.check.result.GradientReport;
import handgrad.check.result.TensorResult;
import handgrad.check.result.Verdict;
import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One run of a {@link GradientCheck}: all gradients of a batch, then some at another point and with another row. */
final class GradientRun {
    /** Twice a gradient may differ from the sum of two by this, relative to the largest element of all gradients. */
    private static final double ROUNDING_OF_SUM = 1e-12;

    /** What is compared with the first batch. */
    private static final Coverage SAMPLE = new Coverage(64, 64, 0, 1);

    private final WatchedPasses passes;
    private final Tensor[] batch;
    private final Tolerance tolerance;
    private final Coverage sampling;
    private final PointCheck point;

    GradientRun(
            CheckedFunction subject,
            List<Tensor> inputs,
            IntFunction<String> inputName,
            Tolerance tolerance,
            Coverage sampling) {
        this.passes = new WatchedPasses(subject, inputName);
        this.batch = inputs.toArray(Tensor[]::new);
        this.tolerance = tolerance;
        this.sampling = sampling;
        // The first batch of all is another one: what a layer keeps from it for good shows.
        passes.first(earlierBatch(0));
        this.point = new PointCheck(passes, batch, tolerance, sampling);
    }

    GradientReport report() {
        var output = point.output();
        if (!Tensors.isFinite(output)) {
            throw new IllegalStateException(
                    "GradientCheck: the forward pass gives infinite numbers or NaN for these inputs: " + output);
        }
        if (!passes.forward(WatchedPasses.copies(batch)).equals(output)) {
            throw new IllegalStateException("GradientCheck: the forward pass gives another output for the same inputs;"
                    + " let it draw the same random numbers each time; a layer names its generator in its parts, with"
                    + " parts.add(name, generator)");
        }
        new PointCheck(passes, earlierBatch(0), tolerance, sampling).gradients();
        var first = point.gradients();
        var again = point.gradients();
        var opposite = point.opposite();
        double rounding = ROUNDING_OF_SUM
                * first.once().stream().mapToDouble(Tensors::largest).max().orElse(0);
        var results = new ArrayList<>(point.results(first.once(), true, this::isStale));
        for (int t = 0; t < results.size(); t++) {
            results.set(
                    t,
                    results.get(t)
                            .withCause(WatchedPasses.repetition(
                                    point.targets().get(t),
                                    first.once().get(t),
                                    again.once().get(t),
                                    first.twice().get(t),
                                    opposite.get(t),
                                    rounding)));
        }
        addOtherPoints(results);
        return new GradientReport(results, passes.mistakes());
    }

    /** Where all is right so far, also looks elsewhere. */
    private void addOtherPoints(List<TensorResult> results) {
        if (results.stream().anyMatch(result -> result.verdict() == Verdict.WRONG)
                || point.output().shape().elements() == 0) {
            return;
        }
        var random = TorchRandom.seeded(sampling.seed() + 7);
        var values = new IdentityHashMap<Parameter, Tensor>();
        passes.parameters().values().forEach(parameter -> {
            values.put(parameter, parameter.value().copy());
            parameter.value().copyFrom(Tensors.shaken(parameter.value(), random));
        });
        try {
            var second =
                    Arrays.stream(batch).map(x -> Tensors.changed(x, random)).toArray(Tensor[]::new);
            add(results, second, "at another point ", false);
            var longer = longer(second);
            if (longer != null) {
                add(results, longer, "with " + longer[0].size(0) + " rows in place of " + batch[0].size(0) + " ", true);
            }
        } finally {
            values.forEach((parameter, value) -> parameter.value().copyFrom(value));
        }
    }

    /** Adds what a sample of the gradients at other inputs shows. */
    private void add(List<TensorResult> results, Tensor[] inputs, String where, boolean rows) {
        var other = new PointCheck(passes, inputs, tolerance, new Coverage(8, 6, 2, sampling.seed() + 3));
        if (!Tensors.isFinite(other.output())) {
            return;
        }
        List<TensorResult> found;
        try {
            found = other.results(other.gradients().once(), false, (_, _, _, _) -> false);
        } catch (RuntimeException | AssertionError thrown) {
            if (!rows) {
                throw thrown;
            }
            var cause = new Cause(
                    Cause.Kind.ROW_COUNT,
                    where + "backward throws " + thrown + ": a number of rows is written into the code");
            results.replaceAll(result -> result.with(cause));
            return;
        }
        for (int t = 0; t < found.size(); t++) {
            var result = found.get(t);
            var cause = result.cause();
            if (cause != null
                    && result.verdict() == Verdict.WRONG
                    && results.get(t).verdict() != Verdict.WRONG) {
                var sentence = where + "it is wrong"
                        + (rows
                                ? ": a number of rows is written into the code, or " + cause.explanation()
                                : cause.introduced());
                results.set(t, result.with(new Cause(rows ? Cause.Kind.ROW_COUNT : cause.kind(), sentence)));
            }
        }
    }

    /** The inputs with one more row each, or the first input alone; null where the forward pass takes neither. */
    private Tensor @Nullable [] longer(Tensor[] inputs) {
        if (inputs[0].shape().rank() == 0 || inputs[0].size(0) == 0) {
            return null;
        }
        int rows = inputs[0].size(0);
        for (boolean all : new boolean[] {true, false}) {
            var longer = IntStream.range(0, inputs.length)
                    .mapToObj(i -> {
                        boolean grows = i == 0 || (all && inputs[i].shape().rank() > 0 && inputs[i].size(0) == rows);
                        return grows ? longer(inputs[i]) : inputs[i];
                    })
                    .toArray(Tensor[]::new);
            if (takes(longer)) {
                return longer;
            }
        }
        return null;
    }

    /** Whether the forward pass computes something: whatever it throws, it need not take another number of rows. */
    private boolean takes(Tensor... inputs) {
        try {
            return Tensors.isFinite(passes.forward(WatchedPasses.copies(inputs)));
        } catch (RuntimeException | AssertionError refused) {
            return false;
        }
    }

    private static Tensor longer(Tensor x) {
        var last = x.indexSelect(0, Tensor.of(new int[] {x.size(0) - 1}, 1));
        return Tensor.cat(0, x, x.dtype() == DType.INT32 ? last : last.mul(1.125));
    }

    /** Whether the gradient depends on the batch before, or is still that of the first batch. */
    private boolean isStale(int t, Tensor gradient, Tensor expected, double rounding) {
        for (int number = 1; number <= 2; number++) {
            new PointCheck(passes, earlierBatch(number), tolerance, sampling).gradients();
            if (!point.gradients().once().get(t).equals(gradient)) {
                return true;
            }
        }
        var first = new PointCheck(passes, earlierBatch(0), tolerance, sampling).differences(t);
        double close = Evidence.closeness(expected, rounding);
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

    /** Another batch of the same shapes, so that whatever is wrongly kept from it shows. */
    private Tensor[] earlierBatch(long number) {
        var random = TorchRandom.seeded(sampling.seed() + 2 + number);
        return Arrays.stream(batch).map(x -> Tensors.changed(x, random)).toArray(Tensor[]::new);
    }
}
