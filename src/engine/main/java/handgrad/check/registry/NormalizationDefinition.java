package handgrad.check.registry;

import handgrad.check.TensorFunction;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/** References of normalisations of x (…, features), with gain and bias (features) as second and third input. */
final class NormalizationDefinition {
    private NormalizationDefinition() {}

    /** The numbers that are normalised together with the one at an index. */
    private interface Group {
        double[] of(Tensor x, int... index);
    }

    /** Each feature with its own mean and variance over all rows. */
    static Definition overRows(double epsilon, boolean unbiased) {
        return over(
                (x, index) -> {
                    int features = x.size(-1);
                    double[] column = new double[x.shape().elements() / features];
                    for (int row = 0; row < column.length; row++) {
                        column[row] = x.getFlat(row * features + index[index.length - 1]);
                    }
                    return column;
                },
                epsilon,
                unbiased);
    }

    /** Each position and feature of x (N, L, features) with its own mean and variance over the first dimension. */
    static Definition overFirst(double epsilon, boolean unbiased) {
        return over(
                (x, index) -> {
                    double[] column = new double[x.size(0)];
                    for (int row = 0; row < column.length; row++) {
                        column[row] = x.get(row, index[1], index[2]);
                    }
                    return column;
                },
                epsilon,
                unbiased);
    }

    /** Each row with its own mean and variance over its features. */
    static Definition overFeatures(double epsilon) {
        return over(
                (x, index) -> {
                    double[] row = new double[x.size(-1)];
                    int[] at = index.clone();
                    for (int feature = 0; feature < row.length; feature++) {
                        at[at.length - 1] = feature;
                        row[feature] = x.get(at);
                    }
                    return row;
                },
                epsilon,
                false);
    }

    /**
     * gain · (x - mean) / √(variance + epsilon) + bias; the subtraction may cancel, so its terms are |x| and |mean|.
     */
    private static Definition over(Group group, double epsilon, boolean unbiased) {
        return new Definition(
                x -> Definition.tensor(x[0].shape(), i -> {
                    double[] values = group.of(x[0], i);
                    double normalized = (x[0].get(i) - mean(values)) / deviation(values, epsilon, unbiased);
                    return gain(x, i) * normalized + bias(x, i);
                }),
                x -> x[0].shape().elements(),
                x -> Definition.tensor(x[0].shape(), i -> {
                    double[] values = group.of(x[0], i);
                    double terms =
                            (Math.abs(x[0].get(i)) + Math.abs(mean(values))) / deviation(values, epsilon, unbiased);
                    return Math.abs(gain(x, i)) * terms + Math.abs(bias(x, i));
                }));
    }

    /** gain · x / √(mean of x² over the row + epsilon), without a bias. */
    static Definition byRootMeanSquare(double epsilon) {
        return new Definition(
                x -> Definition.tensor(x[0].shape(), i -> {
                    double squares = 0;
                    int[] at = i.clone();
                    for (int feature = 0; feature < x[0].size(-1); feature++) {
                        at[at.length - 1] = feature;
                        squares += x[0].get(at) * x[0].get(at);
                    }
                    return gain(x, i) * x[0].get(i) / Math.sqrt(squares / x[0].size(-1) + epsilon);
                }),
                _ -> 3);
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double deviation(double[] values, double epsilon, boolean unbiased) {
        double mean = mean(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (unbiased ? values.length - 1 : values.length) + epsilon);
    }

    private static double gain(Tensor[] x, int... index) {
        return x[1].get(index[index.length - 1]);
    }

    private static double bias(Tensor[] x, int... index) {
        return x[2].get(index[index.length - 1]);
    }

    /** Every row by the same mean and inverse deviation. */
    static Definition by(Tensor mean, Tensor inverseDeviation) {
        TensorFunction function = x -> Definition.tensor(x[0].shape(), i -> {
            int feature = i[i.length - 1];
            double normalized = (x[0].get(i) - mean.get(feature)) * inverseDeviation.get(feature);
            return gain(x, i) * normalized + bias(x, i);
        });
        TensorFunction terms = x -> Definition.tensor(x[0].shape(), i -> {
            int feature = i[i.length - 1];
            double normalized = (Math.abs(x[0].get(i)) + Math.abs(mean.get(feature))) * inverseDeviation.get(feature);
            return Math.abs(gain(x, i)) * normalized + Math.abs(bias(x, i));
        });
        return new Definition(function, _ -> 3, terms);
    }

    /** What a definition of rows (…, channels) says of images: each pixel is a row. */
    static Definition ofPixels(Definition rows) {
        return new Definition(
                x -> images(x[0].shape(), rows.function().apply(pixels(x[0]), x[1], x[2])),
                x -> rows.terms().applyAsInt(new Tensor[] {pixels(x[0]), x[1], x[2]}),
                x -> images(x[0].shape(), rows.magnitude().apply(pixels(x[0]), x[1], x[2])));
    }

    private static Tensor pixels(Tensor x) {
        int area = x.size(2) * x.size(3);
        return Definition.tensor(
                Shape.of(x.size(0) * area, x.size(1)),
                i -> x.get(i[0] / area, i[1], i[0] % area / x.size(3), i[0] % x.size(3)));
    }

    private static Tensor images(Shape shape, Tensor pixels) {
        return Definition.tensor(shape, i -> pixels.get((i[0] * shape.size(2) + i[2]) * shape.size(3) + i[3], i[1]));
    }
}
