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
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of(BenchmarkGroup.of(TrainingStepBenchmark.class));
    }

    @Override
    public Score score(BenchmarkResult result) {
        return result.score(result.parameter("model"), "handgrad", micros -> micros);
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        return List.of(StudyFindings.chart(table, "A training step", "model", unit()));
    }
}
