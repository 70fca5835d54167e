package handgrad.app.diagram;

import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.Op;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a value is equal to, in terms of the tensors that have names: {@code (bnvar + 1e-5)^(−½)}. */
final class FormulaText {
    /** How strongly an expression holds together: what is weaker than its surroundings gets parentheses. */
    private static final int SUM = 0;

    private static final int PRODUCT = 1;
    private static final int ATOM = 2;

    private final Function<Value, @Nullable String> names;

    /** Formulas with these names; a value without one is written out. */
    FormulaText(Function<Value, @Nullable String> names) {
        this.names = names;
    }

    /** How a value is computed, from the values below it. */
    String of(Value value) {
        return expression(value).text;
    }

    /** A value as a factor: its name, or its expression in parentheses where needed. */
    String factor(Value value) {
        return operand(value, PRODUCT);
    }

    /** A value as what a power, a transposition or an index applies to. */
    String atom(Value value) {
        return operand(value, ATOM);
    }

    private String operand(Value value, int level) {
        var expression = named(value);
        return expression.level < level ? "(" + expression.text + ")" : expression.text;
    }

    private String name(Value value) {
        return named(value).text;
    }

    private Expression named(Value value) {
        var name = names.apply(value);
        return name != null ? new Expression(name, ATOM) : expression(value);
    }

    /** The share of elements that dropout keeps: (1 − p). */
    static String kept(Value dropout) {
        return "(1 − " + dropout.arguments().getFirst() + ")";
    }

    private record Expression(String text, int level) {}

    private static Expression atom(String text) {
        return new Expression(text, ATOM);
    }

    private static Expression product(String text) {
        return new Expression(text, PRODUCT);
    }

    private Expression expression(Value value) {
        var op = value.operation();
        if (op == null) {
            return atom("constant");
        }
        if (isRepeat(value)) {
            return named(value.inputs().get(1));
        }
        var x = value.inputs().getFirst();
        return switch (op) {
            case ADD, ADD_IN_PLACE -> new Expression(operand(x, SUM) + " + " + second(value, SUM), SUM);
            case SUB -> new Expression(operand(x, SUM) + " − " + second(value, PRODUCT), SUM);
            case RSUB -> new Expression(number(value, x) + " − " + operand(x, PRODUCT), SUM);
            case MUL ->
                value.inputs().size() == 1
                        ? product(number(value, x) + " " + factor(x))
                        : product(factor(x) + "∘" + second(value, PRODUCT));
            case DIV -> {
                var divisor = second(value, ATOM);
                boolean minus = divisor.startsWith("−");
                yield product((minus ? "−" : "") + factor(x) + " / " + (minus ? divisor.substring(1) : divisor));
            }
            case NEG -> product("−" + factor(x));
            case POW -> atom(power(atom(x), value.arguments().getFirst()));
            case EXP -> atom("exp(" + name(x) + ")");
            case LOG -> product("ln " + operand(x, ATOM));
            case GELU -> product(factor(x) + "∘Φ(" + name(x) + ")");
            case TANH, RELU, GELU_TANH, SILU -> atom(op + "(" + name(x) + ")");
            case SOFTMAX, LOG_SOFTMAX -> atom(op + along(value) + "(" + name(x) + ")");
            case SIGMOID -> atom("σ(" + name(x) + ")");
            case LEAKY_RELU ->
                atom("leakyRelu(%s, %s)"
                        .formatted(name(x), number(value.arguments().getFirst())));
            case GATE -> product("tanh f∘σ(g), [f, g] = " + name(x));
            case DROPOUT -> product(factor(x) + "∘mask / " + kept(value));
            case UNFOLD ->
                atom("[%1$s at t, %1$s at t + %2$d]"
                        .formatted(factor(x), value.arguments().getFirst().intValue()));
            case CROP -> crop(value);
            case ADD_SCALED ->
                new Expression(
                        operand(x, SUM) + " + " + (value.arguments().getFirst() == 1 ? "" : number(value, x) + " ")
                                + operand(value.inputs().get(1), PRODUCT),
                        SUM);
            case SQRT -> atom("√" + operand(x, ATOM));
            case ABS -> atom("|" + name(x) + "|");
            case CLAMP ->
                atom("clamp(%s, %s, %s)"
                        .formatted(
                                name(x),
                                number(value.arguments().getFirst()),
                                number(value.arguments().getLast())));
            case MAXIMUM, MINIMUM, WHERE, RNN, GRU, LSTM, MAKEMORE_GRU -> atom(op + "(" + names(value) + ")");
            case LOG_SUM_EXP -> product("ln Σ" + dimension(value) + " exp(" + name(x) + ")");
            case SUM -> product("Σ" + dimension(value) + " " + Term.whole(factor(flattened(value))));
            case MAX -> product((isLast(value) ? "rowmax " : "max" + dimension(value) + " ") + factor(x));
            case ARGMAX, ARGSORT, CUMSUM -> product(op + dimension(value) + " " + factor(x));
            case CAUSAL_MEAN -> product("mean up to t of " + factor(x));
            case GATHER -> atom(op + dimension(value) + "(" + names(value) + ")");
            case SCATTER_ADD ->
                new Expression(
                        "%s + %s at %s of dimension %s"
                                .formatted(
                                        operand(x, SUM),
                                        factor(value.inputs().get(2)),
                                        name(value.inputs().get(1)),
                                        dimension(value)),
                        SUM);
            case MATMUL -> product(factor(x) + "·" + second(value, PRODUCT));
            case BATCHED_MATMUL -> batchedProduct(value);
            case MATMUL_TRANSPOSE_A -> product(atom(x) + "ᵀ·" + second(value, PRODUCT));
            case MATMUL_TRANSPOSE_B -> product(factor(x) + "·" + second(value, ATOM) + "ᵀ");
            case LINEAR ->
                new Expression(affine(value, factor(x)), value.inputs().size() == 2 ? PRODUCT : SUM);
            case GROUPED_LINEAR ->
                new Expression(affine(value, factor(x)) + " in each of " + groups(value) + " groups", SUM);
            case CONV2D -> new Expression(affine(value, windows(value)), SUM);
            case CONV_TRANSPOSE2D ->
                new Expression(
                        "fold(" + factor(x) + "·" + atom(value.inputs().get(1)) + "ᵀ, " + window(value) + ")"
                                + (value.inputs().size() == 2
                                        ? ""
                                        : " + " + name(value.inputs().get(2))),
                        SUM);
            case MAX_POOL2D -> product("max of each of " + windows(value));
            case AVG_POOL2D -> product("mean of each of " + windows(value));
            case CAUSAL_SELF_ATTENTION ->
                product("softmax(q·kᵀ / √d, causal)·v of %d heads, [q, k, v] = %s"
                        .formatted(value.arguments().getFirst().intValue(), name(x)));
            case RESHAPE -> product("reshape " + factor(x));
            case TRANSPOSE -> atom(atom(x) + "ᵀ");
            case INDEX, EMBEDDING -> atom(atom(x) + "[" + name(value.inputs().get(1)) + "]");
            case INDEX_SELECT ->
                atom("%s[%s at %s]".formatted(atom(x), name(value.inputs().get(1)), dimension(value)));
            case NARROW -> atom(atom(x) + part(value));
            case INDEX_ADD ->
                new Expression(
                        operand(x, SUM) + " + " + factor(value.inputs().get(2)) + " at rows "
                                + name(value.inputs().get(1)),
                        SUM);
            case ONE_HOT -> atom("onehot(" + name(x) + ")");
            case CAT -> atom("cat(" + names(value) + ")");
            case COPY_FROM -> named(x);
            case NORMALIZE_BATCH, NORMALIZE_ROWS ->
                atom("(%s − mean)∘inv, inv = %s^(−½)"
                        .formatted(operand(x, SUM), variance(value.arguments().getFirst())));
            case NORMALIZE -> atom("(" + operand(x, SUM) + " − mean)∘inv");
            case NORMALIZE_ROOT_MEAN_SQUARE ->
                product(factor(x) + "∘inv, inv = "
                        + plus("mean " + atom(x) + "²", value.arguments().getFirst()) + "^(−½)");
            case SCALE_AND_SHIFT -> {
                var scaled = name(value.inputs().get(1)) + "∘" + factor(x);
                yield value.inputs().size() == 2
                        ? product(scaled)
                        : new Expression(scaled + " + " + name(value.inputs().get(2)), SUM);
            }
            case BATCH_NORM2D ->
                new Expression(
                        "%s∘x̂ + %s, x̂ = (%s − mean)∘inv of each channel"
                                .formatted(
                                        factor(value.inputs().get(1)),
                                        name(value.inputs().get(2)),
                                        operand(x, SUM)),
                        SUM);
            case NEGATIVE_LOG_LIKELIHOOD ->
                product("−mean ln " + atom(x) + "[" + name(value.inputs().get(1)) + "]");
            case WEIGHTED_CROSS_ENTROPY, NLL_LOSS -> product(LossText.ofClasses(value, this));
            case MSE_LOSS, L1_LOSS, HUBER_LOSS, BCE_WITH_LOGITS_LOSS, KL_DIV_LOSS ->
                product(LossText.pointwise(value, this));
        };
    }

    /** All inputs, one after the other. */
    private String names(Value value) {
        return value.inputs().stream().map(this::name).collect(Collectors.joining(", "));
    }

    /** The product of each two matrices, of which one may be transposed. */
    private Expression batchedProduct(Value value) {
        var a = value.inputs().getFirst();
        boolean transposesA = value.arguments().getFirst() == 1;
        boolean transposesB = value.arguments().getLast() == 1;
        return product((transposesA ? atom(a) + "ᵀ" : factor(a)) + "·"
                + (transposesB ? second(value, ATOM) + "ᵀ" : second(value, PRODUCT)));
    }

    /** x·weight, and + bias where there is one; x as the text says. */
    private String affine(Value value, String x) {
        var bias = value.inputs().size() == 2 ? "" : " + " + name(value.inputs().get(2));
        return x + "·" + second(value, PRODUCT) + bias;
    }

    /** How many groups a grouped linear layer has. */
    private static int groups(Value value) {
        return value.inputs().getFirst().shape().size(-1)
                / value.inputs().get(1).shape().size(0);
    }

    /** The windows of images that a convolution or a pooling reads, a row each: {@code windows(x, 3×3, padding 1)}. */
    String windows(Value value) {
        return "windows(" + name(value.inputs().getFirst()) + ", " + window(value) + ")";
    }

    /** The window of a convolution or a pooling: {@code 3×5, stride 2×1, padding 1, 2 groups}. */
    static String window(Value value) {
        var numbers = value.arguments().stream().map(Double::intValue).toList();
        int groups = numbers.size() > 6 ? numbers.get(6) : 1;
        return "%d×%d".formatted(numbers.get(0), numbers.get(1))
                + unless(1, ", stride ", numbers.get(2), numbers.get(3))
                + unless(0, ", padding ", numbers.get(4), numbers.get(5))
                + (groups == 1 ? "" : ", " + groups + " groups");
    }

    /** How many pixels the window of a pooling has. */
    static int pixels(Value pooling) {
        return pooling.arguments().get(0).intValue()
                * pooling.arguments().get(1).intValue();
    }

    /** A pair of numbers, as one where they are equal, and nothing where both are the usual one. */
    private static String unless(int usual, String what, int height, int width) {
        if (height == width) {
            return height == usual ? "" : what + height;
        }
        return what + height + "×" + width;
    }

    /** The last positions of the input, beside what was there. */
    private Expression crop(Value value) {
        var x = value.inputs().getLast();
        var last = value.shape().size(1) == x.shape().size(1) ? name(x) : operand(x, ATOM) + last(value);
        return value.inputs().size() == 1
                ? atom(last)
                : atom("[" + name(value.inputs().getFirst()) + ", " + last + "]");
    }

    /** As many last positions as a value has. */
    static String last(Value value) {
        return "[:, −" + value.shape().size(1) + ":]";
    }

    private static String variance(double epsilon) {
        return plus("var", epsilon);
    }

    private static String plus(String squares, double epsilon) {
        return epsilon == 0 ? squares : "(" + squares + " + " + number(epsilon) + ")";
    }

    /** Whether a sum into a tensor that was made for it only repeats its second operand, as that was zeros. */
    static boolean isRepeat(Value value) {
        if (!value.is(Op.ADD_IN_PLACE) || !value.inputs().getFirst().isLeaf()) {
            return false;
        }
        var repeated = value.inputs().get(1).content();
        int period = repeated.shape().elements();
        return IntStream.range(0, value.shape().elements())
                .allMatch(i -> value.content().getFlat(i) == repeated.getFlat(i % period));
    }

    /** The second operand: a tensor or a number. */
    private String second(Value value, int level) {
        return value.inputs().size() > 1
                ? operand(value.inputs().get(1), level)
                : number(value, value.inputs().getFirst());
    }

    /** What a total sum, which runs over a flat view, is the sum of. */
    static Value flattened(Value sum) {
        var x = sum.inputs().getFirst();
        return isTotal(sum) && x.is(Op.RESHAPE) ? x.inputs().getFirst() : x;
    }

    /** Whether a sum runs over all elements. */
    static boolean isTotal(Value sum) {
        return sum.inputs().getFirst().shape().rank() == 1;
    }

    /** The dimension of a reduction, empty for a total sum. */
    private static String dimension(Value value) {
        return value.is(Op.SUM) && isTotal(value)
                ? ""
                : String.valueOf(value.arguments().getFirst().intValue());
    }

    /** The dimension of an operation that is usually along the last one: empty for that. */
    private static String along(Value value) {
        return value.arguments().isEmpty() || isLast(value) ? "" : dimension(value);
    }

    private static boolean isLast(Value value) {
        return value.arguments().getFirst() == value.inputs().getFirst().shape().rank() - 1;
    }

    /** The part that narrow takes: {@code [:, 0:7]}. */
    static String part(Value narrow) {
        int d = narrow.arguments().getFirst().intValue();
        int start = narrow.arguments().get(1).intValue();
        int length = narrow.arguments().get(2).intValue();
        return "[" + ":, ".repeat(d) + start + ":" + (start + length) + "]";
    }

    /** The number among the arguments; n for the size of a batch that was summed over, (n−1) for one less. */
    static String number(Value value, Value x) {
        double number = value.arguments().getFirst();
        if (x.is(Op.SUM)) {
            int n = batch(x);
            double magnitude = Math.abs(number);
            var sign = number < 0 ? "−" : "";
            if (magnitude == n) {
                return sign + "n";
            }
            if (magnitude == n - 1) {
                return sign + "(n−1)";
            }
        }
        return number(number);
    }

    /** How many rows a sum runs over, -1 where it does not run over the first dimension. */
    private static int batch(Value sum) {
        boolean first = sum.arguments().getFirst() == 0;
        var x = flattened(sum);
        return first && x.shape().rank() > 0 ? x.shape().size(0) : -1;
    }

    static String number(double number) {
        if (Double.isInfinite(number)) {
            return number > 0 ? "∞" : "−∞";
        }
        if (number == 0.5) {
            return "½";
        }
        if (number == -0.5) {
            return "−½";
        }
        var text = number == Math.rint(number) && Math.abs(number) < 1e6
                ? String.valueOf((long) number)
                : String.format(Locale.ROOT, "%.4g", number);
        if (text.contains("e")) {
            text = text.replaceAll("\\.?0*e", "e").replaceAll("e([-+])0", "e$1").replace("e+", "e");
        } else if (text.contains(".")) {
            text = text.replaceAll("\\.?0+$", "");
        }
        return text.startsWith("-") ? "−" + text.substring(1) : text;
    }

    /** A power, with the common exponents as the field writes them. */
    static String power(String base, double exponent) {
        var known = List.of(2.0, 3.0, -1.0, -2.0, -3.0);
        var written = List.of("²", "³", "⁻¹", "⁻²", "⁻³");
        int at = known.indexOf(exponent);
        if (at >= 0) {
            return base + written.get(at);
        }
        if (exponent == -1.5) {
            return base + "^(−3/2)";
        }
        return base + "^(" + number(exponent) + ")";
    }
}
