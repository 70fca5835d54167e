package handgrad.check.backward;

import handgrad.tensor.Op;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A tensor of a recorded forward pass: what made it, from what. */
public final class Recorded {
    private static final int LONGEST_TEXT = 40;

    private final @Nullable String name;
    private final @Nullable String label;
    private final Tensor content;
    private final @Nullable Op operation;
    private final List<Double> arguments;
    private final List<Recorded> inputs;
    private @Nullable String formula;

    /** A tensor; without an operation it was there before the pass. A label is what the program calls it. */
    public Recorded(
            @Nullable String name,
            @Nullable String label,
            Tensor content,
            @Nullable Op operation,
            List<Double> arguments,
            List<Recorded> inputs) {
        this.name = name;
        this.label = label;
        this.content = content;
        this.operation = operation;
        this.arguments = List.copyOf(arguments);
        this.inputs = List.copyOf(inputs);
    }

    @Nullable
    String name() {
        return name;
    }

    @Nullable
    String label() {
        return label;
    }

    Tensor content() {
        return content;
    }

    @Nullable
    Op operation() {
        return operation;
    }

    boolean isLeaf() {
        return operation == null;
    }

    double argument(int i) {
        return arguments.get(i);
    }

    List<Double> arguments() {
        return arguments;
    }

    List<Recorded> inputs() {
        return inputs;
    }

    /** Its name, or how it is computed: {@code tanh(q)}. */
    String text() {
        if (name != null) {
            return name;
        }
        if (label != null) {
            return label;
        }
        if (operation == null) {
            return content.shape().elements() == 1 ? String.valueOf(content.getFlat(0)) : "a constant";
        }
        // A value that is used twice has its text twice in a later one: without this it takes time without end.
        if (formula == null) {
            var text = formula();
            formula = text.length() > LONGEST_TEXT ? operation + "(…)" : text;
        }
        return formula;
    }

    private String formula() {
        var x = inputs.getFirst();
        boolean number = inputs.size() == 1 && !arguments.isEmpty();
        String of = x.term();
        return switch (Objects.requireNonNull(operation)) {
            // The same elements in the same order.
            case RESHAPE -> x.text();
            case RSUB -> Nodes.number(argument(0)) + " - " + of;
            case NEG -> "-" + of;
            case ADD ->
                x.text() + " + "
                        + (number ? Nodes.number(argument(0)) : inputs.getLast().text());
            case SUB ->
                x.text() + " - "
                        + (number ? Nodes.number(argument(0)) : inputs.getLast().term());
            case MUL ->
                number
                        ? Nodes.number(argument(0)) + " " + of
                        : of + " ∘ " + inputs.getLast().term();
            case DIV ->
                number && isMean()
                        ? "mean(" + x.inputs().getFirst().text() + ")"
                        : of + "/"
                                + (number
                                        ? Nodes.number(argument(0))
                                        : inputs.getLast().term());
            case NARROW -> slice();
            default -> inputs.stream().map(Recorded::text).collect(Collectors.joining(", ", operation + "(", ")"));
        };
    }

    /** Whether it divides a sum by the number of its terms. */
    boolean isMean() {
        var sum = summed();
        return sum != null && sum.terms() == argument(0);
    }

    /** Of a quotient, the sum that is divided, perhaps reshaped; else null. */
    @Nullable
    Recorded summed() {
        var sum = inputs.getFirst();
        while (sum.operation == Op.RESHAPE && sum.name == null) {
            sum = sum.inputs.getFirst();
        }
        return operation == Op.DIV && sum.operation == Op.SUM ? sum : null;
    }

    /** Of a sum, how many terms each element of it has. */
    int terms() {
        return inputs.getFirst().content.shape().elements() / content.shape().elements();
    }

    /** Its text, in brackets where it is a sum or a product itself. */
    private String term() {
        var text = text();
        return name == null && label == null && text.contains(" ") && !text.endsWith(")") ? "(" + text + ")" : text;
    }

    /** The indices of a part, as NumPy writes them: {@code x[:, 2:4]}. */
    private String slice() {
        int dimension = (int) argument(0);
        int start = (int) argument(1);
        return inputs.getFirst().term() + "[" + ":, ".repeat(dimension) + start + ":" + (start + (int) argument(2))
                + "]";
    }

    /** The softmax of a tensor, which the pass need not have computed. */
    static Recorded softmax(Recorded x, int dimension) {
        return new Recorded(
                null,
                "softmax(" + x.text() + ")",
                x.content().softmax(dimension),
                Op.SOFTMAX,
                List.of((double) dimension),
                List.of(x));
    }

    /** The same name for other elements. */
    Recorded with(Tensor other) {
        return with(other, inputs);
    }

    /** The same operation of other inputs. */
    Recorded with(Tensor other, List<Recorded> others) {
        return new Recorded(name, label, other, operation, arguments, others);
    }
}
