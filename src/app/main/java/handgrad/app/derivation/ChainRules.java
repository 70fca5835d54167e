package handgrad.app.derivation;

import static handgrad.app.derivation.ElementwiseDerivatives.binary;
import static handgrad.app.derivation.ElementwiseDerivatives.number;
import static handgrad.app.derivation.ElementwiseDerivatives.unary;

import handgrad.check.pass.PassGraph.Value;
import org.jspecify.annotations.Nullable;

/** The derivative of each operation by each tensor that it reads. */
final class ChainRules {
    private ChainRules() {}

    /** The rule of a use; null where the operation has none here, or its result does not depend on x smoothly. */
    static @Nullable ChainRule of(TensorUse use) {
        return switch (use.operation()) {
            case ADD -> add(use);
            case SUB -> sub(use);
            case RSUB -> rsub(use);
            case MUL -> mul(use);
            case DIV -> div(use);
            case NEG -> unary(use, "-%s", (d, _, _, _) -> "-" + d, (_, _, _) -> -1);
            case POW -> pow(use);
            case EXP -> unary(use, "exp(%s)", (d, _, y, _) -> d + " · " + y, (_, y, _) -> y);
            case LOG -> unary(use, "ln(%s)", (d, x, _, _) -> d + " / " + x, (x, _, _) -> 1 / x);
            case SQRT -> unary(use, "√(%s)", (d, _, y, _) -> d + " / (2 " + y + ")", (_, y, _) -> 0.5 / y);
            case TANH -> unary(use, "tanh(%s)", (d, _, y, _) -> d + " · (1 - " + y + "²)", (_, y, _) -> 1 - y * y);
            case SIGMOID ->
                unary(use, "σ(%s)", (d, _, y, _) -> d + " · " + y + " · (1 - " + y + ")", (_, y, _) -> y * (1 - y));
            case RELU ->
                unary(use, "max(0, %s)", (d, x, _, _) -> d + " · 1{" + x + " > 0}", (x, _, _) -> x > 0 ? 1 : 0);
            case SUM -> sum(use);
            case MAX -> ReductionDerivatives.max(use);
            case LOG_SUM_EXP -> ReductionDerivatives.logSumExp(use);
            case SOFTMAX -> ReductionDerivatives.softmax(use, softmaxDimension(use));
            case MATMUL -> ProductDerivatives.of(use, false, false);
            case MATMUL_TRANSPOSE_A -> ProductDerivatives.of(use, true, false);
            case MATMUL_TRANSPOSE_B -> ProductDerivatives.of(use, false, true);
            case BATCHED_MATMUL -> ProductDerivatives.of(use, use.argument(0) == 1, use.argument(1) == 1);
            case RESHAPE -> MoveDerivatives.reshape(use);
            case TRANSPOSE -> MoveDerivatives.transpose(use);
            case NARROW -> MoveDerivatives.narrow(use);
            case CAT -> MoveDerivatives.cat(use);
            case COPY_FROM -> MoveDerivatives.copy(use);
            case INDEX, EMBEDDING -> use.place() == 0 ? MoveDerivatives.select(use, 0) : null;
            case INDEX_SELECT -> use.place() == 0 ? MoveDerivatives.select(use, use.dimension()) : null;
            case WHERE -> where(use);
            case ADD_IN_PLACE,
                    ADD_SCALED,
                    ABS,
                    CLAMP,
                    MAXIMUM,
                    MINIMUM,
                    GATE,
                    LEAKY_RELU,
                    GELU,
                    GELU_TANH,
                    SILU,
                    DROPOUT,
                    ARGMAX,
                    CUMSUM,
                    ARGSORT,
                    LINEAR,
                    GROUPED_LINEAR,
                    RNN,
                    GRU,
                    LSTM,
                    MAKEMORE_GRU,
                    INDEX_ADD,
                    GATHER,
                    SCATTER_ADD,
                    ONE_HOT,
                    UNFOLD,
                    CROP,
                    CAUSAL_MEAN,
                    NORMALIZE_BATCH,
                    NORMALIZE_ROWS,
                    NORMALIZE_ROOT_MEAN_SQUARE,
                    NORMALIZE,
                    SCALE_AND_SHIFT,
                    BATCH_NORM2D,
                    CONV2D,
                    CONV_TRANSPOSE2D,
                    MAX_POOL2D,
                    AVG_POOL2D,
                    CAUSAL_SELF_ATTENTION,
                    LOG_SOFTMAX,
                    NEGATIVE_LOG_LIKELIHOOD,
                    WEIGHTED_CROSS_ENTROPY,
                    NLL_LOSS,
                    MSE_LOSS,
                    L1_LOSS,
                    HUBER_LOSS,
                    BCE_WITH_LOGITS_LOSS,
                    KL_DIV_LOSS -> null; // no exercise uses them
        };
    }

    private static ChainRule sum(TensorUse use) {
        return use.yShape().rank() == 0 ? ReductionDerivatives.sumOfAll(use) : ReductionDerivatives.sum(use);
    }

    private static ChainRule add(TensorUse use) {
        return use.hasOther()
                ? binary(use, "%s + %s", (d, _, _, _) -> d, (_, _, _) -> 1)
                : unary(use, "%s + " + number(use.argument(0)), (d, _, _, _) -> d, (_, _, _) -> 1);
    }

    private static ChainRule sub(TensorUse use) {
        if (!use.hasOther()) {
            return unary(use, "%s - " + number(use.argument(0)), (d, _, _, _) -> d, (_, _, _) -> 1);
        }
        return use.place() == 0
                ? binary(use, "%s - %s", (d, _, _, _) -> d, (_, _, _) -> 1)
                : binary(use, "%s - %s", (d, _, _, _) -> "-" + d, (_, _, _) -> -1);
    }

    private static ChainRule rsub(TensorUse use) {
        return unary(use, number(use.argument(0)) + " - %s", (d, _, _, _) -> "-" + d, (_, _, _) -> -1);
    }

    private static ChainRule mul(TensorUse use) {
        if (use.hasOther()) {
            return binary(use, "%s · %s", (d, _, _, other) -> d + " · " + other, (_, _, other) -> other);
        }
        double factor = use.argument(0);
        var text = " · " + number(factor);
        return unary(use, "%s" + text, (d, _, _, _) -> d + text, (_, _, _) -> factor);
    }

    private static ChainRule div(TensorUse use) {
        if (!use.hasOther()) {
            double divisor = use.argument(0);
            var text = " / " + number(divisor);
            return unary(use, "%s" + text, (d, _, _, _) -> d + text, (_, _, _) -> 1 / divisor);
        }
        return use.place() == 0
                ? binary(use, "%s / %s", (d, _, _, other) -> d + " / " + other, (_, _, other) -> 1 / other)
                : binary(
                        use,
                        "%s / %s",
                        (d, x, _, other) -> "-" + d + " · " + other + " / " + x + "²",
                        (x, _, other) -> -other / (x * x));
    }

    private static ChainRule pow(TensorUse use) {
        double exponent = use.argument(0);
        var power = exponent == 2 ? "²" : exponent == 3 ? "³" : "^" + number(exponent);
        var lower = exponent == 2 ? "" : exponent == 3 ? "²" : "^" + number(exponent - 1);
        var factor = number(exponent);
        return unary(
                use,
                "%s" + power,
                (d, x, _, _) -> d + " · " + factor + " " + x + lower,
                (x, _, _) -> exponent * Math.pow(x, exponent - 1));
    }

    private static int softmaxDimension(TensorUse use) {
        return use.output().arguments().isEmpty() ? use.xShape().rank() - 1 : use.dimension();
    }

    /** Both tensors, and the condition that chooses between them. */
    private static @Nullable ChainRule where(TensorUse use) {
        if (use.place() == 0) {
            return null;
        }
        Value condition = use.output().inputs().getFirst();
        return use.place() == 1
                ? ElementwiseDerivatives.of(
                        use,
                        condition,
                        "%1$s where %2$s is not 0",
                        (d, _, _, other) -> d + " · 1{" + other + " ≠ 0}",
                        (_, _, other) -> other == 0 ? 0 : 1)
                : ElementwiseDerivatives.of(
                        use,
                        condition,
                        "%1$s where %2$s is 0",
                        (d, _, _, other) -> d + " · 1{" + other + " = 0}",
                        (_, _, other) -> other == 0 ? 1 : 0);
    }
}
