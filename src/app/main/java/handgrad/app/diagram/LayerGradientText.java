package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Mark;
import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The gradients of what layers compute as one operation: products, convolutions, normalisations and softmax. */
record LayerGradientText(
        FormulaText formula, Function<Value, @Nullable String> names, Predicate<Value> drawn, Into into) {
    /** The sum over all dimensions of images, (N, channels, height, width), but the channels. */
    private static final String CHANNELS = "Σ0,2,3";

    /** Follows a gradient into an input. */
    @FunctionalInterface
    interface Into {
        void hand(Value input, Term gradient, Set<Mark> marks);
    }

    /** dx = d·weightᵀ, dweight = xᵀ·d, dbias, where there is one, the sum of d over the rows. */
    void linear(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getFirst();
        into.hand(x, d.rightMatmul(formula.atom(second(value)) + "ᵀ", x.shape()), marks);
        into.hand(
                second(value), d.leftMatmul(formula.atom(x) + "ᵀ", second(value).shape()), marks);
        if (value.inputs().size() > 2) {
            into.hand(value.inputs().get(2), d, marks);
        }
    }

    /** The gradients of each two matrices, of a batch as large as that of d. */
    void batchedProduct(Value value, Term d, Set<Mark> marks) {
        var a = value.inputs().getFirst();
        var b = second(value);
        var shapeOfA = batched(d.shape(), a.shape());
        var shapeOfB = batched(d.shape(), b.shape());
        if (value.arguments().getFirst() == 1) {
            into.hand(a, d.withBody(formula.factor(b) + "·" + d.body() + "ᵀ", shapeOfA), marks);
            into.hand(b, d.leftMatmul(formula.factor(a), shapeOfB), marks);
        } else if (value.arguments().getLast() == 1) {
            into.hand(a, d.rightMatmul(formula.factor(b), shapeOfA), marks);
            into.hand(b, d.withBody(d.body() + "ᵀ·" + formula.factor(a), shapeOfB), marks);
        } else {
            into.hand(a, d.rightMatmul(formula.atom(b) + "ᵀ", shapeOfA), marks);
            into.hand(b, d.leftMatmul(formula.atom(a) + "ᵀ", shapeOfB), marks);
        }
    }

    /** Matrices as those of an operand, as many as there are of the gradient. */
    private static Shape batched(Shape gradient, Shape operand) {
        return gradient.with(-2, operand.size(-2)).with(-1, operand.size(-1));
    }

    /** As a linear layer of the windows, whose gradients add up where they overlap. */
    void convolution(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getFirst();
        var dWindows = d.rightMatmul(formula.atom(second(value)) + "ᵀ", x.shape());
        into.hand(x, dWindows.applied("fold", x.shape()), GradientText.with(marks, Mark.SCATTER));
        into.hand(
                second(value),
                d.leftMatmul(formula.windows(value) + "ᵀ", second(value).shape()),
                marks);
        if (value.inputs().size() > 2) {
            perChannel(value.inputs().get(2), d, marks);
        }
    }

    /** As a linear layer whose outputs are folded together, so that its gradient is the windows of what follows. */
    void transposedConvolution(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getFirst();
        var windows = d.withBody("windows(%s, %s)".formatted(d.body(), FormulaText.window(value)), value.shape());
        into.hand(x, windows.rightMatmul(formula.factor(second(value)), x.shape()), marks);
        into.hand(
                second(value),
                windows.withBody(
                        windows.body() + "ᵀ·" + formula.factor(x), second(value).shape()),
                marks);
        if (value.inputs().size() > 2) {
            perChannel(value.inputs().get(2), d, marks);
        }
    }

    /** What each channel of images has once: the sum over all else. */
    private void perChannel(Value perChannel, Term d, Set<Mark> marks) {
        into.hand(perChannel, d.summed(CHANNELS, perChannel.shape()), GradientText.with(marks, Mark.BROADCAST));
    }

    /** The batch normalisation of images, of each channel; with statistics that are given, the last two inputs. */
    void channels(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getFirst();
        perChannel(second(value), d.times("x̂", x.shape()), marks);
        perChannel(value.inputs().get(2), d, marks);
        var dNormalized = d.times(formula.factor(second(value)), x.shape());
        if (value.inputs().size() > 3) {
            into.hand(x, dNormalized.times("inv", x.shape()), marks);
        } else {
            int count = x.shape().elements() / Math.max(1, x.shape().size(1));
            var body = NormalizationGradient.of(
                    "x̂", CHANNELS, String.valueOf(count), NormalizationGradient.correction(value, count, ""), "g");
            into.hand(x, new Term(false, "", body, "", x.shape(), "g = " + dNormalized.text()), marks);
        }
    }

    /**
     * The gradient of a normalisation over rows or over features. A gradient that is not drawn is called g, as in
     * exercise 3.
     */
    void normalization(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getFirst();
        boolean batch = value.is(Op.NORMALIZE_BATCH);
        var sum =
                batch ? NormalizationGradient.rows(x.shape()) : "Σ" + (x.shape().rank() - 1);
        int features = x.shape().size(-1);
        int count = batch ? x.shape().elements() / Math.max(1, features) : features;
        var n = batch && x.shape().rank() == 2 ? "n" : String.valueOf(count);
        var correction = batch ? NormalizationGradient.correction(value, count, n) : "";
        boolean isDrawn = drawn.test(value);
        var body = NormalizationGradient.of(formula.atom(value), sum, n, correction, isDrawn ? d.text() : "g");
        into.hand(x, new Term(false, "", body, "", x.shape(), isDrawn ? "" : "g = " + d.text()), marks);
    }

    /** The gradient of a normalisation by the root mean square; g as in {@link #normalization}. */
    void rootMeanSquare(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getFirst();
        boolean isDrawn = drawn.test(value);
        var body = "inv∘(%1$s − %2$s∘Σ%3$d (%1$s∘%2$s)/%4$d)"
                .formatted(
                        isDrawn ? d.text() : "g",
                        formula.atom(value),
                        x.shape().rank() - 1,
                        x.shape().size(-1));
        into.hand(x, new Term(false, "", body, "", x.shape(), isDrawn ? "" : "g = " + d.text()), marks);
    }

    void softmax(Value value, Term d, Set<Mark> marks) {
        var p = formula.factor(value);
        into.hand(
                value.inputs().getFirst(),
                d.withBody("%s∘(%s − Σ%s %s∘%s)".formatted(p, d.body(), along(value), p, d.body()), value.shape()),
                marks);
    }

    /** d − softmax∘Σ d. */
    void logSoftmax(Value value, Term d, Set<Mark> marks) {
        var x = value.inputs().getFirst();
        into.hand(
                x,
                d.withBody(
                        "%s − %s∘%s"
                                .formatted(
                                        d.body(),
                                        softmax(x, along(value)),
                                        d.summed("Σ" + along(value), x.shape()).body()),
                        value.shape()),
                marks);
    }

    /** softmax ∘ d, where d is repeated along the dimension. */
    Term logSumExp(Value value, Term d) {
        var x = value.inputs().getFirst();
        return d.times(softmax(x, along(value)), x.shape());
    }

    private String softmax(Value x, String along) {
        boolean last = along.equals(String.valueOf(x.shape().rank() - 1));
        return "softmax" + (last ? "" : along) + "(" + formula.factor(x) + ")";
    }

    /** The dimension of a softmax, 1 for that of a loss. */
    private static String along(Value value) {
        return value.arguments().isEmpty()
                ? "1"
                : String.valueOf(value.arguments().getFirst().intValue());
    }

    /** With the softmax it belongs to: (softmax − onehot)/n; on its own −1/(n·p) at the targets. */
    void negativeLogLikelihood(Value value, Set<Mark> marks) {
        var probabilities = value.inputs().getFirst();
        var targets = formula.atom(second(value));
        if (names.apply(probabilities) == null && probabilities.is(Op.SOFTMAX)) {
            var logits = probabilities.inputs().getFirst();
            var body = "(softmax(%s) − onehot(%s))".formatted(formula.factor(logits), targets);
            into.hand(logits, new Term(false, "", body, "n", logits.shape(), ""), marks);
        } else {
            var name = formula.factor(probabilities);
            into.hand(
                    probabilities,
                    new Term(true, "", "", "n " + name, probabilities.shape(), "at (i, " + targets + "_i), else 0"),
                    GradientText.with(marks, Mark.SCATTER));
        }
    }

    /** A scale or shift of a feature; where each position has its own, (L, features), they are as long as a row. */
    void affine(Value perFeature, Term d, Set<Mark> marks) {
        if (perFeature.shape().rank() == 1) {
            into.hand(perFeature, d, marks);
        } else {
            var row = d.summedTo(Shape.of(perFeature.shape().elements()));
            into.hand(perFeature, row.applied("reshape", perFeature.shape()), GradientText.with(marks, Mark.BROADCAST));
        }
    }

    private static Value second(Value value) {
        return value.inputs().get(1);
    }
}
