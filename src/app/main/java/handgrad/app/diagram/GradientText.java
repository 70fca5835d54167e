package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Mark;
import handgrad.check.pass.PassGraph.Value;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The gradient that an operation hands to each tensor it reads, as text: the chain rule, one rule for each operation of
 * {@link handgrad.tensor.Tensor} and of the layers, followed from the output down to the tensors that have names. What
 * layers compute as one operation is {@link LayerGradientText}.
 */
final class GradientText {
    private final Function<Value, @Nullable String> names;
    private final Predicate<Value> drawn;
    private final Predicate<Value> differentiable;
    private final FormulaText formula;
    private final LayerGradientText layers;
    private final List<Part> parts = new ArrayList<>();

    /** A part of the gradient of a tensor, and what happened to it on the way. */
    record Part(Value of, Term term, Set<Mark> marks) {}

    private GradientText(
            Function<Value, @Nullable String> names, Predicate<Value> drawn, Predicate<Value> differentiable) {
        this.names = names;
        this.drawn = drawn;
        this.differentiable = differentiable;
        this.formula = new FormulaText(names);
        this.layers = new LayerGradientText(formula, names, drawn, this::into);
    }

    /**
     * What an output hands down.
     *
     * @param output whose gradient is called d and its name; the loss, a scalar, has the gradient 1
     * @param names by which formulas call tensors
     * @param drawn which tensors to stop at; they have names
     * @param differentiable which values have a gradient
     */
    static List<Part> of(
            Value output,
            Function<Value, @Nullable String> names,
            Predicate<Value> drawn,
            Predicate<Value> differentiable) {
        var gradient = new GradientText(names, drawn, differentiable);
        var name = names.apply(output);
        boolean isLoss = output.shape().elements() == 1 && "loss".equals(name);
        gradient.through(output, Term.of(isLoss ? "" : "d" + name, output.shape()), EnumSet.noneOf(Mark.class));
        return gradient.parts;
    }

    /** Follows a gradient into an input: to its end if that has a name, through its operation if not. */
    private void into(Value input, Term term, Set<Mark> marks) {
        if (!differentiable.test(input)) {
            return;
        }
        var reached = term;
        var passed = marks;
        if (!term.shape().equals(input.shape())
                && input.shape().elements() < term.shape().elements()) {
            reached = term.summedTo(input.shape());
            passed = with(marks, Mark.BROADCAST);
        }
        if (drawn.test(input)) {
            parts.add(new Part(input, reached, passed));
        } else {
            through(input, reached, passed);
        }
    }

    static Set<Mark> with(Set<Mark> marks, Mark mark) {
        var more = EnumSet.of(mark);
        more.addAll(marks);
        return more;
    }

    /** Hands the gradient of a value to the inputs of its operation. */
    private void through(Value value, Term d, Set<Mark> marks) {
        var op = value.operation();
        if (op == null) {
            return;
        }
        var x = value.inputs().getFirst();
        switch (op) {
            case ADD, ADD_IN_PLACE -> {
                into(x, d, marks);
                second(value, b -> into(b, d, marks));
            }
            case SUB -> {
                into(x, d, marks);
                second(value, b -> into(b, d.negated(), marks));
            }
            case RSUB -> into(x, d.negated(), marks);
            case MUL -> product(value, d, marks);
            case DIV -> {
                into(x, d.over(divisor(value)), marks);
                second(
                        value,
                        b -> into(
                                b,
                                d.times(formula.factor(x) + "∘" + FormulaText.power(formula.atom(b), -2), value.shape())
                                        .negated(),
                                marks));
            }
            case NEG -> into(x, d.negated(), marks);
            case POW -> power(value, d, marks);
            case EXP -> into(x, d.times(formula.factor(value), value.shape()), marks);
            case LOG -> into(x, d.over(formula.atom(x)), marks);
            case TANH ->
                into(x, d.times("(1 − " + FormulaText.power(formula.atom(value), 2) + ")", value.shape()), marks);
            case RELU -> into(x, d.times("1{" + formula.factor(value) + " > 0}", value.shape()), marks);
            case LEAKY_RELU -> leakyRelu(value, d, marks);
            case GELU ->
                into(x, d.times("(Φ(%1$s) + %1$s∘φ(%1$s))".formatted(formula.factor(x)), value.shape()), marks);
            case GELU_TANH -> into(x, d.times("geluTanh′(" + formula.factor(x) + ")", value.shape()), marks);
            case SILU -> into(x, d.times("silu′(" + formula.factor(x) + ")", value.shape()), marks);
            case SIGMOID -> into(x, d.times("%1$s∘(1 − %1$s)".formatted(formula.factor(value)), value.shape()), marks);
            case GATE -> {
                var body = "[(1 − tanh² f)∘σ(g)∘%1$s, tanh f∘σ(g)∘(1 − σ(g))∘%1$s]".formatted(d.text());
                into(x, Term.of(body, x.shape()), marks);
            }
            case DROPOUT -> into(x, d.times("mask", value.shape()).over(FormulaText.kept(value)), marks);
            case UNFOLD -> into(x, d.applied("fold", x.shape()), with(marks, Mark.SCATTER));
            case CROP -> crop(value, d, marks);
            case ADD_SCALED -> {
                into(x, d, marks);
                double factor = value.arguments().getFirst();
                into(b(value), factor == 1 ? d : d.scaled(FormulaText.number(factor)), marks);
            }
            case ABS -> into(x, d.times("sign(" + formula.factor(x) + ")", value.shape()), marks);
            case SQRT ->
                into(
                        x,
                        d.times(FormulaText.power(formula.atom(value), -1), value.shape())
                                .scaled("½"),
                        marks);
            case CLAMP -> into(x, d.times(between(value), value.shape()), marks);
            case MAXIMUM -> larger(value, " > ", d, marks);
            case MINIMUM -> larger(value, " < ", d, marks);
            case WHERE -> {
                var condition = formula.factor(x);
                into(b(value), d.times("1{" + condition + " ≠ 0}", value.shape()), marks);
                into(value.inputs().get(2), d.times("1{" + condition + " = 0}", value.shape()), marks);
            }
            case LOG_SUM_EXP -> into(x, layers.logSumExp(value, d), marks);
            case SUM -> into(FormulaText.flattened(value), d.withShape(x.shape()), with(marks, Mark.SUM));
            case MAX -> into(x, d.times("1{argmax}", x.shape()).withShape(x.shape()), marks);
            case MATMUL, LINEAR -> layers.linear(value, d, marks);
            case MATMUL_TRANSPOSE_A -> {
                into(x, d.withBody(formula.factor(b(value)) + "·" + d.body() + "ᵀ", x.shape()), marks);
                into(b(value), d.leftMatmul(formula.factor(x), b(value).shape()), marks);
            }
            case MATMUL_TRANSPOSE_B -> {
                into(x, d.rightMatmul(formula.factor(b(value)), x.shape()), marks);
                into(b(value), d.withBody(d.body() + "ᵀ·" + formula.factor(x), b(value).shape()), marks);
            }
            case BATCHED_MATMUL -> layers.batchedProduct(value, d, marks);
            case GROUPED_LINEAR -> layers.linear(value, d.where("in each group"), marks);
            case CONV2D -> layers.convolution(value, d, marks);
            case CONV_TRANSPOSE2D -> layers.transposedConvolution(value, d, marks);
            case MAX_POOL2D ->
                into(
                        x,
                        d.withShape(x.shape()).where("at the largest of each window, else 0"),
                        with(marks, Mark.SCATTER));
            case AVG_POOL2D ->
                into(
                        x,
                        d.withShape(x.shape())
                                .over(String.valueOf(FormulaText.pixels(value)))
                                .where("at each pixel of each window, " + FormulaText.window(value)),
                        with(marks, Mark.SCATTER));
            case CAUSAL_SELF_ATTENTION -> {
                var body = "[dS·k / √d, dSᵀ·q / √d, Pᵀ·%1$s], dS = P∘(%1$s·vᵀ − Σ %2$s∘%1$s) of each head"
                        .formatted(d.text(), formula.factor(value));
                into(x, Term.of(body, x.shape()), marks);
            }
            case RESHAPE -> into(x, d.applied("reshape", x.shape()), marks);
            case TRANSPOSE -> into(x, d.withBody(d.body() + "ᵀ", x.shape()), marks);
            case INDEX, EMBEDDING -> into(x, d.withShape(x.shape()), with(marks, Mark.SCATTER));
            case CUMSUM -> into(x, d.applied("reverse cumsum" + dimension(value), x.shape()), with(marks, Mark.SUM));
            case RNN, GRU, LSTM, MAKEMORE_GRU -> {
                var through = value.operation() + "ThroughTime";
                value.inputs().forEach(input -> into(input, d.applied(through, input.shape()), with(marks, Mark.SUM)));
            }
            case CAUSAL_MEAN ->
                into(x, d.withBody("reverse cumsum1(" + d.body() + "/(t + 1))", x.shape()), with(marks, Mark.SUM));
            case SCATTER_ADD -> {
                into(x, d, marks);
                var picked = "gather%d(%s, %s)".formatted(dimension(value), d.body(), formula.factor(b(value)));
                into(value.inputs().get(2), d.withBody(picked, b(value).shape()), marks);
            }
            case INDEX_SELECT, GATHER ->
                into(
                        x,
                        d.withShape(x.shape())
                                .where("at %s of dimension %d".formatted(formula.atom(b(value)), dimension(value))),
                        with(marks, Mark.SCATTER));
            case INDEX_ADD -> {
                into(x, d, marks);
                var added = value.inputs().get(2);
                into(added, d.withBody(d.body() + "[" + formula.factor(b(value)) + "]", added.shape()), marks);
            }
            case COPY_FROM -> into(x, d, marks);
            case NARROW -> into(x, d.withBody(d.body() + " at " + FormulaText.part(value), x.shape()), marks);
            case CAT -> parts(value, d, marks);
            case NORMALIZE_BATCH, NORMALIZE_ROWS -> layers.normalization(value, d, marks);
            case NORMALIZE_ROOT_MEAN_SQUARE -> layers.rootMeanSquare(value, d, marks);
            case NORMALIZE -> into(x, d.times("inv", value.shape()), marks);
            case SCALE_AND_SHIFT -> {
                into(x, d.times(formula.factor(b(value)), b(value).shape()), marks);
                layers.affine(b(value), d.times(formula.factor(x), x.shape()), marks);
                if (value.inputs().size() > 2) {
                    layers.affine(value.inputs().get(2), d, marks);
                }
            }
            case BATCH_NORM2D -> layers.channels(value, d, marks);
            case SOFTMAX -> layers.softmax(value, d, marks);
            case LOG_SOFTMAX -> layers.logSoftmax(value, d, marks);
            case NEGATIVE_LOG_LIKELIHOOD -> layers.negativeLogLikelihood(value, marks);
            case WEIGHTED_CROSS_ENTROPY -> into(x, LossText.crossEntropyGradient(value, d, formula), marks);
            case NLL_LOSS -> into(x, LossText.likelihoodGradient(value, d, formula), with(marks, Mark.SCATTER));
            case MSE_LOSS, L1_LOSS, HUBER_LOSS, BCE_WITH_LOGITS_LOSS, KL_DIV_LOSS -> {
                into(x, LossText.gradient(value, d, formula), marks);
                into(b(value), LossText.gradientOfTarget(value, d, formula), marks);
            }
            case ARGMAX, ARGSORT, ONE_HOT -> {} // integers have no gradient
        }
    }

    private static int dimension(Value value) {
        return value.arguments().getFirst().intValue();
    }

    private static Value b(Value value) {
        return value.inputs().get(1);
    }

    private static void second(Value value, Consumer<Value> use) {
        if (value.inputs().size() > 1) {
            use.accept(b(value));
        }
    }

    private String divisor(Value value) {
        return value.inputs().size() > 1
                ? formula.atom(b(value))
                : FormulaText.number(value, value.inputs().getFirst());
    }

    /** d(a ∘ b) = b ∘ d, a ∘ d. A mask of ones picks elements. */
    private void product(Value value, Term d, Set<Mark> marks) {
        var a = value.inputs().getFirst();
        if (value.inputs().size() == 1) {
            into(a, d.scaled(FormulaText.number(value, a)), marks);
            return;
        }
        if (isPick(b(value)) && d.body().isEmpty()) {
            into(a, picked(d, b(value)), EnumSet.of(Mark.SCATTER));
            return;
        }
        into(a, d.times(formula.factor(b(value)), b(value).shape()), marks);
        into(b(value), d.times(formula.factor(a), a.shape()), marks);
    }

    /** The indices that a one-hot tensor was made of, or null. */
    static @Nullable Value indices(Value onehot) {
        return switch (onehot.operation()) {
            case null -> null;
            case ONE_HOT -> onehot.inputs().getFirst();
            case COPY_FROM -> indices(onehot.inputs().getFirst());
            default -> null;
        };
    }

    private static boolean isPick(Value value) {
        return indices(value) != null;
    }

    /** A gradient that only the picked element of each row gets. */
    private Term picked(Term d, Value onehot) {
        var indices = Objects.requireNonNull(indices(onehot));
        var where = names.apply(indices) != null
                ? "at (i, " + names.apply(indices) + "_i), else 0"
                : "at the ones of " + formula.factor(onehot) + ", else 0";
        return new Term(d.negative(), d.coefficient(), "", d.divisor(), onehot.shape(), where);
    }

    /** dx = p · x^(p−1) ∘ d. */
    private void power(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getFirst();
        double p = value.arguments().getFirst();
        var base = formula.atom(x);
        var derivative = p == 2 ? base : FormulaText.power(base, p - 1);
        var coefficient = p == -1 ? "−" : FormulaText.number(p);
        into(x, d.times(derivative, value.shape()).scaled(coefficient), marks);
    }

    /** The columns go where they came from, to the last positions. */
    private void crop(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getLast();
        int column = value.arguments().getFirst().intValue();
        var columns = value.inputs().size() == 1
                ? d.body()
                : "%s[:, :, %d:%d]"
                        .formatted(d.body(), column, column + x.shape().size(2));
        boolean isPart = x.shape().size(1) != value.shape().size(1);
        into(x, d.withBody(columns + (isPart ? " at " + FormulaText.last(value) : ""), x.shape()), marks);
        if (value.inputs().size() > 1) {
            into(value.inputs().getFirst(), d.withBody(d.body() + "[:, :, :" + column + "]", value.shape()), marks);
        }
    }

    /** Each part gets its slice. */
    private void parts(Value value, Term d, Set<Mark> marks) {
        int dimension = value.arguments().getFirst().intValue();
        int at = 0;
        for (var input : value.inputs()) {
            int end = at + input.shape().size(dimension);
            var slice = "[" + ":, ".repeat(dimension) + at + ":" + end + "]";
            into(input, d.withBody(d.body() + slice, input.shape()), marks);
            at = end;
        }
    }

    /** The slope of a clamp: 1 from one bound to the other. */
    private String between(Value value) {
        var min = FormulaText.number(value.arguments().getFirst());
        var max = FormulaText.number(value.arguments().getLast());
        return "1{%s ≤ %s ≤ %s}".formatted(min, formula.factor(value.inputs().getFirst()), max);
    }

    /** Each operand gets the gradient where it is the result, and half of it where they are equal. */
    private void larger(Value value, String sign, Term d, Set<Mark> marks) {
        var a = formula.factor(value.inputs().getFirst());
        var b = formula.factor(b(value));
        var half = d.where("half where " + a + " = " + b);
        into(value.inputs().getFirst(), half.times("1{" + a + sign + b + "}", value.shape()), marks);
        into(b(value), half.times("1{" + b + sign + a + "}", value.shape()), marks);
    }

    /** The slope is 1 where x is positive. */
    private void leakyRelu(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getFirst();
        var slope = FormulaText.number(value.arguments().getFirst());
        into(x, d.times("(1{%1$s > 0} + %2$s 1{%1$s ≤ 0})".formatted(formula.factor(x), slope), value.shape()), marks);
    }
}
