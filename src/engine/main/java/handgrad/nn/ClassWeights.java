package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The weights of classes in a loss, 1 for each if none are given. */
final class ClassWeights {
    private final List<Double> given;
    private @Nullable Tensor weights;

    ClassWeights(List<Double> given) {
        this.given = List.copyOf(given);
    }

    /** Refuses weights that are negative or not finite. */
    static void require(String loss, List<Double> weights) {
        for (double weight : weights) {
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        loss + ": a weight of a class must be at least 0 and finite, they are " + weights);
            }
        }
    }

    /** The weight of a class; that of a class beyond the given ones is 1, which forward refuses. */
    double of(int index) {
        return index >= 0 && index < given.size() ? given.get(index) : 1;
    }

    /** The weights (classes), FLOAT64, of logits (…, classes), as given or as many as there are classes. */
    Tensor of(Tensor logits) {
        int classes = logits.shape().rank() == 0 ? 0 : logits.size(-1);
        int wanted = given.isEmpty() ? classes : given.size();
        var kept = weights;
        if (kept == null || kept.size(0) != wanted) {
            kept = Tensor.zeros(DType.FLOAT64, Shape.of(wanted)).fill(1);
            for (int i = 0; i < given.size(); i++) {
                kept.setFlat(i, given.get(i));
            }
            weights = kept;
        }
        return kept;
    }
}
