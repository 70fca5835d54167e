package handgrad.check.backward;

import handgrad.tensor.Op;
import handgrad.tensor.Tensor;
import java.util.List;
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
        String of = inputs.getFirst().text();
        if (operation == Op.RSUB) {
            return Nodes.number(arguments.getFirst()) + " - " + of;
        }
        var text = inputs.stream().map(Recorded::text).collect(Collectors.joining(", ", operation + "(", ")"));
        return text.length() > LONGEST_TEXT ? operation + "(…)" : text;
    }
}
