package handgrad.check;

import handgrad.check.difference.Tensors;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Random compositions of operations on matrices, with gradients by hand, at small, usual and large inputs; right, or
 * with one mistake in the gradient of one operation.
 */
final class Compositions {
    /** The gradients of x and of the weight w, which is x itself where there is none; y is the output. */
    @FunctionalInterface
    interface Gradient {
        Tensor[] of(Tensor d, Tensor x, Tensor w, Tensor y);
    }

    /** An operation on a matrix x and a weight. */
    private record Step(
            String name,
            Function<Tensor, int[]> weight,
            BiFunction<Tensor, Tensor, Tensor> forward,
            Gradient gradient,
            Map<String, Gradient> mistakes) {
        Step but(String mistake, Gradient wrong) {
            mistakes.put(mistake, wrong);
            return this;
        }
    }

    /** A mistake in the gradient of a step. */
    private record Mistake(String name, int step, Gradient gradient) {}

    /** A function with its gradient. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Composition(String name, Tensor[] inputs, Function<Tensor[], List<Tensor>> values, TensorGradient backward) {
        Tensor forward(Tensor... x) {
            return values.apply(x).getLast();
        }

        GradientCheck check(long seed) {
            return GradientCheck.of(this::forward, backward).inputs(inputs).seed(seed);
        }
    }

    private static final int[] NONE = {};

    private static Step of(String name, UnaryOperator<Tensor> f, Gradient gradient) {
        return new Step(name, _ -> NONE, (x, _) -> f.apply(x), gradient, new LinkedHashMap<>());
    }

    /** An operation on each element, with its derivative from x and y. */
    private static Step each(String name, UnaryOperator<Tensor> f, BiFunction<Tensor, Tensor, Tensor> derivative) {
        return of(name, f, (d, x, _, y) -> one(d.mul(derivative.apply(x, y))))
                .but("the derivative forgotten", (d, _, _, _) -> one(d))
                .but("of the output", (d, _, _, y) -> one(d.mul(derivative.apply(y, y))));
    }

    private static Step of(
            String name, Function<Tensor, int[]> weight, BiFunction<Tensor, Tensor, Tensor> f, Gradient gradient) {
        return new Step(name, weight, f, gradient, new LinkedHashMap<>());
    }

    private static Tensor[] one(Tensor dX) {
        return new Tensor[] {dX};
    }

    private static Tensor[] two(Tensor dX, Tensor dW) {
        return new Tensor[] {dX, dW};
    }

    private static int[] row(Tensor x) {
        return new int[] {x.size(1)};
    }

    private static int[] column(Tensor x) {
        return new int[] {x.size(0), 1};
    }

    private static Tensor map(Tensor x, java.util.function.DoubleUnaryOperator f) {
        var y = x.copy();
        for (int i = 0; i < x.shape().elements(); i++) {
            y.setFlat(i, f.applyAsDouble(x.getFlat(i)));
        }
        return y;
    }

    private static Tensor softmax(Tensor x, int dimension) {
        var counts = x.sub(x.max(dimension, true)).exp();
        return counts.div(counts.sum(dimension, true));
    }

    private static Tensor softmaxBackward(Tensor d, Tensor y, int sumOver) {
        return y.mul(d.sub(d.mul(y).sum(sumOver, true)));
    }

    private static Tensor inverse(Tensor x, int dimension) {
        return x.var(dimension, Variance.BIASED, true).add(1e-5).pow(-0.5);
    }

    private static Tensor normalized(Tensor x, int dimension) {
        return x.sub(x.mean(dimension, true)).mul(inverse(x, dimension));
    }

    private static Tensor normalizedBackward(Tensor d, Tensor x, int dimension, double mean, double variance) {
        var y = normalized(x, dimension);
        return inverse(x, dimension)
                .mul(d.sub(d.mean(dimension, true).mul(mean))
                        .sub(y.mul(d.mul(y).mean(dimension, true)).mul(variance)));
    }

    private static Step normalization(String name, int dimension) {
        return of(name, x -> normalized(x, dimension), (d, x, _, _) -> one(normalizedBackward(d, x, dimension, 1, 1)))
                .but("mean term forgotten", (d, x, _, _) -> one(normalizedBackward(d, x, dimension, 0, 1)))
                .but("variance term forgotten", (d, x, _, _) -> one(normalizedBackward(d, x, dimension, 1, 0)))
                .but("variance term added", (d, x, _, _) -> one(normalizedBackward(d, x, dimension, 1, -1)))
                .but("other dimension", (d, x, _, _) -> one(normalizedBackward(d, x, 1 - dimension, 1, 1)))
                .but(
                        "n - 1",
                        (d, x, _, _) -> one(
                                normalizedBackward(d, x, dimension, 1, x.size(dimension) / (x.size(dimension) - 1.0))));
    }

    private static final double GELU = Math.sqrt(2 / Math.PI);

    private static double geluDerivative(double x, double constant) {
        double t = Math.tanh(GELU * (x + constant * x * x * x));
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU * (1 + 3 * constant * x * x);
    }

    private static Gradient gelu(double constant) {
        return (d, x, _, _) ->
                one(d.mul(map(x, v -> Math.abs(v) > 100 ? (v > 0 ? 1 : 0) : geluDerivative(v, constant))));
    }

    private static final List<Step> STEPS = List.of(
            of("+ row", Compositions::row, Tensor::add, (d, _, _, _) -> two(d, d.sum(0)))
                    .but("mean for sum", (d, _, _, _) -> two(d, d.mean(0)))
                    .but("first row", (d, _, _, _) -> two(d, first(d).reshape(d.size(1))))
                    .but("1/6 in the code", (d, _, _, _) -> two(d, d.mean(0).mul(d.size(0) == 4 ? 4 : 5))),
            of(
                            "∘ row",
                            Compositions::row,
                            Tensor::mul,
                            (d, x, w, _) -> two(d.mul(w), d.mul(x).sum(0)))
                    .but("no factor", (d, x, _, _) -> two(d, d.mul(x).sum(0)))
                    .but("no x", (d, _, w, _) -> two(d.mul(w), d.sum(0)))
                    .but("exchanged", (d, x, w, _) -> two(d.mul(x), d.mul(w).sum(0)))
                    .but("of the output", (d, _, w, y) -> two(d.mul(w), d.mul(y).sum(0)))
                    .but("mean", (d, x, w, _) -> two(d.mul(w), d.mul(x).mean(0))),
            of(
                            "- column",
                            Compositions::column,
                            Tensor::sub,
                            (d, _, _, _) -> two(d, d.sum(1, true).neg()))
                    .but("sign", (d, _, _, _) -> two(d, d.sum(1, true)))
                    .but("not summed", (d, _, _, _) -> two(d, d.neg())),
            of(
                            "∘ column",
                            Compositions::column,
                            Tensor::mul,
                            (d, x, w, _) -> two(d.mul(w), d.mul(x).sum(1, true)))
                    .but("twice", (d, x, w, _) -> two(d.mul(w).mul(w), d.mul(x).sum(1, true)))
                    .but("abs", (d, x, w, _) -> two(d.mul(w.abs()), d.mul(x).sum(1, true))),
            of(
                            "/ row",
                            Compositions::row,
                            (x, w) -> x.div(w.pow(2).add(1)),
                            (d, x, w, y) -> two(
                                    d.div(w.pow(2).add(1)),
                                    d.mul(y).mul(w).mul(-2).div(w.pow(2).add(1)).sum(0)))
                    .but(
                            "no square",
                            (d, x, w, _) -> two(
                                    d.div(w.pow(2).add(1)),
                                    d.mul(x).mul(w).mul(-2).div(w.pow(2).add(1)).sum(0)))
                    .but(
                            "2 forgotten",
                            (d, x, w, y) -> two(
                                    d.div(w.pow(2).add(1)),
                                    d.mul(y).mul(w).neg().div(w.pow(2).add(1)).sum(0))),
            of(
                            "· w",
                            x -> new int[] {x.size(1), 3},
                            Tensor::matmul,
                            (d, x, w, _) -> two(d.matmul(w.t()), x.t().matmul(d)))
                    .but(
                            "1/n",
                            (d, x, w, _) -> two(d.matmul(w.t()), x.t().matmul(d).div(x.size(0))))
                    .but(
                            "last row",
                            (d, x, w, _) -> two(d.matmul(w.t()), last(x).t().matmul(last(d))))
                    .but(
                            "not transposed",
                            (d, x, w, _) -> two(
                                    w.size(0) == 3
                                            ? d.matmul(w)
                                            : d.matmul(w.t()).neg(),
                                    x.t().matmul(d)))
                    .but(
                            "1/6 in the code",
                            (d, x, w, _) -> two(d.matmul(w.t()), x.t().matmul(d).mul(x.size(0) / 5.0))),
            of(
                            "square w ·",
                            x -> new int[] {x.size(0), x.size(0)},
                            (x, w) -> w.matmul(x),
                            (d, x, w, _) -> two(w.t().matmul(d), d.matmul(x.t())))
                    .but("w not transposed", (d, x, w, _) -> two(w.matmul(d), d.matmul(x.t())))
                    .but("result transposed", (d, x, w, _) -> two(w.t().matmul(d), x.matmul(d.t()))),
            each("tanh", Tensor::tanh, (_, y) -> y.pow(2).neg().add(1))
                    .but("1 - y", (d, _, _, y) -> one(d.mul(y.neg().add(1))))
                    .but("y² - 1", (d, _, _, y) -> one(d.mul(y.pow(2).sub(1)))),
            each(
                            "sigmoid",
                            x -> map(x, v -> 1 / (1 + Math.exp(-v))),
                            (_, y) -> y.mul(y.neg().add(1)))
                    .but("y", (d, _, _, y) -> one(d.mul(y))),
            each("relu", Tensor::relu, (x, _) -> map(x, v -> v > 0 ? 1 : 0))
                    .but("mask of dOut", (d, _, _, _) -> one(d.relu()))
                    .but("threshold 1", (d, x, _, _) -> one(d.mul(map(x, v -> v > 1 ? 1 : 0)))),
            each("leaky relu", x -> map(x, v -> v > 0 ? v : 0.01 * v), (x, _) -> map(x, v -> v > 0 ? 1 : 0.01))
                    .but("0.1", (d, x, _, _) -> one(d.mul(map(x, v -> v > 0 ? 1 : 0.1)))),
            each("abs", Tensor::abs, (x, _) -> map(x, Math::signum))
                    .but("negative", (d, x, _, _) -> one(d.mul(map(x, v -> v < 0 ? 1 : -1)))),
            each(
                            "gelu",
                            x -> map(
                                    x,
                                    v -> Math.abs(v) > 100
                                            ? Math.max(v, 0)
                                            : 0.5 * v * (1 + Math.tanh(GELU * (v + 0.044715 * v * v * v)))),
                            (x, _) -> gelu(0.044715).of(ones(x), x, x, x)[0])
                    .but("0.0447", gelu(0.0447))
                    .but("0.45", gelu(0.45)),
            each(
                            "silu",
                            x -> map(x, v -> v / (1 + Math.exp(-v))),
                            (x, _) -> map(x, v -> (1 + v / (1 + Math.exp(v))) / (1 + Math.exp(-v))))
                    .but("sigmoid", (d, x, _, _) -> one(d.mul(map(x, v -> 1 / (1 + Math.exp(-v)))))),
            each(
                            "exp tanh",
                            x -> x.tanh().exp(),
                            (x, y) -> y.mul(x.tanh().pow(2).neg().add(1)))
                    .but("exp", (d, _, _, y) -> one(d.mul(y))),
            each("square", x -> x.mul(x), (x, _) -> x.mul(2)).but("one use", (d, x, _, _) -> one(d.mul(x))),
            each("root", x -> x.pow(2).add(1).sqrt(), Tensor::div)
                    .but("2", (d, x, _, y) -> one(d.mul(x).mul(2).div(y)))
                    .but("y / x", (d, x, _, y) -> one(d.mul(y).div(x))),
            each(
                            "1 / (1 + x²)",
                            x -> x.pow(2).add(1).pow(-1),
                            (x, y) -> y.pow(2).mul(x).mul(-2))
                    .but("y", (d, x, _, y) -> one(d.mul(y.mul(x).mul(-2)))),
            each(
                            "log(1 + x²)",
                            x -> map(x, v -> Math.log1p(v * v)),
                            (x, _) -> x.mul(2).div(x.pow(2).add(1)))
                    .but("2", (d, x, _, _) -> one(d.mul(x.div(x.pow(2).add(1))))),
            of("softmax", x -> softmax(x, 1), (d, _, _, y) -> one(softmaxBackward(d, y, 1)))
                    .but("sum forgotten", (d, _, _, y) -> one(d.mul(y)))
                    .but("other dimension", (d, _, _, y) -> one(softmaxBackward(d, y, 0))),
            of("softmax of columns", x -> softmax(x, 0), (d, _, _, y) -> one(softmaxBackward(d, y, 0)))
                    .but("other dimension", (d, _, _, y) -> one(softmaxBackward(d, y, 1)))
                    .but(
                            "diagonal only",
                            (d, _, _, y) -> one(d.mul(y).mul(y.neg().add(1)))),
            of(
                            "log softmax",
                            x -> {
                                var shifted = x.sub(x.max(1, true));
                                return shifted.sub(shifted.exp().sum(1, true).log());
                            },
                            (d, _, _, y) -> one(d.sub(y.exp().mul(d.sum(1, true)))))
                    .but("sum of d forgotten", (d, _, _, y) -> one(d.sub(y.exp())))
                    .but("y for exp y", (d, _, _, y) -> one(d.sub(y.mul(d.sum(1, true))))),
            normalization("normalised columns", 0),
            normalization("normalised rows", 1),
            of("- mean of rows", x -> x.sub(x.mean(0, true)), (d, _, _, _) -> one(d.sub(d.mean(0, true))))
                    .but("mean forgotten", (d, _, _, _) -> one(d))
                    .but("1/n twice", (d, _, _, _) -> one(d.sub(d.mean(0, true).div(d.size(0)))))
                    .but(
                            "1/6 in the code",
                            (d, _, _, _) -> one(d.sub(d.sum(0, true).div(5)))),
            of("- max", x -> x.sub(x.max(1, true)), (d, x, _, _) -> one(d.sub(isMax(x).mul(d.sum(1, true)))))
                    .but("max forgotten", (d, _, _, _) -> one(d))
                    .but("every element", (d, _, _, _) -> one(d.sub(d.sum(1, true)))),
            of("transpose", Tensor::t, (d, _, _, _) -> one(d.t()))
                    .but("not", (d, x, _, _) -> one(d.reshape(x.size(0), x.size(1)))),
            of(
                            "x + tanh x",
                            x -> x.add(x.tanh()),
                            (d, x, _, _) ->
                                    one(d.add(d.mul(x.tanh().pow(2).neg().add(1)))))
                    .but(
                            "skip forgotten",
                            (d, x, _, _) -> one(d.mul(x.tanh().pow(2).neg().add(1))))
                    .but("skip only", (d, _, _, _) -> one(d)),
            of(
                            "cat",
                            x -> Tensor.cat(1, x, x.mul(3)),
                            (d, x, _, _) -> one(left(d, x).add(right(d, x).mul(3))))
                    .but("second forgotten", (d, x, _, _) -> one(left(d, x)))
                    .but("exchanged", (d, x, _, _) -> one(left(d, x).mul(3).add(right(d, x)))),
            of("Σ rows", x -> x.sum(0, true), (d, x, _, _) -> one(ones(x).mul(d)))
                    .but("mean", (d, x, _, _) -> one(ones(x).mul(d).div(x.size(0)))),
            of(
                            "mean of columns",
                            x -> x.mean(1, true),
                            (d, x, _, _) -> one(ones(x).mul(d).div(x.size(1))))
                    .but("1/n forgotten", (d, x, _, _) -> one(ones(x).mul(d)))
                    .but("n - 1", (d, x, _, _) -> one(ones(x).mul(d).div(x.size(1) + 1))));

    private static Tensor ones(Tensor x) {
        return Tensor.zeros(DType.FLOAT64, x.shape()).fill(1);
    }

    private static Tensor first(Tensor x) {
        return x.indexSelect(0, Tensor.of(new int[] {0}, 1));
    }

    private static Tensor last(Tensor x) {
        return x.indexSelect(0, Tensor.of(new int[] {x.size(0) - 1}, 1));
    }

    private static Tensor left(Tensor d, Tensor x) {
        return d.indexSelect(1, Tensor.arange(x.size(1)));
    }

    private static Tensor right(Tensor d, Tensor x) {
        int[] columns = Arrays.stream(Tensor.arange(x.size(1)).ints())
                .map(i -> i + x.size(1))
                .toArray();
        return d.indexSelect(1, Tensor.of(columns, columns.length));
    }

    private static Tensor isMax(Tensor x) {
        return x.argmax(1).oneHot(x.size(1)).to(DType.FLOAT64);
    }

    /** Mistakes that can be made in any gradient: in that of x, or of the weight where there is one. */
    private static List<Mistake> usual(int number, Step step, Random random) {
        var right = step.gradient;
        var mistakes = new ArrayList<Mistake>();
        for (double factor : new double[] {1.00002, 1.0008, 0.5, 2, -1, 0, 1.01}) {
            mistakes.add(changed("times " + factor, number, right, g -> g.mul(factor)));
        }
        int position = random.nextInt(1000);
        mistakes.add(changed("one element 0", number, right, g -> with(g, position, 0)));
        mistakes.add(changed("one element larger", number, right, g -> with(g, position, 1.1)));
        mistakes.add(changed("shifted by one", number, right, Compositions::shifted));
        mistakes.add(changed(
                "transposed", number, right, g -> g.shape().rank() == 2 && g.size(0) == g.size(1) ? g.t() : g.neg()));
        mistakes.add(
                changed("first row only", number, right, g -> map(g, v -> v).mul(firstRow(g))));
        mistakes.add(changed("absolute", number, right, Tensor::abs));
        mistakes.add(new Mistake("dOut overwritten", number, (d, x, w, y) -> {
            var all = copies(right.of(d, x, w, y));
            d.copyFrom(d.mul(2));
            return all;
        }));
        mistakes.add(new Mistake("x overwritten", number, (d, x, w, y) -> {
            var all = copies(right.of(d, x, w, y));
            x.copyFrom(x.mul(0.5));
            return all;
        }));
        var kept = new ArrayList<Tensor>();
        mistakes.add(new Mistake("x of the first batch", number, (d, x, w, y) -> {
            if (kept.isEmpty()) {
                kept.add(x.copy());
            }
            var first = kept.getFirst();
            return first.shape().equals(x.shape())
                    ? right.of(d, first, w, step.forward.apply(first, w))
                    : right.of(d, x, w, y);
        }));
        var last = new ArrayList<>(List.of(Tensor.zeros(0)));
        mistakes.add(new Mistake("x of the batch before", number, (d, x, w, y) -> {
            var before = last.getFirst();
            last.set(0, x.copy());
            return before.shape().equals(x.shape())
                    ? right.of(d, before, w, step.forward.apply(before, w))
                    : right.of(d, x, w, y);
        }));
        return mistakes;
    }

    private static Tensor[] copies(Tensor[] tensors) {
        return Arrays.stream(tensors).map(Tensor::copy).toArray(Tensor[]::new);
    }

    private static Mistake changed(String name, int step, Gradient right, UnaryOperator<Tensor> change) {
        return new Mistake(name, step, (d, x, w, y) -> {
            var all = right.of(d, x, w, y).clone();
            all[all.length - 1] = change.apply(all[all.length - 1]);
            return all;
        });
    }

    private static Tensor with(Tensor g, int position, double factor) {
        var changed = g.copy();
        int at = position % g.shape().elements();
        changed.setFlat(at, g.getFlat(at) * factor);
        return changed;
    }

    private static Tensor shifted(Tensor g) {
        var shifted = g.copy();
        int n = g.shape().elements();
        for (int i = 0; i < n; i++) {
            shifted.setFlat(i, g.getFlat((i + 1) % n));
        }
        return shifted;
    }

    private static Tensor firstRow(Tensor g) {
        var mask = g.copy();
        int size = g.shape().rank() == 0 ? 1 : g.shape().elements() / Math.max(1, g.size(0));
        for (int i = 0; i < g.shape().elements(); i++) {
            mask.setFlat(i, i < size ? 1 : 0);
        }
        return mask;
    }

    /** A right composition. */
    static Composition right(long seed) {
        return make(seed, false);
    }

    /** A wrong one. */
    static Composition wrong(long seed) {
        return make(seed, true);
    }

    private static Composition make(long seed, boolean wrong) {
        var random = new Random(seed);
        var torch = TorchRandom.seeded(seed);
        double[] scales = {1, 1, 1, 0.1, 10, 1e-3, 1e3, 1e-6, 1e6};
        double scale = scales[random.nextInt(scales.length)];
        var x = Tensor.randn(torch, 2 + random.nextInt(4), 2 + random.nextInt(4))
                .to(DType.FLOAT64)
                .mul(scale);
        var steps = new ArrayList<Step>();
        var inputs = new ArrayList<>(List.of(x));
        var value = x;
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            var step = STEPS.get(random.nextInt(STEPS.size()));
            var w = value;
            int[] sizes = step.weight.apply(value);
            if (sizes.length > 0) {
                w = Tensor.randn(torch, sizes).to(DType.FLOAT64);
                inputs.add(w);
            }
            steps.add(step);
            value = step.forward.apply(value, w);
        }
        int reduction = random.nextInt(3);
        var name = new StringBuilder(seed + ": " + x.shape() + " times " + scale);
        steps.forEach(step -> name.append(", ").append(step.name));
        name.append(reduction == 0 ? "" : reduction == 1 ? ", sum" : ", mean of squares");
        var mistake = new Mistake("", -1, steps.getFirst().gradient);
        if (wrong) {
            int number = random.nextInt(steps.size());
            var step = steps.get(number);
            var mistakes = usual(number, step, random);
            step.mistakes.forEach((what, gradient) -> mistakes.add(new Mistake(what, number, gradient)));
            mistake = mistakes.get(random.nextInt(mistakes.size()));
            name.append("; ").append(step.name).append(": ").append(mistake.name);
        }
        var chosen = mistake;
        return new Composition(
                name.toString(),
                inputs.toArray(Tensor[]::new),
                all -> forward(steps, reduction, all),
                (d, all) -> backward(steps, reduction, chosen, d, all));
    }

    /** The values: x, the output of each step, the result. */
    private static List<Tensor> forward(List<Step> steps, int reduction, Tensor... inputs) {
        var values = new ArrayList<>(List.of(inputs[0]));
        int next = 1;
        for (var step : steps) {
            var x = values.getLast();
            values.add(step.forward.apply(x, step.weight.apply(x).length == 0 ? x : inputs[next++]));
        }
        var last = values.getLast();
        values.add(
                switch (reduction) {
                    case 0 -> last;
                    case 1 -> last.sum();
                    default -> last.pow(2).sum().div(last.shape().elements());
                });
        return values;
    }

    private static Tensor[] backward(List<Step> steps, int reduction, Mistake mistake, Tensor dOut, Tensor... inputs) {
        var values = forward(steps, reduction, inputs);
        var y = values.get(steps.size());
        var d = switch (reduction) {
            case 0 -> dOut;
            case 1 -> ones(y).mul(dOut);
            default -> y.mul(dOut).mul(2.0 / y.shape().elements());
        };
        var gradients = new Tensor[inputs.length];
        int next = inputs.length - 1;
        for (int i = steps.size() - 1; i >= 0; i--) {
            var step = steps.get(i);
            var x = values.get(i);
            boolean weighted = step.weight.apply(x).length > 0;
            var gradient = mistake.step == i ? mistake.gradient : step.gradient;
            var found = gradient.of(d, x, weighted ? inputs[next] : x, values.get(i + 1));
            if (weighted) {
                gradients[next--] = found[1];
            }
            d = found[0];
        }
        gradients[0] = d;
        return gradients;
    }

    /** The gradients at these inputs, with what the pass has done to dOut and to the inputs. */
    private static Tensor[] effects(Composition composition, Tensor... inputs) {
        var given = copies(inputs);
        var d = dOut(composition, inputs);
        var gradients = composition.backward.apply(d, given);
        var all = new ArrayList<>(Arrays.asList(copies(gradients)));
        all.add(d);
        all.addAll(Arrays.asList(given));
        return all.toArray(Tensor[]::new);
    }

    private static Tensor dOut(Composition composition, Tensor... inputs) {
        return Tensors.outputGradient(composition.forward(copies(inputs)).shape(), 5);
    }

    /**
     * Whether a mistake matters: after another batch it changes a gradient, an input or dOut by more than a
     * hundred-thousandth, at these inputs or with one more row.
     */
    static boolean matters(Composition right, Composition wrong) {
        var other = Arrays.stream(right.inputs).map(x -> x.mul(1.25)).toArray(Tensor[]::new);
        effects(wrong, other);
        return differ(effects(right, right.inputs), effects(wrong, right.inputs));
    }

    private static boolean differ(Tensor[] expected, Tensor[] given) {
        for (int i = 0; i < expected.length; i++) {
            if (!expected[i].shape().equals(given[i].shape())
                    || Tensors.largest(expected[i].sub(given[i])) > 1e-5 * Tensors.largest(expected[i])) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether no difference could tell the gradients in float64: the inputs move a value on the way, or the result, by
     * less than a billionth, or the gradients are nothing but rounding.
     */
    static boolean isBeyondDifferences(Composition right) {
        var values = right.values.apply(right.inputs);
        for (int input = 0; input < right.inputs.length; input++) {
            var moved = copies(right.inputs);
            moved[input] = moved[input].mul(0.5);
            var others = right.values.apply(moved);
            boolean moves = false;
            for (int i = 0; i < values.size(); i++) {
                double change = Tensors.largest(values.get(i).sub(others.get(i)));
                if ((moves || i == values.size() - 1) && change < 1e-9 * Tensors.largest(values.get(i))) {
                    return true;
                }
                moves |= change > 0;
            }
        }
        double size = Tensors.largest(values.get(values.size() - 2));
        var d = dOut(right, right.inputs);
        var gradients = right.backward.apply(d.copy(), copies(right.inputs));
        var random = TorchRandom.seeded(9);
        var changed = right.backward.apply(
                d.copy(),
                Arrays.stream(right.inputs)
                        .map(x -> Tensors.lastDigits(x, random))
                        .toArray(Tensor[]::new));
        for (int i = 0; i < gradients.length; i++) {
            double largest = Tensors.largest(gradients[i]);
            if (largest * Tensors.largest(right.inputs[i]) < 1e-9 * size
                    || Tensors.largest(gradients[i].sub(changed[i])) > 1e-6 * largest) {
                return true;
            }
        }
        return false;
    }
}
