package handgrad.diagnostics;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import java.util.ArrayList;
import java.util.List;

/** The parameters of two dimensions, as they were before a step and as they are after it. */
final class Weights {
    private final List<Parameter> weights;
    private final List<String> names = new ArrayList<>();
    private final List<String> kinds = new ArrayList<>();
    private final List<float[]> before = new ArrayList<>();

    Weights(Layer model) {
        var parameterNames = new ParameterNames(model);
        weights = model.parameters().stream()
                .filter(parameter -> parameter.value().shape().rank() == 2)
                .toList();
        for (var weight : weights) {
            names.add(parameterNames.of(weight));
            kinds.add(parameterNames.kind(weight));
            before.add(new float[0]);
        }
        keep();
    }

    /** Their names in the state of the model. */
    List<String> names() {
        return List.copyOf(names);
    }

    /** Keeps the values of now as those before the next step. */
    void keep() {
        for (int i = 0; i < weights.size(); i++) {
            before.set(i, Sample.of(weights.get(i).value(), Sample.SMALL).clone());
        }
    }

    /** std(update) / std(value) of each weight, where the update is the change since {@link #keep}. */
    double[] updateToData() {
        double[] ratios = new double[weights.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = updateToData(Sample.of(weights.get(i).value(), Sample.SMALL), before.get(i));
        }
        return ratios;
    }

    /** One pass for both deviations, each by the differences to the first of its numbers as in {@link Moments}. */
    private static double updateToData(float[] values, float[] before) {
        int n = values.length;
        var sums = new Sums();
        for (int from = 0; from < n; from += Sample.BLOCK) {
            sums.add(values, before, from, Math.min(n, from + Sample.BLOCK));
        }
        double updateVariance = Math.max(0, sums.updateSquares - sums.updates * sums.updates / n);
        return Math.sqrt(updateVariance / Math.max(0, sums.squares - sums.values * sums.values / n));
    }

    /** Sums of values and of their updates, each less the first of its kind, and of the squares of that. */
    private static final class Sums {
        private double values;
        private double squares;
        private double updates;
        private double updateSquares;

        private void add(float[] now, float[] before, int from, int to) {
            double firstValue = now[0];
            double firstUpdate = firstValue - before[0];
            for (int i = from; i < to; i++) {
                double value = now[i] - firstValue;
                values += value;
                squares += value * value;
                double update = (double) now[i] - before[i] - firstUpdate;
                updates += update;
                updateSquares += update * update;
            }
        }
    }

    /** Each weight with its gradient and these ratios. */
    List<WeightStatistics> statistics(double[] updateToData) {
        var statistics = new ArrayList<WeightStatistics>();
        for (int i = 0; i < weights.size(); i++) {
            var value = Statistics.of(names.get(i), kinds.get(i), weights.get(i).value(), null);
            var gradient =
                    Statistics.of(names.get(i), kinds.get(i), weights.get(i).grad(), null);
            statistics.add(new WeightStatistics(value, gradient, gradient.std() / value.std(), updateToData[i]));
        }
        return statistics;
    }
}
