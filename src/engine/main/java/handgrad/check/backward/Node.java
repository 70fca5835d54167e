package handgrad.check.backward;

import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A step of a backward pass: what it computes from which others. Its value is computed once, when it is asked for. */
final class Node {
    /** What mistakes are possible depends on it. */
    enum Kind {
        /** A tensor of the forward pass. */
        VALUE,
        /** The gradient of a tensor: the factor from above. */
        GRADIENT,
        /** The derivative of an elementwise operation. */
        DERIVATIVE,
        /** The sum of the inputs. */
        ADD,
        /** The elementwise product of the inputs. */
        MUL,
        /** The input times a number. */
        SCALE,
        /** The input summed over what was broadcast. */
        SUM_TO,
        /** The input summed over one dimension, which stays with size 1. */
        SUM,
        /** The input repeated to a shape. */
        EXPAND,
        /** A product of matrices, either of them transposed or not. */
        MATMUL,
        /** Each element of the input added to the element that it came from. */
        SCATTER
    }

    private final Kind kind;
    private final String text;
    private final double number;
    private @Nullable Recorded source;
    private final List<Node> inputs;
    private final Function<List<Tensor>, Tensor> function;
    private @Nullable Tensor value;
    private @Nullable String title;
    private int[] places = {};

    Node(
            Kind kind,
            String text,
            double number,
            @Nullable Recorded source,
            List<Node> inputs,
            Function<List<Tensor>, Tensor> function) {
        this.kind = kind;
        this.text = text;
        this.number = number;
        this.source = source;
        this.inputs = List.copyOf(inputs);
        this.function = function;
    }

    static Node leaf(Kind kind, String text, @Nullable Recorded source, Supplier<Tensor> value) {
        return new Node(kind, text, 0, source, List.of(), _ -> value.get());
    }

    Kind kind() {
        return kind;
    }

    boolean is(Kind other) {
        return kind == other;
    }

    /** Whether it is the gradient of the loss, 1. */
    boolean isLoss() {
        return text.equals("dloss");
    }

    /** As it is written, in the names of the pass. */
    String text() {
        if (title != null) {
            return title;
        }
        return text.length() > 60 ? text.substring(0, 57) + "…" : text;
    }

    /** This step by a name of its own. */
    Node titled(String name) {
        var copy = with(inputs);
        copy.title = name;
        return copy;
    }

    @Nullable
    String title() {
        return title;
    }

    /** The factor, the dimension, or the transpositions. */
    double number() {
        return number;
    }

    /** Where a scatter adds the elements of its input. */
    int[] places() {
        return places;
    }

    /** This step as that of a tensor of the forward pass. */
    Node of(Recorded recorded) {
        this.source = recorded;
        return this;
    }

    /** This step with the places that it adds to. */
    Node at(int... positions) {
        this.places = positions;
        return this;
    }

    /** The tensor of the forward pass that it belongs to, where it is one's value or derivative. */
    @Nullable
    Recorded source() {
        return source;
    }

    List<Node> inputs() {
        return inputs;
    }

    Tensor value() {
        if (value == null) {
            value = function.apply(inputs.stream().map(Node::value).toList());
        }
        return value;
    }

    /** The same step of other inputs. */
    Node with(List<Node> others) {
        var copy = new Node(kind, text, number, source, others, function);
        copy.title = title;
        copy.places = places;
        return copy;
    }

    /** This program with one of its nodes replaced wherever it stands. */
    Node replaced(Node old, Node by) {
        if (this == old) {
            return by;
        }
        boolean changed = false;
        var others = new ArrayList<Node>();
        for (var input : inputs) {
            var other = input.replaced(old, by);
            changed |= other != input;
            others.add(other);
        }
        return changed ? with(others) : this;
    }
}
