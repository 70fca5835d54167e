package handgrad.check.backward;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Operations that only move elements, run on the numbers of their places. */
final class Moves {
    private Moves() {}

    /**
     * What an operation makes of one of its inputs when all elements of the others are 0.
     *
     * @return null if the operation does more than move elements
     */
    static @Nullable Tensor run(Recorded y, int input, Tensor x) {
        var operation = y.operation();
        if (operation == null) {
            return null;
        }
        return switch (operation) {
            case RESHAPE -> x.reshape(y.content().shape().toArray());
            case TRANSPOSE -> x.transpose((int) y.argument(0), (int) y.argument(1));
            case INDEX, EMBEDDING -> x.index(y.inputs().get(1).content());
            case INDEX_SELECT ->
                x.indexSelect((int) y.argument(0), y.inputs().get(1).content());
            case GATHER -> x.gather((int) y.argument(0), y.inputs().get(1).content());
            case NARROW -> x.narrow((int) y.argument(0), (int) y.argument(1), (int) y.argument(2));
            case CAT -> {
                var parts = y.inputs().stream()
                        .map(part -> Tensor.zeros(DType.FLOAT64, part.content().shape()))
                        .toArray(Tensor[]::new);
                parts[input] = x;
                yield Tensor.cat((int) y.argument(0), parts);
            }
            case MAX -> {
                int d = (int) y.argument(0);
                var best = y.inputs().getFirst().content().argmax(d);
                Shape kept = y.inputs().getFirst().content().shape().with(d, 1);
                yield x.gather(d, best.reshape(kept.toArray()))
                        .reshape(y.content().shape().toArray());
            }
            default -> null;
        };
    }
}
