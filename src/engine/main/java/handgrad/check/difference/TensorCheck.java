package handgrad.check.difference;

import handgrad.check.difference.Judgement.Finding;
import handgrad.check.result.Cause;
import handgrad.check.result.TensorResult;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Compares the gradient of one tensor with central differences. */
public final class TensorCheck {
    /** The largest share of the derivatives that may be skipped. */
    private static final double MOST_SKIPPED = 0.25;

    /** Once so many derivatives are wrong, the others are compared at the first step alone. */
    private static final int ENOUGH = 4;

    /** What matters to nobody, relative to the largest element of a gradient. */
    private static final double LEAST = 0x1p-56;

    /** An element that drowns may be skipped where no more than this part of the usual element can be in it. */
    private static final double LITTLE = 1e-6;

    /** In place of an element: the derivative is along a direction. */
    private static final int DIRECTION = -1;

    /** An element at which outputs have no derivative. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Bend(int element, int[] outputs) {}

    /** A derivative as backward gives it and as differences give it. */
    private record Point(int element, double analytic, double numeric) {
        double error() {
            return Math.abs(analytic - numeric);
        }
    }

    private final Tensor gradient;
    private final CentralDifferences differences;
    private final List<Tensor> jacobian;
    private final Supplier<Tensor> rounding;
    private final double least;
    private final double usual;
    private final List<Bend> bends = new ArrayList<>();
    private final Map<Finding, Set<Integer>> skipped = new EnumMap<>(Finding.class);
    private Point worst = new Point(DIRECTION, 0, 0);
    private double largest;
    private double maxdiff;
    private int partials;
    private int compared;
    private int wrong;
    private boolean seen;
    private boolean drowns;

    /**
     * A check that has not run.
     *
     * @param gradient FLOAT64, of any shape
     * @param jacobian the gradient of each output alone, compared too; empty where there are too many outputs
     * @param rounding asked for the rounding of the gradient if that may matter
     */
    public TensorCheck(
            Tensor gradient, CentralDifferences differences, List<Tensor> jacobian, Supplier<Tensor> rounding) {
        this.gradient = gradient;
        this.differences = differences;
        this.jacobian = jacobian;
        this.rounding = rounding;
        this.least = LEAST * Tensors.largest(gradient);
        double[] sizes =
                Arrays.stream(gradient.doubles()).map(Math::abs).sorted().toArray();
        this.usual = sizes.length == 0 ? 0 : sizes[sizes.length / 2];
    }

    /** Where the function has no derivative, as far as it was compared. */
    public List<Bend> bends() {
        return bends;
    }

    /**
     * Compares the gradient with the differences.
     *
     * @param diagnosis asked for the cause if the gradient is wrong
     */
    public TensorResult run(String name, Coverage sampling, Supplier<Cause> diagnosis) {
        var shape = differences.x().shape();
        if (!gradient.shape().equals(shape) || !Tensors.isFinite(gradient)) {
            return TensorResult.withoutValues(name, shape, diagnosis.get());
        }
        for (int element : sampling.elementsOf(shape)) {
            compare(element);
        }
        for (var signs : directions(sampling)) {
            compared += sampling.isFull(shape) ? 0 : 1;
            compareAlong(differences.direction(signs));
        }
        if (sampling.isFull(shape)) {
            skipped.values().forEach(elements -> elements.remove(DIRECTION));
        }
        return result(name, diagnosis);
    }

    /** A gradient of zeros could be one that was never computed: all elements together must not move the outputs. */
    private List<Tensor> directions(Coverage sampling) {
        var shape = gradient.shape();
        return Tensors.largest(gradient) == 0 && shape.elements() > 0
                ? List.of(Tensors.signs(shape, TorchRandom.seeded(sampling.seed() + 1)))
                : sampling.directionsOf(shape);
    }

    private void compare(int element) {
        var derivative = differences.of(element);
        double analytic = gradient.getFlat(element);
        if (wrong >= ENOUGH) {
            double value = derivative.value();
            if (!Double.isNaN(value)) {
                differences.keep(element, value);
                note(element, analytic, value, false);
            }
            return;
        }
        compared++;
        var judgement = judge(derivative, analytic, Steps.ALL, element);
        // What no difference can contradict counts as given, so that it hides no mistake elsewhere.
        differences.keep(element, Double.isNaN(judgement.numeric()) ? analytic : judgement.numeric());
        if (count(element, analytic, judgement)) {
            for (int i = 0; i < jacobian.size(); i++) {
                double given = jacobian.get(i).getFlat(element);
                count(element, given, judge(derivative, given, i, element));
            }
        } else if (judgement.is(Finding.BENT)) {
            bends.add(new Bend(element, derivative.bentOutputs()));
        }
    }

    /** Judges a derivative; one that differs is judged again with its own rounding. */
    private Judgement judge(Derivative derivative, double given, int output, int element) {
        var judgement = derivative.judge(given, output, least);
        if (judgement.is(Finding.DIFFERS)) {
            return derivative.judge(given, output, least + rounding.get().getFlat(element));
        }
        return output == Steps.ALL ? orBent(judgement, derivative) : judgement;
    }

    /** Where a derivative is not confirmed and the two sides stay apart, it is a bend that is in the way. */
    private static Judgement orBent(Judgement judgement, Derivative derivative) {
        return judgement.is(Finding.AGREES) || !derivative.hasBend()
                ? judgement
                : new Judgement(Finding.BENT, judgement.numeric(), judgement.error());
    }

    private void compareAlong(Tensor direction) {
        var terms = gradient.mul(direction);
        double analytic = terms.sum().item();
        double norm = Math.sqrt(terms.mul(terms).sum().item());
        var derivative = differences.along(direction);
        var judgement =
                derivative.judge(analytic, Steps.ALL, differences.tolerance().rtol() * norm);
        if (judgement.is(Finding.DIFFERS)) {
            double own = rounding.get().mul(direction.abs()).sum().item();
            judgement = derivative.judge(
                    analytic, Steps.ALL, differences.tolerance().rtol() * norm + own);
        }
        // Elements that move together meet several bends, and no two numbers bound the sum of all: each alone tells.
        judgement = orBent(judgement, derivative);
        if (judgement.is(Finding.DIFFERS) && Math.abs(analytic - judgement.numeric()) <= left(direction)) {
            judgement = new Judgement(Finding.DROWNED, judgement.numeric(), judgement.error());
        }
        count(DIRECTION, analytic, judgement);
    }

    /** What the gradient may lack along a direction, because elements of it are left over from numbers like dOut. */
    private double left(Tensor direction) {
        double most = Derivative.LEFT * differences.largestWeight();
        double left = 0;
        for (int i = 0; i < gradient.shape().elements(); i++) {
            double element = gradient.getFlat(i);
            if (Math.abs(element) <= most && Derivative.isLeftOver(element)) {
                left += most * Math.abs(direction.getFlat(i));
            }
        }
        return left;
    }

    /** Counts a derivative; whether it is right. */
    private boolean count(int element, double analytic, Judgement judgement) {
        drowns |= judgement.is(Finding.DROWNED) && judgement.error() > LITTLE * usual;
        seen |= judgement.is(Finding.AGREES) && judgement.isSeen(analytic);
        switch (judgement.finding()) {
            case AGREES, DIFFERS -> note(element, analytic, judgement.numeric(), judgement.is(Finding.DIFFERS));
            case BENT, DROWNED, UNSETTLED ->
                skipped.computeIfAbsent(judgement.finding(), _ -> new HashSet<>())
                        .add(element);
        }
        return judgement.is(Finding.AGREES);
    }

    private void note(int element, double analytic, double numeric, boolean differs) {
        var point = new Point(element, analytic, numeric);
        partials++;
        largest = Math.max(largest, Math.abs(numeric));
        maxdiff = Math.max(maxdiff, point.error());
        if (differs) {
            worst = wrong == 0 || point.error() > worst.error() ? point : worst;
            wrong++;
        }
    }

    private TensorResult result(String name, Supplier<Cause> diagnosis) {
        int all =
                (int) skipped.values().stream().flatMap(Set::stream).distinct().count();
        return new TensorResult(
                name,
                gradient.shape(),
                partials,
                all,
                largest == 0 ? maxdiff : maxdiff / largest,
                maxdiff,
                worst.element == DIRECTION ? List.of() : Tensors.index(gradient.shape(), worst.element),
                worst.analytic,
                worst.numeric,
                wrong > 0 ? diagnosis.get() : unchecked(all));
    }

    private int skipped(Finding finding) {
        return skipped.getOrDefault(finding, Set.of()).size();
    }

    /** Whether the gradient is 0 but for its own rounding. */
    private boolean isRounding() {
        var own = rounding.get();
        for (int i = 0; i < own.shape().elements(); i++) {
            if (Math.abs(gradient.getFlat(i)) > own.getFlat(i)) {
                return false;
            }
        }
        return true;
    }

    private Cause unseen() {
        return new Cause(
                Cause.Kind.DROWNED,
                "it is so small, " + String.format(Locale.ROOT, "%.2g", Tensors.largest(gradient))
                        + " at most, that the outputs do not show it: choose inputs at which they depend on "
                        + "the tensor more");
    }

    private @Nullable Cause unchecked(int all) {
        int drowned = skipped(Finding.DROWNED);
        if (drowned > 0 && (drowns || all > MOST_SKIPPED * compared)) {
            return new Cause(
                    Cause.Kind.DROWNED,
                    "at " + drowned + " of " + compared + " elements a change of the input vanishes in the rounding of"
                            + " the output: choose inputs of a size like the output's, or scale the output down");
        }
        if (all <= MOST_SKIPPED * compared) {
            return seen || compared == all || isRounding() ? null : unseen();
        }
        return skipped(Finding.BENT) * 2 >= all
                ? new Cause(
                        Cause.Kind.NOT_SMOOTH,
                        "at " + all + " of " + compared
                                + " elements the function has no derivative, which is too many to say anything: choose"
                                + " inputs away from where it jumps or bends")
                : new Cause(
                        Cause.Kind.UNSETTLED,
                        "at " + all + " of " + compared + " elements differences at no two steps agree: the function"
                                + " jumps, or is too steep or too noisy there; choose inputs of the usual size, about"
                                + " 1");
    }
}
