package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The right backward pass of a recorded one: the gradient of a tensor is the sum over its uses, each followed through
 * tensors without a name up to one whose gradient is known.
 */
final class Backward {
    /** An operation whose gradient is not written here. */
    static final class UnknownGradientException extends Exception {
        private static final long serialVersionUID = 1L;

        UnknownGradientException(@Nullable Op operation) {
            super("no gradient of " + operation);
        }
    }

    private record Edge(Recorded output, int input) {}

    private final Recorded loss;
    private final Function<String, @Nullable Tensor> gradients;
    private final IdentityHashMap<Recorded, List<Edge>> uses = new IdentityHashMap<>();
    private final IdentityHashMap<Recorded, Node> known = new IdentityHashMap<>();

    Backward(Recorded loss, List<Recorded> values, Function<String, @Nullable Tensor> gradients) {
        this.loss = loss;
        this.gradients = gradients;
        for (var output : values) {
            for (int i = 0; i < output.inputs().size(); i++) {
                uses.computeIfAbsent(output.inputs().get(i), _ -> new ArrayList<>())
                        .add(new Edge(output, i));
            }
        }
    }

    /** The program of a gradient from the gradients of the tensors behind it. */
    Node program(Recorded x) throws UnknownGradientException {
        var terms = new ArrayList<Node>();
        for (var edge : uses.getOrDefault(x, List.of())) {
            if (edge.output.content().dtype() != DType.INT32) {
                terms.add(gradient(edge.output, edge.input, of(edge.output)));
            }
        }
        if (terms.isEmpty()) {
            throw new UnknownGradientException(x.operation());
        }
        return Nodes.add(terms);
    }

    /** The gradient of any tensor: a known one where it has a name. */
    Node of(Recorded x) throws UnknownGradientException {
        var found = known.get(x);
        if (found == null) {
            found = compute(x);
            known.put(x, found);
        }
        return found;
    }

    private Node compute(Recorded x) throws UnknownGradientException {
        if (x == loss) {
            return Nodes.constant(
                    "dloss", Tensor.zeros(DType.FLOAT64, x.content().shape()).fill(1));
        }
        var name = x.name();
        return name == null ? program(x) : Node.leaf(Kind.GRADIENT, "d" + name, x, () -> gradient(name, x));
    }

    /** A known gradient; of another one the numbers are not, so that nothing that uses it fits. */
    private Tensor gradient(String name, Recorded x) {
        var found = gradients.apply(name);
        return found != null ? found : Tensor.zeros(DType.FLOAT64, shape(x)).fill(Double.NaN);
    }

    private static Shape shape(Recorded x) {
        return x.content().shape();
    }

    private static Node derivative(Recorded y, Node g) {
        return Nodes.chained(Derivatives.of(y), g);
    }

    /** What the gradient g of y gives to one of its inputs. */
    private static Node gradient(Recorded y, int input, Node g) throws UnknownGradientException {
        var x = y.inputs().get(input);
        var op = Objects.requireNonNull(y.operation());
        boolean number = y.inputs().size() == 1;
        return switch (op) {
            case ADD, ADD_IN_PLACE -> Nodes.sumTo(shape(x), g);
            case ADD_SCALED -> Nodes.sumTo(shape(x), input == 0 ? g : Nodes.scale(y.argument(0), g));
            case SUB -> Nodes.sumTo(shape(x), input == 0 ? g : Nodes.scale(-1, g));
            case RSUB, NEG -> Nodes.scale(-1, g);
            case MUL ->
                number
                        ? Nodes.scale(y.argument(0), g)
                        : Nodes.sumTo(
                                shape(x), Nodes.chained(Nodes.value(y.inputs().get(1 - input)), g));
            case DIV ->
                number
                        ? Nodes.scale(1 / y.argument(0), g).of(y)
                        : Nodes.sumTo(shape(x), Nodes.chained(Derivatives.ofQuotient(y, input), g));
            case MAXIMUM, MINIMUM -> Nodes.sumTo(shape(x), Nodes.mul(Derivatives.ofChoice(y, input), g));
            case WHERE -> Nodes.sumTo(shape(x), Nodes.mul(Derivatives.ofCondition(y, input), g));
            case ABS, CLAMP, EXP, LOG, SQRT, POW, TANH, SIGMOID, RELU, LEAKY_RELU, GELU_TANH, SILU, DROPOUT ->
                derivative(y, g);
            case SUM -> Nodes.expand(kept(x, (int) y.argument(0)), shape(x), g);
            case LOG_SUM_EXP -> {
                int d = (int) y.argument(0);
                yield Nodes.mul(Nodes.value(Recorded.softmax(x, d)), Nodes.expand(kept(x, d), shape(x), g));
            }
            case SOFTMAX -> {
                int d = y.arguments().isEmpty() ? shape(x).rank() - 1 : (int) y.argument(0);
                var p = Nodes.value(y);
                var sum = Nodes.expand(kept(x, d), shape(x), Nodes.sum(d, Nodes.mul(p, g)));
                yield Nodes.mul(
                        p,
                        Nodes.add(List.of(
                                g,
                                Nodes.scale(-1, sum)
                                        .titled("the sum of " + p.text() + " ∘ " + g.text() + " over dimension " + d
                                                + ", one of each row,"))));
            }
            case LOG_SOFTMAX -> {
                int d = (int) y.argument(0);
                var p = Nodes.constant("softmax(" + x.text() + ")", y.content().exp());
                var sum = Nodes.expand(kept(x, d), shape(x), Nodes.sum(d, g));
                yield Nodes.add(List.of(g, Nodes.scale(-1, Nodes.mul(p, sum))));
            }
            case MATMUL -> product(y, input, g, false, false);
            case MATMUL_TRANSPOSE_A -> product(y, input, g, true, false);
            case MATMUL_TRANSPOSE_B -> product(y, input, g, false, true);
            case BATCHED_MATMUL -> product(y, input, g, y.argument(0) == 1, y.argument(1) == 1);
            case LINEAR -> input == 2 ? Nodes.sumTo(shape(x), g) : product(y, input, g, false, false);
            case SCALE_AND_SHIFT ->
                Nodes.sumTo(
                        shape(x),
                        input == 2 ? g : Nodes.mul(Nodes.value(y.inputs().get(1 - input)), g));
            case MAX, RESHAPE, TRANSPOSE, INDEX, EMBEDDING, INDEX_SELECT, GATHER, NARROW, CAT -> moved(y, input, g);
            case COPY_FROM -> g;
            case INDEX_ADD -> throw new UnknownGradientException(op);
            case GATE,
                    GELU,
                    ARGMAX,
                    ARGSORT,
                    GROUPED_LINEAR,
                    RNN,
                    GRU,
                    LSTM,
                    MAKEMORE_GRU,
                    SCATTER_ADD,
                    CUMSUM,
                    ONE_HOT,
                    UNFOLD,
                    CROP,
                    CAUSAL_MEAN,
                    NORMALIZE_BATCH,
                    NORMALIZE_ROWS,
                    NORMALIZE_ROOT_MEAN_SQUARE,
                    NORMALIZE,
                    BATCH_NORM2D,
                    CONV2D,
                    CONV_TRANSPOSE2D,
                    MAX_POOL2D,
                    AVG_POOL2D,
                    CAUSAL_SELF_ATTENTION,
                    NEGATIVE_LOG_LIKELIHOOD,
                    WEIGHTED_CROSS_ENTROPY,
                    NLL_LOSS,
                    MSE_LOSS,
                    L1_LOSS,
                    HUBER_LOSS,
                    BCE_WITH_LOGITS_LOSS,
                    KL_DIV_LOSS -> throw new UnknownGradientException(op);
        };
    }

    private static Shape kept(Recorded x, int dimension) {
        return shape(x).with(dimension, 1);
    }

    /** Of y = a' · b', a' being a or its transpose: da' = g · b'ᵀ and db' = a'ᵀ · g. */
    private static Node product(Recorded y, int input, Node g, boolean ta, boolean tb) {
        var x = y.inputs().get(input);
        var other = Nodes.value(y.inputs().get(1 - input));
        var product = input == 0
                ? ta ? Nodes.matmul(other, g, tb, true) : Nodes.matmul(g, other, false, !tb)
                : tb ? Nodes.matmul(g, other, true, ta) : Nodes.matmul(other, g, !ta, false);
        return Nodes.sumTo(shape(x), product);
    }

    /** Elements that an operation moves: run on their positions, it tells where each came from. */
    private static Node moved(Recorded y, int input, Node g) throws UnknownGradientException {
        var x = y.inputs().get(input);
        int count = shape(x).elements();
        double[] numbers = new double[count];
        Arrays.setAll(numbers, i -> i + 1);
        var positions = Tensor.of(numbers, shape(x).toArray());
        var out = Moves.run(y, input, positions);
        if (out == null) {
            throw new UnknownGradientException(y.operation());
        }
        int[] places = new int[out.shape().elements()];
        Arrays.setAll(places, i -> (int) out.getFlat(i) - 1);
        return Nodes.scatter(y, shape(x), places, g);
    }
}
