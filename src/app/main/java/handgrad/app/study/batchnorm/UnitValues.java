package handgrad.app.study.batchnorm;

import handgrad.tensor.Tensor;

/**
 * The values of each unit of a batch: (N, units) as it is, images (N, channels, height, width) as (N, channels,
 * pixels), where every pixel of a channel is a value of one unit. What there is one of for each unit is (1, units) or
 * (1, channels, 1).
 */
final class UnitValues {
    private static final int IMAGES = 4;

    private UnitValues() {}

    /** A batch by units; shares its elements. */
    static Tensor of(Tensor x) {
        return x.shape().rank() == IMAGES ? x.reshape(x.size(0), x.size(1), -1) : x;
    }

    /** How many values each unit has. */
    static int count(Tensor values) {
        return values.shape().elements() / values.size(1);
    }

    /** The sum of each unit's values. */
    static Tensor sum(Tensor values) {
        return (values.shape().rank() == 2 ? values : values.sum(2, true)).sum(0, true);
    }

    /** The mean of each unit's values. */
    static Tensor mean(Tensor values) {
        return sum(values).div(count(values));
    }

    /** For each unit the position of its largest value among all values of the batch. */
    static int[] largest(Tensor values) {
        int units = values.size(1);
        int pixels = count(values) / values.size(0);
        var rows = values.reshape(-1, units, pixels);
        int[] pixel = rows.argmax(2).ints();
        int[] row = rows.max(2, false).argmax(0).ints();
        int[] positions = new int[units];
        for (int unit = 0; unit < units; unit++) {
            int image = row[unit] * units + unit;
            positions[unit] = image * pixels + pixel[image];
        }
        return positions;
    }

    /** A vector (units) as what there is one of for each unit. */
    static Tensor perUnit(Tensor vector, Tensor values) {
        return values.shape().rank() == 2 ? vector : vector.reshape(1, -1, 1);
    }
}
