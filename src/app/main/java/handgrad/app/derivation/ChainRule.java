package handgrad.app.derivation;

import handgrad.check.pass.PassGraph.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one use of a tensor x by an operation with the result y adds to the gradient of x: each element of it is a sum
 * of products, of an element of dy and the derivative of that element of y.
 *
 * @param use the use
 * @param forward the operation, an element of y in index notation
 * @param x the index of an element of x
 * @param y the index of an element of y that depends on it
 * @param other the value that the derivative is written with beside x and y, or null
 * @param otherIndex the index of its element
 * @param sum the indices that the sum is over, such as {@code j} or {@code i,j}; empty for a single product
 * @param term how a product is written
 * @param whole the whole tensor, in matrices
 * @param partial the derivatives
 */
record ChainRule(
        TensorUse use,
        String forward,
        List<String> x,
        List<String> y,
        @Nullable Value other,
        List<String> otherIndex,
        String sum,
        Term term,
        String whole,
        Partial partial) {
    /** Writes a product. */
    @FunctionalInterface
    interface Term {
        /** The product of {@code d}, an element of dy, and the derivative, written with elements of x, y and other. */
        String text(String d, String x, String y, String other);
    }

    /** The derivatives of an element of y. */
    @FunctionalInterface
    interface Partial {
        /** Tells the sink of each element of x that the element {@code y} depends on. */
        void of(int y, Sink sink);
    }

    /** Takes derivatives. */
    @FunctionalInterface
    interface Sink {
        /** The derivative by the element {@code x} is {@code factor}, written with the element {@code other}. */
        void add(int x, double factor, int other);
    }

    /** The element of x's gradient that this use adds, in index notation. */
    String element() {
        var own = use.x();
        var result = use.y();
        var otherName = other == null ? "" : use.name(other);
        var product = term.text(
                Positions.element("d" + result, y),
                Positions.element(own, x),
                Positions.element(result, y),
                Positions.element(otherName, otherIndex));
        if (sum.isEmpty()) {
            return product;
        }
        return product.startsWith("-") ? "-Σ" + sum + " " + product.substring(1) : "Σ" + sum + " " + product;
    }

    /** A product of the sum, by the places of its elements. */
    String product(int xPosition, int yPosition, int otherPosition) {
        return term.text(
                Positions.element("d" + use.y(), use.yShape(), yPosition),
                Positions.element(use.x(), use.xShape(), xPosition),
                Positions.element(use.y(), use.yShape(), yPosition),
                other == null || otherPosition < 0
                        ? ""
                        : Positions.element(use.name(other), other.shape(), otherPosition));
    }
}
