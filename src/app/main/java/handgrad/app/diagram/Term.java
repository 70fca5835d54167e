package handgrad.app.diagram;

import handgrad.tensor.Shape;
import java.util.ArrayList;
import java.util.stream.Collectors;

/**
 * A product that is one part of a gradient, as text: {@code −½(bnvar + 1e-5)^(−3/2)∘dbnvar_inv}.
 *
 * @param coefficient a number in front, empty for 1
 * @param body factors and sums, empty for 1
 * @param divisor empty for 1
 * @param shape of what the text stands for
 * @param where definitions of what the text uses, empty if none
 */
record Term(boolean negative, String coefficient, String body, String divisor, Shape shape, String where) {
    /** The gradient that an operation gets, by its name. */
    static Term of(String gradient, Shape shape) {
        return new Term(false, "", gradient, "", shape, "");
    }

    Term negated() {
        return new Term(!negative, coefficient, body, divisor, shape, where);
    }

    /** This times a number. */
    Term scaled(String number) {
        boolean minus = number.startsWith("−");
        var factor = minus ? number.substring(1) : number;
        return new Term(negative ^ minus, product(factor, coefficient), body, divisor, shape, where);
    }

    private static String product(String a, String b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a + b;
        }
        boolean cancels = (a + b).equals("2½") || (a + b).equals("½2");
        return cancels ? "" : a + "·" + b;
    }

    /** This divided by a number or a tensor, which is a factor. */
    Term over(String number) {
        boolean minus = number.startsWith("−");
        var factor = minus ? number.substring(1) : number;
        return new Term(negative ^ minus, coefficient, body, divisors(divisor, factor), shape, where);
    }

    private static String divisors(String a, String b) {
        boolean areNumbers = (a + b).matches("\\d{2,8}") && !a.isEmpty();
        return areNumbers ? String.valueOf(Long.parseLong(a) * Long.parseLong(b)) : a.isEmpty() ? b : a + " " + b;
    }

    /** A factor, which stands in front, times this, element by element. */
    Term times(String factor, Shape of) {
        return withBody(body.isEmpty() ? factor : factor + "∘" + operand(), larger(of, shape));
    }

    /** The matrix product factor · this. */
    Term leftMatmul(String factor, Shape result) {
        return withBody(factor + "·" + operand(), result);
    }

    /** The matrix product this · factor. */
    Term rightMatmul(String factor, Shape result) {
        return withBody(operand() + "·" + factor, result);
    }

    /** A function of this that moves elements, such as reshape. */
    Term applied(String function, Shape result) {
        boolean isName = body.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '.');
        return withBody(function + (isName ? " " + body : "(" + body + ")"), result);
    }

    Term withBody(String newBody, Shape newShape) {
        return new Term(negative, coefficient, newBody, divisor, newShape, where);
    }

    /** This, with one more remark on what the text stands for. */
    Term where(String remark) {
        return new Term(negative, coefficient, body, divisor, shape, where.isEmpty() ? remark : where + ", " + remark);
    }

    /** A sum of this, as {@code Σ0,2,3}. */
    Term summed(String sum, Shape result) {
        return withBody(body.isEmpty() ? "" : sum + " " + whole(body), result);
    }

    Term withShape(Shape newShape) {
        return withBody(body, newShape);
    }

    /** The sum over the dimensions that broadcasting repeated. */
    Term summedTo(Shape target) {
        var dimensions = new ArrayList<Integer>();
        int missing = shape.rank() - target.rank();
        for (int d = 0; d < shape.rank(); d++) {
            int size = d < missing ? 1 : target.size(d - missing);
            if (size != shape.size(d)) {
                dimensions.add(d);
            }
        }
        var subscript = dimensions.stream().map(String::valueOf).collect(Collectors.joining(","));
        return withBody(body.isEmpty() ? "" : "Σ" + subscript + " " + whole(body), target);
    }

    private static Shape larger(Shape a, Shape b) {
        return a.elements() >= b.elements() ? a : b;
    }

    /** What a sum is of: in parentheses where it would not be seen how far the sum reaches. */
    static String whole(String text) {
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
            boolean reachesOn = (text.startsWith("(") ? "∘·" : "+−/").indexOf(c) >= 0;
            if (depth == 0 && reachesOn) {
                return "(" + text + ")";
            }
        }
        return text;
    }

    /** The body as a factor of a product. */
    private String operand() {
        return body.startsWith("Σ") || body.contains(" − ") || body.contains(" + ") ? "(" + body + ")" : body;
    }

    /** The text without its definitions. */
    String text() {
        var product = body.isEmpty()
                ? coefficient.isEmpty() ? "1" : coefficient
                : coefficient + (coefficient.isEmpty() || (isFraction() && body.startsWith("(")) ? "" : " ") + body;
        return (negative ? "−" : "") + product + (divisor.isEmpty() ? "" : "/" + grouped(divisor));
    }

    private static String grouped(String divisor) {
        boolean isProduct = (divisor.contains(" ") || divisor.contains("∘"))
                && !(divisor.startsWith("(") && divisor.indexOf(')') == divisor.length() - 1);
        return isProduct ? "(" + divisor + ")" : divisor;
    }

    private boolean isFraction() {
        return coefficient.equals("½");
    }
}
