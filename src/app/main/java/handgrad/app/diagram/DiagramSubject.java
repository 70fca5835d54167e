package handgrad.app.diagram;

import handgrad.check.pass.PassGraph;
import handgrad.check.pass.PassGraph.Value;
import handgrad.check.result.Verdict;
import handgrad.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What to draw a diagram of: a forward pass that ran, and what is known of its tensors.
 *
 * @param title of the sheet
 * @param graph of the pass
 * @param variables names of tensors that the pass does not name
 * @param layers the layers of the pass, in their order; empty if it has none
 * @param gradients the gradient of a named tensor for the batch, null where there is none
 * @param verdicts what the gradient check says of the gradient of a named tensor
 * @param sources the text of a source file by its name, null where there is none
 */
record DiagramSubject(
        String title,
        PassGraph graph,
        IdentityHashMap<Tensor, String> variables,
        List<LayerSpan> layers,
        Function<String, @Nullable Tensor> gradients,
        Function<String, Verdict> verdicts,
        Function<String, @Nullable String> sources) {
    /**
     * A layer: it computes one named tensor from another.
     *
     * @param name such as {@code 4.BatchNorm1d}
     * @param title with its sizes, {@code Linear 30 → 200}
     * @param output the name of the tensor that it makes
     * @param parameters the names of its parameters
     */
    record LayerSpan(String name, String title, String output, List<String> parameters) {
        /** Its place among the layers. */
        String number() {
            return name.substring(0, name.indexOf('.'));
        }

        /** Whether it is made of layers itself. */
        boolean isComposite() {
            return parameters.size() > 2;
        }

        /** Whether somebody who says this means this layer: its name, its number or its kind. */
        boolean isCalled(String wanted) {
            return wanted.equals("all")
                    || name.equalsIgnoreCase(wanted)
                    || number().equals(wanted)
                    || name.substring(number().length() + 1).equalsIgnoreCase(wanted);
        }
    }

    /** The name that the pass or the program gives a value, or null. */
    @Nullable
    String nameOf(Value value) {
        return value.name() != null ? value.name() : variables.get(value.tensor());
    }
}
