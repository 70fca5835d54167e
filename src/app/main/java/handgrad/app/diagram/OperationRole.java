package handgrad.app.diagram;

import handgrad.tensor.Op;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operation is to a diagram, besides its formulas.
 *
 * @param stage the stage of the model that it begins, null if it goes on with the stage before it
 * @param layer how its output is called where the program gives no names, empty for no name
 * @param inputs what the layer's inputs are: a parameter begins with a dot, data has a name, what is computed is empty
 */
record OperationRole(@Nullable Stage stage, String layer, List<String> inputs) {
    private static final List<String> WEIGHT_AND_BIAS = List.of("", ".weight", ".bias");

    /** A stage of a model. */
    enum Stage {
        EMBEDDING("embedding"),
        CONVOLUTION("convolution"),
        LINEAR("linear"),
        BATCH_NORM("BatchNorm"),
        LAYER_NORM("LayerNorm"),
        ACTIVATION("activation"),
        POOLING("pooling"),
        SOFTMAX("softmax"),
        LOSS("loss"),
        OTHER("arithmetic");

        private final String caption;

        Stage(String caption) {
            this.caption = caption;
        }

        String caption() {
            return caption;
        }
    }

    /** The role of an operation. */
    static OperationRole of(Op op) {
        return switch (op) {
            case EMBEDDING -> new OperationRole(Stage.EMBEDDING, "embedding", List.of(".weight", "x"));
            case INDEX -> begins(Stage.EMBEDDING);
            case LINEAR -> new OperationRole(Stage.LINEAR, "linear", WEIGHT_AND_BIAS);
            case GROUPED_LINEAR -> new OperationRole(Stage.LINEAR, "groupedLinear", WEIGHT_AND_BIAS);
            case MATMUL -> begins(Stage.LINEAR);
            case CONV2D -> new OperationRole(Stage.CONVOLUTION, "conv", WEIGHT_AND_BIAS);
            case UNFOLD -> begins(Stage.CONVOLUTION);
            case MAX_POOL2D -> layer(Stage.POOLING, "pool");
            case NORMALIZE_BATCH, NORMALIZE -> begins(Stage.BATCH_NORM);
            case NORMALIZE_ROWS -> begins(Stage.LAYER_NORM);
            case SCALE_AND_SHIFT -> new OperationRole(null, "norm", WEIGHT_AND_BIAS);
            case BATCH_NORM2D -> new OperationRole(Stage.BATCH_NORM, "norm", WEIGHT_AND_BIAS);
            case TANH, SIGMOID, GATE, RELU, LEAKY_RELU, GELU -> layer(Stage.ACTIVATION, op.toString());
            case SOFTMAX, MAX -> begins(Stage.SOFTMAX);
            case NEGATIVE_LOG_LIKELIHOOD -> new OperationRole(Stage.SOFTMAX, "", List.of("", "targets"));
            case MSE_LOSS -> new OperationRole(Stage.LOSS, "", List.of("", "targets"));
            case ADD, ADD_IN_PLACE, ADD_SCALED, SUB, MUL, DIV, NEG, ABS, EXP, LOG, SQRT, POW -> goesOn();
            case SUM, ARGMAX, MATMUL_TRANSPOSE_A, MATMUL_TRANSPOSE_B -> goesOn();
            case RESHAPE, TRANSPOSE, INDEX_SELECT, INDEX_ADD, NARROW, ONE_HOT, CAT, CROP, COPY_FROM -> goesOn();
        };
    }

    private static OperationRole layer(Stage stage, String layer) {
        return new OperationRole(stage, layer, List.of());
    }

    private static OperationRole begins(Stage stage) {
        return layer(stage, "");
    }

    private static OperationRole goesOn() {
        return new OperationRole(null, "", List.of());
    }
}
