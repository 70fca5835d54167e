package handgrad.jmh;

import handgrad.page.Block;
import java.util.List;

/** Training steps of every lecture model. */
final class StepStudy implements Study {
    @Override
    public String title() {
        return "step";
    }

    @Override
    public String question() {
        return "How long does a training step of each lecture model take on one thread?";
    }

    @Override
    public String method() {
        return "A step draws a batch of 32, runs forward and backward and updates the weights. A training whose loss "
                + "rises does not count.";
    }

    @Override
    public String unit() {
        return "µs a step";
    }

    @Override
    public List<Batch> batches(Effort effort) {
        return List.of(Batch.of(TrainingStepBenchmark.class));
    }

    @Override
    public Score score(Measurement measurement) {
        return measurement.score(measurement.parameter("model"), "handgrad", micros -> micros);
    }

    @Override
    public List<Block> findings(Table table) {
        return List.of(Findings.chart(table, "A training step", "model", unit()));
    }
}
