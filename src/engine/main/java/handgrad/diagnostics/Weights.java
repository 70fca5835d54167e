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
        double firstValue = n == 0 ? Double.NaN : values[0];
        double firstUpdate = n == 0 ? Double.NaN : firstValue - before[0];
        double sum = 0;
        double squares = 0;
        double updateSum = 0;
        double updateSquares = 0;
        for (int i = 0; i < n; i++) {
            double value = values[i] - firstValue;
            sum += value;
            squares += value * value;
            double update = (double) values[i] - before[i] - firstUpdate;
            updateSum += update;
            updateSquares += update * update;
        }
        double updateVariance = Math.max(0, updateSquares - updateSum * updateSum / n);
        return Math.sqrt(updateVariance / Math.max(0, squares - sum * sum / n));
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
