package handgrad.check.backward;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Runs a part of the forward pass again with another content of one of its tensors. */
final class Rerun {
    private static final int DEEPEST = 12;

    private Rerun() {}

    /** A tensor computed from another content of a step; null if it does not depend on it by operations known here. */
    static @Nullable Recorded of(Recorded value, Recorded step, Tensor other) {
        var moved = run(value, step, other, 0);
        return moved == value ? null : moved;
    }

    private static @Nullable Recorded run(Recorded value, Recorded step, Tensor other, int depth) {
        if (value == step) {
            return value.with(other);
        }
        if (value.isLeaf() || depth == DEEPEST) {
            return value;
        }
        var inputs = new ArrayList<Recorded>();
        boolean changed = false;
        for (var input : value.inputs()) {
            var moved = run(input, step, other, depth + 1);
            if (moved == null) {
                return null;
            }
            changed |= moved != input;
            inputs.add(moved);
        }
        if (!changed) {
            return value;
        }
        var content = content(value, inputs.stream().map(Recorded::content).toArray(Tensor[]::new));
        return content == null ? null : value.with(content, inputs);
    }

    private static @Nullable Tensor content(Recorded value, Tensor... inputs) {
        var operation = value.operation();
        if (operation == null || inputs[0].dtype() == DType.INT32) {
            return null;
        }
        var a = inputs[0];
        boolean number = inputs.length == 1 && !value.arguments().isEmpty();
        double n = value.arguments().isEmpty() ? 0 : value.argument(0);
        return switch (operation) {
            case ADD -> number ? a.add(n) : a.add(inputs[1]);
            case SUB -> number ? a.sub(n) : a.sub(inputs[1]);
            case MUL -> number ? a.mul(n) : a.mul(inputs[1]);
            case DIV -> number ? a.div(n) : a.div(inputs[1]);
            case RSUB -> a.rsub(n);
            case NEG -> a.neg();
            case EXP -> a.exp();
            case LOG -> a.log();
            case SQRT -> a.sqrt();
            case POW -> a.pow(n);
            case TANH -> a.tanh();
            case SIGMOID -> a.sigmoid();
            case SOFTMAX -> a.softmax(value.arguments().isEmpty() ? a.shape().rank() - 1 : (int) n);
            case RESHAPE -> a.reshape(value.content().shape().toArray());
            case TRANSPOSE -> a.transpose((int) n, (int) value.argument(1));
            default -> null;
        };
    }
}
