package handgrad.app.study.transforms;

import java.util.ArrayList;

/**
 * The loss over the two weights of a linear model on one feature, and the path of gradient descent to its bottom from
 * weights of zero at the best step size.
 *
 * @param transform of the feature
 * @param constant the best constant
 * @param weight the best weight
 * @param constantReach how far the picture reaches from the best constant: as far as weights no worse than the start
 *     can be
 * @param weightReach the same of the weight
 * @param heights how far each point is from the bottom, as the root of the loss above the least, over that at the
 *     start; {@value #SIZE} rows, the largest weight first, of as many constants
 * @param constants those of the path
 * @param weights those of the path
 * @param error of the predictions at the end of the path, over that at the start
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Valley(
        Transform transform,
        double constant,
        double weight,
        double constantReach,
        double weightReach,
        double[] heights,
        double[] constants,
        double[] weights,
        double error) {
    /** Rows and columns of the heights. */
    static final int SIZE = 81;

    private static final int STEPS = 60;
    private static final double MARGIN = 1.15;

    /** The valley of the feature that is most skewed, after a transform fitted to it alone. */
    static Valley of(Transform transform, Observations train) {
        double[][] feature = {train.columns()[Measurement.mostSkewed(train.columns())]};
        var design = Design.of(transform.fit(feature).apply(feature));
        double[] best = design.fit(train.y());
        double start = design.excess(best);
        double[] diagonal = design.inverseDiagonal();
        double constantReach = MARGIN * Math.sqrt(2 * start * diagonal[0]);
        double weightReach = MARGIN * Math.sqrt(2 * start * diagonal[1]);
        double[] heights = new double[SIZE * SIZE];
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                double[] e = {constantReach * (2.0 * j / (SIZE - 1) - 1), weightReach * (1 - 2.0 * i / (SIZE - 1))};
                heights[i * SIZE + j] = Math.sqrt(design.excess(e) / start);
            }
        }
        var constants = new ArrayList<Double>();
        var weights = new ArrayList<Double>();
        double[] last = {1};
        design.descent(train.y()).run(design.zeroStart(), design.bestStep(), (step, error, weight) -> {
            last[0] = error;
            constants.add(weight.getFlat(0));
            weights.add(weight.getFlat(1));
            return step < STEPS && error > GradientDescent.TARGET;
        });
        return new Valley(
                transform,
                best[0],
                best[1],
                constantReach,
                weightReach,
                heights,
                array(constants),
                array(weights),
                last[0]);
    }

    private static double[] array(ArrayList<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
