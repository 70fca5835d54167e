package handgrad.tensor;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An operation on tensors, as a value: what a {@link Tracer} is told. The comment of each names its inputs in their
 * order and, after a semicolon, the numbers among its arguments.
 *
 * <p>Whoever treats operations differently, such as the formulas of a diagram, switches over this type without a
 * default, so that the compiler names every place that a new operation is missing from.
 */
public enum Op {
    /** a + b: a, b, or only a; b where it is a number. */
    ADD,
    /** a + b, written into a: a, b. */
    ADD_IN_PLACE,
    /** a + factor · b, written into a: a, b; factor. */
    ADD_SCALED,
    /** a - b: a, b, or only a; b where it is a number. */
    SUB,
    /** b - x: x; b. */
    RSUB,
    /** a · b, elementwise: a, b, or only a; b where it is a number. */
    MUL,
    /** a / b: a, b, or only a; b where it is a number. */
    DIV,
    /** -x: x. */
    NEG,
    /** |x|: x. */
    ABS,
    /** x, or the bound that is nearer: x; the least and the largest. */
    CLAMP,
    /** The larger of two elements: a, b. */
    MAXIMUM,
    /** The smaller of two elements: a, b. */
    MINIMUM,
    /** a where the condition holds, b elsewhere: condition, a, b. */
    WHERE,
    /** eˣ: x. */
    EXP,
    /** ln x: x. */
    LOG,
    /** √x: x. */
    SQRT,
    /** x to a power: x; the exponent. */
    POW,
    /** tanh x: x. */
    TANH,
    /** 1/(1 + e⁻ˣ): x. */
    SIGMOID,
    /** tanh f · sigmoid g, f and g the halves of each row of x: x. */
    GATE,
    /** max(x, 0): x. */
    RELU,
    /** x where it is positive, slope · x elsewhere: x; slope. */
    LEAKY_RELU,
    /** x · Φ(x), Φ the distribution function of the normal distribution: x. */
    GELU,
    /** x · Φ(x), nearly, by tanh: x. */
    GELU_TANH,
    /** x/(1 + e⁻ˣ): x. */
    SILU,
    /** x where a drawn mask is 1, divided by 1 - p, elsewhere 0: x; p. */
    DROPOUT,
    /** The sum over one dimension: x; dimension, 1 if the result keeps it. */
    SUM,
    /** The largest element along one dimension: x; dimension, 1 if the result keeps it. */
    MAX,
    /** Where the largest element along one dimension is: x; dimension. */
    ARGMAX,
    /** The sums of the elements so far along one dimension: x; dimension. */
    CUMSUM,
    /** Where the elements along one dimension are in order: x; dimension, 1 if the order is descending. */
    ARGSORT,
    /** ln Σ eˣ over one dimension: x; dimension, 1 if the result keeps it. */
    LOG_SUM_EXP,
    /** a · b: a, b. */
    MATMUL,
    /** aᵀ · b: a, b. */
    MATMUL_TRANSPOSE_A,
    /** a · bᵀ: a, b. */
    MATMUL_TRANSPOSE_B,
    /** The product of each two matrices of batches that broadcast: a, b; 1 if it is of aᵀ, 1 if it is of bᵀ. */
    BATCHED_MATMUL,
    /** x · weight + bias: x, weight, and bias if there is one. */
    LINEAR,
    /** {@link #LINEAR} in each group of columns: x, weight, and bias if there is one. */
    GROUPED_LINEAR,
    /** The steps of an RNN: the inputs' part x · weight + bias, the recurrent weight, the state, and bias if any. */
    RNN,
    /** Those of PyTorch's GRU: as {@link #RNN}. */
    GRU,
    /** Those of an LSTM: as {@link #RNN}, with the cell behind the state. */
    LSTM,
    /** Those of makemore's GRU: as {@link #RNN}. */
    MAKEMORE_GRU,
    /** The same elements in another shape: x. */
    RESHAPE,
    /** Two dimensions exchanged: x; the two. */
    TRANSPOSE,
    /** Rows picked by indices: x, indices. */
    INDEX,
    /** {@link #INDEX} of the layer: table, indices. */
    EMBEDDING,
    /** Positions along one dimension picked by indices: x, indices; dimension. */
    INDEX_SELECT,
    /** Rows of x added to the rows of a that indices name, in place: a, indices, x. */
    INDEX_ADD,
    /** Elements picked along one dimension by an index each: x, indices; dimension. */
    GATHER,
    /** Elements of x added to those of a that indices name along one dimension, in place: a, indices, x; dimension. */
    SCATTER_ADD,
    /** A range of one dimension: x; dimension, start, length. */
    NARROW,
    /** Ones at the indices, zeros elsewhere: indices. */
    ONE_HOT,
    /** Tensors one after the other along one dimension: each of them; dimension. */
    CAT,
    /** Neighbouring positions side by side, for a causal convolution: x; dilation. */
    UNFOLD,
    /** The last positions of x, beside what out held: x, or out and x; the column that they begin at. */
    CROP,
    /** The mean of each position and those before it: x. */
    CAUSAL_MEAN,
    /** The elements, perhaps of another type: x. */
    COPY_FROM,
    /** x normalised over all dimensions but the last: x; ε, the divisor of the variance. */
    NORMALIZE_BATCH,
    /** x normalised over the last dimension: x; ε. */
    NORMALIZE_ROWS,
    /** x divided by its root mean square over the last dimension: x; ε. */
    NORMALIZE_ROOT_MEAN_SQUARE,
    /** x normalised by given statistics: x, mean, inverse deviation. */
    NORMALIZE,
    /** gain · x + bias, for each feature: x, gain, and bias if there is one. */
    SCALE_AND_SHIFT,
    /**
     * Normalised channels of images, scaled and shifted: x, gain, bias; ε, divisor; in evaluation also the statistics.
     */
    BATCH_NORM2D,
    /**
     * The convolution of images: x, weight, and bias if there is one; height and width of kernel, stride and padding,
     * then the groups.
     */
    CONV2D,
    /** The convolution that is transposed, from its output to its input: as {@link #CONV2D}. */
    CONV_TRANSPOSE2D,
    /** The largest element of each window of images: x; height and width of kernel, stride and padding. */
    MAX_POOL2D,
    /** The mean of each window of images: as {@link #MAX_POOL2D}. */
    AVG_POOL2D,
    /** softmax(q kᵀ / √d) · v of each head, each position seeing those up to it: q, k and v in one; heads, dropout. */
    CAUSAL_SELF_ATTENTION,
    /** The softmax of each row, or along one dimension: logits; the dimension where it is given. */
    SOFTMAX,
    /** Its logarithm: logits; the dimension. */
    LOG_SOFTMAX,
    /** The mean of -ln of the target's probability: probabilities, targets. */
    NEGATIVE_LOG_LIKELIHOOD,
    /**
     * Cross-entropy, weighted and smoothed: logits, targets; what its sum is divided by, 1 if weights are not all 1,
     * smoothing.
     */
    WEIGHTED_CROSS_ENTROPY,
    /** The negative log-probabilities of the targets: log-probabilities, targets; divisor, 1 if weighted. */
    NLL_LOSS,
    /** The squared differences: x, target; divisor. */
    MSE_LOSS,
    /** The absolute differences: x, target; divisor. */
    L1_LOSS,
    /** The differences, squared where they are small: x, target; divisor, δ. */
    HUBER_LOSS,
    /** The binary cross-entropy of sigmoids: logits, target; divisor. */
    BCE_WITH_LOGITS_LOSS,
    /** The divergence of Kullback and Leibler: log-probabilities, target; divisor. */
    KL_DIV_LOSS;

    /** The constant's name in camel case. */
    private final String method = Pattern.compile("_(.)")
            .matcher(name().toLowerCase(Locale.ROOT))
            .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));

    /** Whether it is an activation: what makes a network of linear layers more than one linear layer. */
    public boolean isActivation() {
        return switch (this) {
            case TANH, SIGMOID, GATE, RELU, LEAKY_RELU, GELU, GELU_TANH, SILU -> true;
            default -> false;
        };
    }

    /** Whether it is the end of a loss: a number that is made smaller. */
    public boolean isLoss() {
        return switch (this) {
            case NEGATIVE_LOG_LIKELIHOOD,
                    WEIGHTED_CROSS_ENTROPY,
                    NLL_LOSS,
                    MSE_LOSS,
                    L1_LOSS,
                    HUBER_LOSS,
                    BCE_WITH_LOGITS_LOSS,
                    KL_DIV_LOSS -> true;
            default -> false;
        };
    }

    /** The name of the method, such as {@code matmulTransposeA}. */
    @Override
    public String toString() {
        return method;
    }
}
