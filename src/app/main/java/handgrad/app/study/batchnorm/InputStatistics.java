package handgrad.app.study.batchnorm;

import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Mean and deviation of each unit of the input of each stage but the first, seen in a forward pass. */
final class InputStatistics implements Sequential.Observer {
    private record Statistics(Tensor mean, Tensor deviation) {}

    private final List<Stage> stages;
    private final Map<Integer, Statistics> byLayer = new HashMap<>();

    InputStatistics(List<Stage> stages) {
        this.stages = stages;
    }

    @Override
    public void output(int index, Layer layer, Tensor output) {
        if (stages.stream().anyMatch(stage -> stage.first() == index + 1)) {
            var values = UnitValues.of(output);
            var mean = UnitValues.mean(values);
            var difference = values.sub(mean);
            var deviation = UnitValues.mean(difference.mul(difference)).sqrt();
            byLayer.put(index + 1, new Statistics(mean, deviation));
        }
    }

    @Override
    public void gradient(int index, Layer layer, Tensor dOut) {}

    /** How far the inputs moved from these statistics to the later ones: {@link ProbeResult#drift()}. */
    double[] driftTo(InputStatistics later) {
        return stages.stream()
                .skip(1)
                .mapToDouble(stage -> drift(of(stage), later.of(stage)))
                .toArray();
    }

    private Statistics of(Stage stage) {
        var statistics = byLayer.get(stage.first());
        if (statistics == null) {
            throw new IllegalStateException("no forward pass was seen");
        }
        return statistics;
    }

    private static double drift(Statistics before, Statistics after) {
        double moved = squares(after.mean.sub(before.mean)) + squares(after.deviation.sub(before.deviation));
        return Math.sqrt(moved / squares(before.deviation));
    }

    private static double squares(Tensor x) {
        return x.mul(x).sum().item();
    }
}
