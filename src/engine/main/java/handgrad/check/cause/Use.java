package handgrad.check.cause;

import handgrad.check.difference.CentralDifferences;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One place where a tensor x is used to compute an output. If x is used in several places, its gradient is the sum of
 * one part for each of them: that is the chain rule.
 */
public final class Use {
    /** The name of an output that has none. */
    public static final String OUTPUT = "output";

    /** Contributions are only computed up to this many. */
    private static final long MOST_CONTRIBUTIONS = 1_000_000;

    private final String name;
    private final Tensor output;
    private final Tensor dOut;
    private final CentralDifferences differences;
    private @Nullable Tensor contributions;

    /**
     * A use.
     *
     * @param output the value of the output
     * @param dOut its gradient
     * @param differences of the output, weighted by dOut, with respect to x
     */
    public Use(String name, Tensor output, Tensor dOut, CentralDifferences differences) {
        this.name = name;
        this.output = output;
        this.dOut = dOut;
        this.differences = differences;
    }

    String name() {
        return name;
    }

    /** The name of the gradient of the output: dOut for the output of a layer, dlogits for logits. */
    String gradientName() {
        return name.equals(OUTPUT) ? "dOut" : "d" + name;
    }

    Tensor output() {
        return output;
    }

    Tensor dOut() {
        return dOut;
    }

    /** The part of the gradient of x, at one element, that comes from this use. */
    double gradientAt(int element) {
        return differences.of(element).value();
    }

    /**
     * The part of the gradient of x that comes from each element of the output: dOut[i] · ∂output[i] / ∂x[j] in row j
     * and column i of a matrix (elements of x, elements of output). Null where the matrix would be too large.
     */
    @Nullable
    Tensor contributions() {
        int rows = differences.x().shape().elements();
        int columns = output.shape().elements();
        if (contributions == null && (long) rows * columns <= MOST_CONTRIBUTIONS) {
            var all = Tensor.zeros(DType.FLOAT64, Shape.of(rows, columns));
            for (int j = 0; j < rows; j++) {
                double[] outputs = differences.of(j).outputs();
                for (int i = 0; i < columns; i++) {
                    all.setFlat(j * columns + i, dOut.getFlat(i) * outputs[i]);
                }
            }
            contributions = all;
        }
        return contributions;
    }
}
