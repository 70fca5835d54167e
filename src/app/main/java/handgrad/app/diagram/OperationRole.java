package handgrad.app.diagram;

import handgrad.tensor.Op;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
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
        RECURRENCE("recurrence"),
        LINEAR("linear"),
        BATCH_NORM("BatchNorm"),
        LAYER_NORM("LayerNorm"),
        RMS_NORM("RMSNorm"),
        ACTIVATION("activation"),
        DROPOUT("dropout"),
        POOLING("pooling"),
        ATTENTION("attention"),
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

    private static final OperationRole LOSS = new OperationRole(Stage.LOSS, "", List.of("", "targets"));

    private static final Map<Op, OperationRole> OTHERS = new EnumMap<>(Map.ofEntries(
            Map.entry(Op.EMBEDDING, new OperationRole(Stage.EMBEDDING, "embedding", List.of(".weight", "x"))),
            Map.entry(Op.INDEX, begins(Stage.EMBEDDING)),
            Map.entry(Op.LINEAR, new OperationRole(Stage.LINEAR, "linear", WEIGHT_AND_BIAS)),
            Map.entry(Op.GROUPED_LINEAR, new OperationRole(Stage.LINEAR, "groupedLinear", WEIGHT_AND_BIAS)),
            Map.entry(Op.MATMUL, begins(Stage.LINEAR)),
            Map.entry(Op.CONV2D, new OperationRole(Stage.CONVOLUTION, "conv", WEIGHT_AND_BIAS)),
            Map.entry(Op.UNFOLD, begins(Stage.CONVOLUTION)),
            Map.entry(Op.RNN, recurrence(Op.RNN, "start")),
            Map.entry(Op.GRU, recurrence(Op.GRU, "start")),
            Map.entry(Op.LSTM, recurrence(Op.LSTM, "start", "startCell")),
            Map.entry(Op.MAKEMORE_GRU, recurrence(Op.MAKEMORE_GRU, "start")),
            Map.entry(Op.DROPOUT, layer(Stage.DROPOUT, "dropout")),
            Map.entry(Op.CONV_TRANSPOSE2D, new OperationRole(Stage.CONVOLUTION, "convTranspose", WEIGHT_AND_BIAS)),
            Map.entry(Op.MAX_POOL2D, layer(Stage.POOLING, "pool")),
            Map.entry(Op.AVG_POOL2D, layer(Stage.POOLING, "pool")),
            Map.entry(Op.CAUSAL_SELF_ATTENTION, layer(Stage.ATTENTION, "attention")),
            Map.entry(Op.NORMALIZE_BATCH, begins(Stage.BATCH_NORM)),
            Map.entry(Op.NORMALIZE, begins(Stage.BATCH_NORM)),
            Map.entry(Op.NORMALIZE_ROWS, begins(Stage.LAYER_NORM)),
            Map.entry(Op.NORMALIZE_ROOT_MEAN_SQUARE, begins(Stage.RMS_NORM)),
            Map.entry(Op.SCALE_AND_SHIFT, new OperationRole(null, "norm", WEIGHT_AND_BIAS)),
            Map.entry(Op.BATCH_NORM2D, new OperationRole(Stage.BATCH_NORM, "norm", WEIGHT_AND_BIAS)),
            Map.entry(Op.SOFTMAX, begins(Stage.SOFTMAX)),
            Map.entry(Op.LOG_SOFTMAX, begins(Stage.SOFTMAX)),
            Map.entry(Op.LOG_SUM_EXP, begins(Stage.SOFTMAX)),
            Map.entry(Op.MAX, begins(Stage.SOFTMAX)),
            Map.entry(Op.NEGATIVE_LOG_LIKELIHOOD, new OperationRole(Stage.SOFTMAX, "", List.of("", "targets"))),
            Map.entry(Op.WEIGHTED_CROSS_ENTROPY, LOSS),
            Map.entry(Op.NLL_LOSS, LOSS),
            Map.entry(Op.MSE_LOSS, LOSS),
            Map.entry(Op.L1_LOSS, LOSS),
            Map.entry(Op.HUBER_LOSS, LOSS),
            Map.entry(Op.BCE_WITH_LOGITS_LOSS, LOSS),
            Map.entry(Op.KL_DIV_LOSS, LOSS)));

    /** The operations that go on with the stage before them. */
    private static final Set<Op> GO_ON = EnumSet.of(
            Op.ADD,
            Op.ADD_IN_PLACE,
            Op.ADD_SCALED,
            Op.SUB,
            Op.RSUB,
            Op.MUL,
            Op.DIV,
            Op.NEG,
            Op.ABS,
            Op.CLAMP,
            Op.MAXIMUM,
            Op.MINIMUM,
            Op.WHERE,
            Op.EXP,
            Op.LOG,
            Op.SQRT,
            Op.POW,
            Op.SUM,
            Op.ARGMAX,
            Op.CUMSUM,
            Op.ARGSORT,
            Op.MATMUL_TRANSPOSE_A,
            Op.MATMUL_TRANSPOSE_B,
            Op.BATCHED_MATMUL,
            Op.RESHAPE,
            Op.TRANSPOSE,
            Op.INDEX_SELECT,
            Op.INDEX_ADD,
            Op.GATHER,
            Op.SCATTER_ADD,
            Op.NARROW,
            Op.ONE_HOT,
            Op.CAT,
            Op.CROP,
            Op.CAUSAL_MEAN,
            Op.COPY_FROM);

    /** The role of an operation; an activation needs no row here. */
    static OperationRole of(Op op) {
        if (op.isActivation()) {
            return layer(Stage.ACTIVATION, op.toString());
        }
        var role = GO_ON.contains(op) ? new OperationRole(null, "", List.of()) : OTHERS.get(op);
        return Objects.requireNonNull(role, () -> "OperationRole has no row for " + op);
    }

    private static OperationRole layer(Stage stage, String layer) {
        return new OperationRole(stage, layer, List.of());
    }

    private static OperationRole recurrence(Op op, String... states) {
        var inputs = Stream.of(Stream.of("", ".weight"), Stream.of(states), Stream.of(".bias"))
                .flatMap(each -> each)
                .toList();
        return new OperationRole(Stage.RECURRENCE, op.toString(), inputs);
    }

    private static OperationRole begins(Stage stage) {
        return layer(stage, "");
    }
}
