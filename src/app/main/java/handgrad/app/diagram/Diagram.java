package handgrad.app.diagram;

import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.Shape;
import java.util.List;
import java.util.Set;

/**
 * What is drawn: the tensors of a forward pass and the operations between them, in the order of the pass.
 *
 * @param title of the sheet
 * @param nodes the tensors
 * @param operations what computes them, the loss last
 */
record Diagram(String title, List<Node> nodes, List<Operation> operations) {
    /** What a tensor is to the pass. */
    enum Kind {
        PARAMETER,
        DATA,
        COMPUTED,
        LOSS
    }

    /** What an operation does to a gradient besides arithmetic. */
    enum Mark {
        BROADCAST("broadcast forward → sum backward"),
        SUM("sum forward → broadcast backward"),
        SCATTER("index forward → scatter-add backward");

        private final String text;

        Mark(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /**
     * A tensor.
     *
     * @param differentiable whether the loss has a gradient with respect to it
     */
    record Node(String name, Kind kind, Value value, boolean differentiable) {
        Shape shape() {
            return value.shape();
        }
    }

    /**
     * A use of a tensor by an operation.
     *
     * @param gradient what it gives to the gradient of the tensor, {@code dh = dlogits·W2ᵀ}; empty where there is none
     */
    record Use(Node input, String gradient, Set<Mark> marks) {}

    /**
     * An operation, or several in a row.
     *
     * @param formula what the output is equal to
     * @param steps the values on the way, the output's last
     * @param isLayer whether it is a layer that is drawn closed, and the formula its name
     * @param inside the uses of parameters that are drawn within a closed layer
     */
    record Operation(
            Node output, String formula, List<Use> uses, List<Value> steps, boolean isLayer, List<Use> inside) {}

    /** Whether gradients of several uses add up to the gradient of a tensor. */
    boolean isFanOut(Node node) {
        return operations.stream()
                        .flatMap(operation -> operation.uses().stream())
                        .filter(use ->
                                use.input().equals(node) && !use.gradient().isEmpty())
                        .count()
                > 1;
    }
}
