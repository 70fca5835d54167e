package handgrad.app.derivation;

import handgrad.app.derivation.ChainRule.Term;
import handgrad.check.pass.PassGraph.Value;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The derivatives of operations whose elements depend on one element of each input, or on one that is repeated. */
final class ElementwiseDerivatives {
    private static final MathContext DIGITS = new MathContext(6);

    private final TensorUse use;
    private final List<String> x;
    private final List<String> y = new ArrayList<>();
    private final List<String> summed = new ArrayList<>();
    private final List<String> dimensions = new ArrayList<>();

    private ElementwiseDerivatives(TensorUse use) {
        this.use = use;
        var own = use.xShape();
        var result = use.yShape();
        x = TensorUse.letters(own, 0);
        int missing = result.rank() - own.rank();
        for (int d = 0; d < result.rank(); d++) {
            boolean repeated = result.size(d) > 1 && (d < missing || own.size(d - missing) == 1);
            if (repeated) {
                summed.add(TensorUse.letter(own.rank() + summed.size()));
                dimensions.add(Integer.toString(d));
            }
            y.add(repeated ? summed.getLast() : d < missing ? "0" : x.get(d - missing));
        }
    }

    /** A derivative, by the elements of x, y and the other input. */
    @FunctionalInterface
    interface Derivative {
        double at(double x, double y, double other);
    }

    /** Of x alone: the operation as a format with x in it. */
    static ChainRule unary(TensorUse use, String format, Term term, Derivative derivative) {
        return new ElementwiseDerivatives(use).rule(null, format, term, derivative);
    }

    /** Of two tensors: the operation as a format with both in it, in their order. */
    static ChainRule binary(TensorUse use, String format, Term term, Derivative derivative) {
        return of(
                use,
                use.other(),
                use.place() == 0 ? format : format.replaceFirst("%s", "%2\\$s").replace("%s", "%1$s"),
                term,
                derivative);
    }

    /** Of x and another value: the operation as a format with x as its first argument, the other as its second. */
    static ChainRule of(TensorUse use, Value other, String format, Term term, Derivative derivative) {
        return new ElementwiseDerivatives(use).rule(other, format, term, derivative);
    }

    private ChainRule rule(@Nullable Value other, String format, Term term, Derivative derivative) {
        var result = use.yShape();
        var otherIndex = other == null ? List.<String>of() : Positions.broadcast(other.shape(), y);
        var own = Positions.element(use.x(), x);
        var beside = other == null ? "" : Positions.element(use.name(other), otherIndex);
        var whole = term.text("d" + use.y(), use.x(), use.y(), other == null ? "" : use.name(other))
                .replace(" · ", " ∘ ");
        return new ChainRule(
                use,
                format.formatted(own, beside),
                x,
                y,
                other,
                otherIndex,
                String.join(",", summed),
                term,
                dimensions.isEmpty() ? whole : overDimensions(whole),
                (position, sink) -> {
                    int[] index = Positions.index(result, position);
                    int at = Positions.broadcast(use.xShape(), index);
                    int otherAt = other == null ? -1 : Positions.broadcast(other.shape(), index);
                    double otherValue = other == null ? 0 : other.content().getFlat(otherAt);
                    sink.add(
                            at,
                            derivative.at(
                                    use.input().content().getFlat(at),
                                    use.output().content().getFlat(position),
                                    otherValue),
                            otherAt);
                });
    }

    private String overDimensions(String whole) {
        var sum = "Σ" + String.join(",", dimensions) + " ";
        var positive = whole.startsWith("-") ? whole.substring(1) : whole;
        return (whole.startsWith("-") ? "-" : "") + sum + (whole.contains(" ") ? "(" + positive + ")" : positive);
    }

    /** A number as formulas have it, in brackets if it is negative. */
    static String number(double value) {
        var text = new BigDecimal(value, DIGITS).stripTrailingZeros().toPlainString();
        return value < 0 ? "(" + text + ")" : text;
    }
}
