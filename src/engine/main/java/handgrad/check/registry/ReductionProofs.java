package handgrad.check.registry;

import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * Sums, means, variances and maxima, of all elements or over one dimension.
 *
 * <p>Those of all elements are those of one dimension of the flattened tensor. Where the result keeps its dimension
 * with size 1 or leaves it out, the gradient is the same, but for its shape.
 */
final class ReductionProofs {
    private static final String OUTSIDE = "dimension 2 is outside of (2, 3), which has 2 dimensions";

    private final Draw draw = new Draw(3);

    List<Proof> proofs() {
        return List.of(
                all("sum", Tensor::sum, sum(), ReductionProofs::sum),
                overOne("sum", d -> over(d, false, x -> x.sum(d), sum(), ReductionProofs::sum)),
                keeping("sum", (d, keep) -> over(d, keep, x -> x.sum(d, keep), sum(), ReductionProofs::sum)),
                all("mean", Tensor::mean, mean(), ReductionProofs::mean),
                overOne("mean", d -> over(d, false, x -> x.mean(d), mean(), ReductionProofs::mean)),
                keeping("mean", (d, keep) -> over(d, keep, x -> x.mean(d, keep), mean(), ReductionProofs::mean)),
                all("var", Tensor::var, var(Variance.UNBIASED), x -> var(x, Variance.UNBIASED)),
                spread("var", false, (d, m, keep) -> over(d, keep, x -> x.var(d, m), var(m), x -> var(x, m))),
                spread("var", true, (d, m, keep) -> over(d, keep, x -> x.var(d, m, keep), var(m), x -> var(x, m))),
                all("std", Tensor::std, std(Variance.UNBIASED), x -> std(x, Variance.UNBIASED)),
                spread("std", false, (d, m, keep) -> over(d, keep, x -> x.std(d, m), std(m), x -> std(x, m))),
                spread("std", true, (d, m, keep) -> over(d, keep, x -> x.std(d, m, keep), std(m), x -> std(x, m))),
                max(),
                argmax());
    }

    /** The gradient of x, of the shape of x, where dOut keeps the dimension d that was reduced. */
    private interface Backward {
        Tensor apply(Tensor dOut, Tensor x, int d);
    }

    /** out = Σ x: every x has the factor 1 in its sum, so dX = dOut, repeated along the dimension. */
    private static Backward sum() {
        return (dOut, x, _) -> InputGradients.zerosLike(x).add(dOut);
    }

    /** out = Σ x / n: dX = dOut / n, repeated along the dimension. */
    private static Backward mean() {
        return (dOut, x, d) -> InputGradients.zerosLike(x).add(dOut.div(x.size(d)));
    }

    /**
     * out = Σ (x - mean)² / m, with m = n - 1 (unbiased) or n: dX = dOut · 2 (x - mean) / m. The mean depends on x as
     * well, but Σ (x - mean) = 0, so what would come through it is 0.
     */
    private static Backward var(Variance variance) {
        return (dOut, x, d) ->
                x.sub(x.mean(d, true)).mul(2.0 / divisor(x.size(d), variance)).mul(dOut);
    }

    private static int divisor(int n, Variance variance) {
        return variance == Variance.UNBIASED ? n - 1 : n;
    }

    /** out = √variance: dVariance = dOut / (2 · out), so dX = dOut · (x - mean) / (m · out). */
    private static Backward std(Variance variance) {
        return (dOut, x, d) -> {
            var dVariance = dOut.div(x.std(d, variance, true).mul(2));
            return var(variance).apply(dVariance, x, d);
        };
    }

    /**
     * out = the largest x: dX = dOut at the first of the largest, 0 elsewhere. With two largest there is no derivative.
     */
    private static Backward backwardOfMax() {
        return (dOut, x, d) -> {
            var last = x.transpose(d, -1);
            var chosen = last.argmax(-1).oneHot(x.size(d)).to(x.dtype());
            return chosen.mul(dOut.transpose(d, -1)).transpose(d, -1);
        };
    }

    private static double sum(double[] x) {
        double sum = 0;
        for (double v : x) {
            sum += v;
        }
        return sum;
    }

    private static double mean(double[] x) {
        return sum(x) / x.length;
    }

    private static double var(double[] x, Variance variance) {
        double mean = mean(x);
        double squares = 0;
        for (double v : x) {
            squares += (v - mean) * (v - mean);
        }
        return squares / divisor(x.length, variance);
    }

    private static double std(double[] x, Variance variance) {
        return Math.sqrt(var(x, variance));
    }

    /** A reduction over one dimension, with a definition that reduces the numbers along it. */
    private static Computation over(
            int dimension,
            boolean keep,
            UnaryOperator<Tensor> forward,
            Backward backward,
            ToDoubleFunction<double[]> definition) {
        return new Computation(
                x -> forward.apply(x[0]),
                (dOut, x) -> {
                    var kept = dOut.reshape(x[0].shape().with(dimension, 1).toArray());
                    return InputGradients.of(backward.apply(kept, x[0], dimension));
                },
                new Definition(x -> along(x[0], dimension, keep, definition), x -> x[0].size(dimension)));
    }

    private static Tensor along(Tensor x, int dimension, boolean keep, ToDoubleFunction<double[]> definition) {
        int d = x.shape().dimension(dimension);
        var out = Definition.tensor(x.shape().with(d, 1), index -> {
            double[] values = new double[x.size(d)];
            for (index[d] = 0; index[d] < values.length; index[d]++) {
                values[index[d]] = x.get(index);
            }
            return definition.applyAsDouble(values);
        });
        return keep ? out : out.reshape(x.shape().without(d).toArray());
    }

    /** A reduction of all elements. */
    private Proof all(
            String name, UnaryOperator<Tensor> forward, Backward backward, ToDoubleFunction<double[]> definition) {
        var formula = new Computation(
                x -> forward.apply(x[0]),
                (dOut, x) -> {
                    var dFlat = backward.apply(dOut.reshape(1), flat(x[0]), 0);
                    return InputGradients.of(dFlat.reshape(x[0].shape().toArray()));
                },
                new Definition(
                        x -> along(flat(x[0]), 0, false, definition),
                        x -> x[0].shape().elements()));
        return Proof.named("Tensor." + name + "()")
                .samples(formula, Draw.all(draw::normal, new int[][] {
                    {2}, {17}, {1, 31}, {3, 17}, {5, 3}, {2, 3, 5}, {2, 1, 3, 4}, {13, 19}
                }))
                .refuses(integers(name), () -> formula.forward().apply(Draw.integers()));
    }

    private static Tensor flat(Tensor x) {
        return x.reshape(x.shape().elements());
    }

    private Proof overOne(String name, IntFunction<Computation> over) {
        return Proof.named("Tensor." + name + "(int)")
                .sample(over.apply(0), draw.normal(1))
                .sample(over.apply(0), draw.normal(17))
                .sample(over.apply(-1), draw.normal(1, 31))
                .sample(over.apply(0), draw.normal(1, 31))
                .sample(over.apply(0), draw.normal(3, 17))
                .sample(over.apply(1), draw.normal(2, 3, 5))
                .sample(over.apply(-2), draw.normal(2, 1, 3, 4))
                .sample(over.apply(1), draw.normal(0, 3))
                .sample(over.apply(0), draw.normal(13, 19))
                .refuses(integers(name), () -> over.apply(0).forward().apply(Draw.integers()))
                .refuses(OUTSIDE, () -> over.apply(2).forward().apply(Tensor.zeros(2, 3)));
    }

    /** A reduction that is told whether the result keeps the dimension. */
    private interface Keeping {
        Computation over(int dimension, boolean keep);
    }

    private Proof keeping(String name, Keeping keeping) {
        return keeping(name + "(int, boolean)", name, keeping);
    }

    private Proof keeping(String signature, String name, Keeping keeping) {
        return Proof.named("Tensor." + signature)
                .sample(keeping.over(0, true), draw.normal(2))
                .sample(keeping.over(0, false), draw.normal(17))
                .sample(keeping.over(-1, true), draw.normal(1, 31))
                .sample(keeping.over(0, true), draw.normal(3, 17))
                .sample(keeping.over(1, false), draw.normal(3, 17))
                .sample(keeping.over(1, true), draw.normal(2, 3, 5))
                .sample(keeping.over(-2, false), draw.normal(2, 2, 3, 4))
                .sample(keeping.over(1, true), draw.normal(0, 3))
                .sample(keeping.over(0, true), draw.normal(13, 19))
                .refuses(integers(name), () -> keeping.over(0, true).forward().apply(Draw.integers()))
                .refuses(OUTSIDE, () -> keeping.over(2, true).forward().apply(Tensor.zeros(2, 3)));
    }

    /** A reduction that is told how to divide and whether the result keeps the dimension. */
    private interface Spread {
        Computation over(int dimension, Variance variance, boolean keep);
    }

    /** Of the form that may keep the dimension, or of that which leaves it out. */
    private Proof spread(String name, boolean mayKeep, Spread spread) {
        var signature = name + (mayKeep ? "(int, Variance, boolean)" : "(int, Variance)");
        return keeping(signature, name, (d, keep) -> spread.over(d, Variance.UNBIASED, mayKeep && keep))
                .sample(spread.over(0, Variance.BIASED, mayKeep), draw.normal(5))
                .sample(spread.over(0, Variance.BIASED, false), draw.normal(3, 17))
                .sample(spread.over(-1, Variance.BIASED, mayKeep), draw.normal(2, 3, 5));
    }

    private Proof max() {
        Keeping max = (d, keep) -> over(d, keep, x -> x.max(d, keep), backwardOfMax(), ReductionProofs::max);
        return keeping("max", max)
                .sample(max.over(0, false), draw.normal(1))
                .sample(max.over(0, true), Draw.points(1, 3, 3, 2, 0, -1, 2, 1))
                .refuses(
                        "max: dimension 0 of (0, 3) is empty",
                        () -> Tensor.zeros(0, 3).max(0, true));
    }

    private static double max(double[] x) {
        return Arrays.stream(x).max().orElseThrow();
    }

    /** An index does not move with x, so argmax has no gradient. */
    private Proof argmax() {
        return Proof.named("Tensor.argmax(int)")
                .sample(argmax(0), draw.normal(1))
                .sample(argmax(0), draw.normal(17))
                .sample(argmax(-1), draw.normal(1, 31))
                .sample(argmax(0), draw.normal(3, 17))
                .sample(argmax(1), draw.normal(2, 3, 5))
                .sample(argmax(-2), draw.normal(2, 1, 3, 4))
                .sample(argmax(1), draw.normal(0, 3))
                .sample(argmax(0), Draw.points(1, 3, 3, 2))
                .refuses(integers("argmax"), () -> Draw.integers().argmax(0))
                .refuses(
                        "argmax: dimension 1 of (2, 0) is empty",
                        () -> Tensor.zeros(2, 0).argmax(1));
    }

    private static Computation argmax(int d) {
        return new Computation(
                x -> x[0].argmax(d), null, new Definition(x -> along(x[0], d, false, ReductionProofs::argmax)));
    }

    private static double argmax(double[] x) {
        int best = 0;
        for (int i = 1; i < x.length; i++) {
            best = x[i] > x[best] ? i : best;
        }
        return best;
    }

    private static String integers(String name) {
        return name + ": wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to";
    }
}
