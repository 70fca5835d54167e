package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.difference.Tensors;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The steps that backward passes are made of. */
final class Nodes {
    private Nodes() {}

    static Node value(Recorded recorded) {
        return Node.leaf(Kind.VALUE, recorded.text(), recorded, recorded::content);
    }

    static Node constant(String text, Tensor tensor) {
        return constant(text, () -> tensor);
    }

    /** A tensor that is computed when it is asked for. */
    static Node constant(String text, Supplier<Tensor> tensor) {
        return Node.leaf(Kind.VALUE, text, null, tensor);
    }

    static Node add(List<Node> terms) {
        return terms.size() == 1
                ? terms.getFirst()
                : new Node(
                        Kind.ADD,
                        join(terms, " + "),
                        0,
                        null,
                        terms,
                        values -> values.stream().reduce(Tensor::add).orElseThrow());
    }

    static Node mul(Node... factors) {
        return mul(List.of(factors));
    }

    /** factor ∘ g, without the gradient 1 of the loss where it says nothing. */
    static Node chained(Node factor, Node g) {
        return g.isLoss() && factor.value().shape().equals(g.value().shape()) ? factor : mul(factor, g);
    }

    static Node mul(List<Node> factors) {
        return factors.size() == 1
                ? factors.getFirst()
                : new Node(
                        Kind.MUL,
                        join(factors, " ∘ "),
                        0,
                        null,
                        factors,
                        values -> values.stream().reduce(Tensor::mul).orElseThrow());
    }

    private static String join(List<Node> nodes, String sign) {
        return nodes.stream()
                .map(node -> node.is(Kind.ADD) ? "(" + node.text() + ")" : node.text())
                .collect(Collectors.joining(sign));
    }

    static Node scale(double factor, Node x) {
        String text = factor == -1 ? "-" : number(factor) + " ";
        return new Node(
                Kind.SCALE,
                text + join(List.of(x), ""),
                factor,
                null,
                List.of(x),
                values -> values.getFirst().mul(factor));
    }

    /** A number, as a fraction where it is 1/n. */
    static String number(double value) {
        double inverse = 1 / value;
        double square = value * value;
        if (square > 1 && isWhole(square) && !isWhole(value)) {
            return (value < 0 ? "-√" : "√") + Math.round(square);
        }
        if (square < 1 && isWhole(1 / square) && !isWhole(inverse)) {
            return (value < 0 ? "-1/√" : "1/√") + Math.round(1 / square);
        }
        if (Math.abs(value) < 1 && Math.abs(inverse - Math.rint(inverse)) < 1e-9) {
            return (value < 0 ? "-" : "") + "1/" + Math.round(Math.abs(inverse));
        }
        return String.format(Locale.ROOT, "%.4g", value)
                .replaceAll("(\\.\\d*?)0+$", "$1")
                .replaceAll("\\.$", "");
    }

    private static boolean isWhole(double value) {
        return Math.abs(value - Math.rint(value)) < 1e-9 * Math.abs(value);
    }

    static Node sumTo(Shape shape, Node x) {
        return x.value().shape().equals(shape)
                ? x
                : new Node(
                        Kind.SUM_TO,
                        "Σ(" + x.text() + ")",
                        0,
                        null,
                        List.of(x),
                        values -> Objects.requireNonNull(Tensors.sumTo(shape, values.getFirst())));
    }

    static Node sum(int dimension, Node x) {
        return new Node(
                Kind.SUM,
                "Σ" + dimension + "(" + x.text() + ")",
                dimension,
                null,
                List.of(x),
                values -> values.getFirst().sum(dimension, true));
    }

    /** Repeats x, of the shape kept, to a shape. */
    static Node expand(Shape kept, Shape shape, Node x) {
        return new Node(
                Kind.EXPAND,
                x.text(),
                0,
                null,
                List.of(x),
                values ->
                        Tensor.zeros(DType.FLOAT64, shape).add(values.getFirst().reshape(kept.toArray())));
    }

    /** The elements of x as they lie. */
    static Node reshape(Shape shape, Node x) {
        return new Node(
                Kind.EXPAND,
                x.text(),
                0,
                null,
                List.of(x),
                values -> values.getFirst().reshape(shape.toArray()));
    }

    static Node matmul(Node a, Node b, boolean transposeA, boolean transposeB) {
        return new Node(
                Kind.MATMUL,
                a.text() + (transposeA ? "ᵀ" : "") + " · " + b.text() + (transposeB ? "ᵀ" : ""),
                (transposeA ? 1 : 0) + (transposeB ? 2 : 0),
                null,
                List.of(a, b),
                values -> transposed(values.get(0), transposeA).matmul(transposed(values.get(1), transposeB)));
    }

    private static Tensor transposed(Tensor x, boolean transpose) {
        return transpose ? x.transpose(-2, -1) : x;
    }

    /**
     * Adds element i of x to element positions[i] of zeros; a negative position is nowhere.
     *
     * @param moved what the operation made of the tensor, whose gradient this is
     */
    static Node scatter(@Nullable Recorded moved, Shape shape, int[] positions, Node x) {
        return new Node(Kind.SCATTER, x.text(), 0, moved, List.of(x), values -> {
                    var out = Tensor.zeros(DType.FLOAT64, shape);
                    for (int i = 0; i < positions.length; i++) {
                        if (positions[i] >= 0) {
                            out.setFlat(
                                    positions[i],
                                    out.getFlat(positions[i])
                                            + values.getFirst().getFlat(i));
                        }
                    }
                    return out;
                })
                .at(positions);
    }
}
