package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/**
 * What is said of a model beside its loss. Rows whose target is {@link LossFunctions#IGNORED} do not count. A mean over
 * nothing is refused.
 */
public final class Measures {
    private Measures() {}

    /**
     * The share of rows whose largest output is at their target, from 0 to 1; the first of equal outputs counts, and a
     * NaN as the largest.
     *
     * @param output logits or probabilities (N, classes) or (N, T, classes), FLOAT32 or FLOAT64
     * @param targets (N) or (N, T), INT32, each from 0 to classes - 1 or IGNORED
     */
    public static double accuracy(Tensor output, Tensor targets) {
        int classes = requireRows("accuracy", output, targets);
        var largest = output.argmax(-1);
        int hits = 0;
        int counted = 0;
        for (int i = 0; i < targets.shape().elements(); i++) {
            if (counts("accuracy", targets.ints()[i], classes)) {
                counted++;
                hits += targets.ints()[i] == largest.ints()[i] ? 1 : 0;
            }
        }
        return share("accuracy", hits, counted, targets);
    }

    /**
     * The share of rows whose target is among the k largest outputs, from 0 to 1. Of equal outputs those of lower
     * classes are the larger, and a NaN is larger than every number.
     *
     * @param output logits or probabilities (N, classes) or (N, T, classes), FLOAT32 or FLOAT64
     * @param targets (N) or (N, T), INT32, each from 0 to classes - 1 or IGNORED
     * @param k from 1 to classes
     */
    public static double topKAccuracy(Tensor output, Tensor targets, int k) {
        int classes = requireRows("topKAccuracy", output, targets);
        if (k < 1 || k > classes) {
            throw new IllegalArgumentException(
                    "topKAccuracy: k must be from 1 to the " + classes + " classes, it is " + k);
        }
        int hits = 0;
        int counted = 0;
        for (int i = 0; i < targets.shape().elements(); i++) {
            int target = targets.ints()[i];
            if (counts("topKAccuracy", target, classes)) {
                counted++;
                hits += larger(output, i * classes, classes, target) < k ? 1 : 0;
            }
        }
        return share("topKAccuracy", hits, counted, targets);
    }

    /** How many outputs of a row come before that of the target. */
    private static int larger(Tensor output, int row, int classes, int target) {
        double own = output.getFlat(row + target);
        int larger = 0;
        for (int c = 0; c < classes; c++) {
            double other = output.getFlat(row + c);
            boolean equal = other == own || (Double.isNaN(other) && Double.isNaN(own));
            boolean before = other > own || (Double.isNaN(other) && !Double.isNaN(own));
            larger += before || (equal && c < target) ? 1 : 0;
        }
        return larger;
    }

    /**
     * How often a target, the row, was given as a class, the column: INT32 (classes, classes). The largest output is
     * found as in {@link #accuracy}.
     *
     * @param output logits or probabilities (N, classes) or (N, T, classes), FLOAT32 or FLOAT64
     * @param targets (N) or (N, T), INT32, each from 0 to classes - 1 or IGNORED
     */
    public static Tensor confusionMatrix(Tensor output, Tensor targets) {
        int classes = requireRows("confusionMatrix", output, targets);
        var largest = output.argmax(-1);
        var matrix = Tensor.zeros(DType.INT32, Shape.of(classes, classes));
        for (int i = 0; i < targets.shape().elements(); i++) {
            if (counts("confusionMatrix", targets.ints()[i], classes)) {
                matrix.ints()[targets.ints()[i] * classes + largest.ints()[i]]++;
            }
        }
        return matrix;
    }

    /**
     * e to the mean cross-entropy: among how many equally likely classes a model is as unsure.
     *
     * @param loss a mean cross-entropy, in natural logarithms
     */
    public static double perplexity(double loss) {
        return Math.exp(loss);
    }

    /**
     * The mean cross-entropy of characters, in bits: loss / ln 2.
     *
     * @param loss a mean cross-entropy of characters, in natural logarithms
     */
    public static double bitsPerCharacter(double loss) {
        return loss / Math.log(2);
    }

    /**
     * The mean cross-entropy in bits, where a token is several characters: loss · tokens / characters / ln 2.
     *
     * @param loss a mean cross-entropy of tokens, in natural logarithms
     * @param tokens how many tokens the mean is over, at least 1
     * @param characters how many characters they stand for, at least 1
     */
    public static double bitsPerCharacter(double loss, long tokens, long characters) {
        if (tokens < 1 || characters < 1) {
            throw new IllegalArgumentException("bitsPerCharacter: wants at least 1 token and 1 character, they are "
                    + tokens + " and " + characters);
        }
        return bitsPerCharacter(loss) * tokens / characters;
    }

    /**
     * The share of the variance of the targets that a prediction explains, R²: 1 - Σ (y - x)² / Σ (y - mean y)². 1 is
     * perfect, 0 as good as the mean of the targets, and worse is negative. All columns of a target count together.
     *
     * @param output x, (…), FLOAT32 or FLOAT64
     * @param targets y, (…), of the type of x; not all equal
     */
    public static double rSquared(Tensor output, Tensor targets) {
        int n = requireAlike("rSquared", output, targets);
        double mean = 0;
        for (int i = 0; i < n; i++) {
            mean += targets.getFlat(i) / n;
        }
        double unexplained = 0;
        double total = 0;
        for (int i = 0; i < n; i++) {
            double y = targets.getFlat(i);
            unexplained += (y - output.getFlat(i)) * (y - output.getFlat(i));
            total += (y - mean) * (y - mean);
        }
        if (total == 0) {
            throw new IllegalArgumentException(
                    "rSquared: targets " + targets.shape() + " are all equal, they have no variance to explain");
        }
        return 1 - unexplained / total;
    }

    /**
     * Σ |x - y| / n over all n elements.
     *
     * @param output x, (…), FLOAT32 or FLOAT64, at least one element
     * @param targets y, (…), of the type of x
     */
    public static double meanAbsoluteError(Tensor output, Tensor targets) {
        int n = requireAlike("meanAbsoluteError", output, targets);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Math.abs(output.getFlat(i) - targets.getFlat(i));
        }
        return sum / n;
    }

    private static double share(String measure, int hits, int counted, Tensor targets) {
        if (counted == 0) {
            throw new IllegalArgumentException(
                    measure + ": the mean over no rows has no value, none of targets " + targets.shape() + " counts");
        }
        return (double) hits / counted;
    }

    private static boolean counts(String measure, int target, int classes) {
        if (target != LossFunctions.IGNORED && (target < 0 || target >= classes)) {
            throw new IllegalArgumentException(measure + ": target " + target + " is outside of 0 to " + (classes - 1));
        }
        return target != LossFunctions.IGNORED;
    }

    /** The classes of an output (…, classes) whose targets are (…). */
    private static int requireRows(String measure, Tensor output, Tensor targets) {
        int rank = targets.shape().rank();
        boolean fits = rank > 0 && output.shape().rank() == rank + 1 && output.size(-1) > 0;
        for (int d = 0; fits && d < rank; d++) {
            fits = output.size(d) == targets.size(d);
        }
        if (!fits || targets.dtype() != DType.INT32 || output.dtype() == DType.INT32) {
            throw new IllegalArgumentException(measure + ": wants an output (N, classes) and INT32 targets (N), or"
                    + " (N, T, classes) and (N, T), output is " + output.dtype() + " " + output.shape()
                    + ", targets are " + targets.dtype() + " " + targets.shape());
        }
        return output.size(-1);
    }

    private static int requireAlike(String measure, Tensor output, Tensor targets) {
        boolean alike = output.dtype() == targets.dtype() && output.shape().equals(targets.shape());
        int n = output.shape().elements();
        if (!alike || n == 0 || output.dtype() == DType.INT32) {
            throw new IllegalArgumentException(measure + ": wants an output and targets of one shape and floating type,"
                    + " of at least one element, output is " + output.dtype() + " " + output.shape()
                    + ", targets are " + targets.dtype() + " " + targets.shape());
        }
        return n;
    }
}
