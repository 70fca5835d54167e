package handgrad.check.registry;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;

/** References of normalisations of x (…, features), with gain and bias (features) as second and third input. */
final class Normalizations {
    private Normalizations() {}

    /** Each column with its own mean and variance over all rows. */
    static Reference overRows(double epsilon, boolean unbiased) {
        return new Reference(
                x -> {
                    var table = Gradients.matrix(x[0]);
                    var normalized = Reference.tensor(table.shape(), i -> {
                        double[] column = new double[table.size(0)];
                        for (int row = 0; row < column.length; row++) {
                            column[row] = table.get(row, i[1]);
                        }
                        return normalized(column, i[0], epsilon, unbiased);
                    });
                    return scaled(normalized, x);
                },
                x -> x[0].shape().elements() / x[0].size(-1));
    }

    /** Each column of each position of x (N, L, features) with its own mean and variance over the first dimension. */
    static Reference overFirst(double epsilon, boolean unbiased) {
        return new Reference(
                x -> {
                    var normalized = Reference.tensor(x[0].shape(), i -> {
                        double[] column = new double[x[0].size(0)];
                        for (int row = 0; row < column.length; row++) {
                            column[row] = x[0].get(row, i[1], i[2]);
                        }
                        return normalized(column, i[0], epsilon, unbiased);
                    });
                    return scaled(normalized, x);
                },
                x -> x[0].size(0));
    }

    /** Every row by the same mean and inverse deviation. */
    static Reference by(Tensor mean, Tensor inverseDeviation) {
        return new Reference(
                x -> scaled(
                        Reference.tensor(x[0].shape(), i -> {
                            int feature = i[i.length - 1];
                            return (x[0].get(i) - mean.get(feature)) * inverseDeviation.get(feature);
                        }),
                        x),
                _ -> 4);
    }

    /** One of the values, less their mean, over the root of their variance. */
    static double normalized(double[] values, int i, double epsilon, boolean unbiased) {
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double variance = 0;
        for (double value : values) {
            variance += (value - mean) * (value - mean) / (unbiased ? values.length - 1 : values.length);
        }
        return (values[i] - mean) / Math.sqrt(variance + epsilon);
    }

    /** gain ∘ normalized + bias, in the shape of x. */
    static Tensor scaled(Tensor normalized, Tensor[] x) {
        int features = x[0].size(-1);
        var out = Tensor.zeros(DType.FLOAT64, x[0].shape());
        for (int i = 0; i < out.shape().elements(); i++) {
            out.setFlat(i, x[1].get(i % features) * normalized.getFlat(i) + x[2].get(i % features));
        }
        return out;
    }
}
