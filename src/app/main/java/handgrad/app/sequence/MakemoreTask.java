package handgrad.app.sequence;

import handgrad.app.command.Lines;
import handgrad.app.report.Marks;
import handgrad.data.Batch;
import handgrad.io.TrainingState;
import handgrad.models.MakemoreBatches;
import handgrad.models.MakemoreEvaluation;
import handgrad.models.MakemoreSampler;
import handgrad.models.MakemoreSplit;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * The batches, evaluations and samples of a training in makemore.py's order: the generator gives the seed of the
 * batches, and then draws for evaluations and samples alone.
 */
final class MakemoreTask implements SequenceTask {
    private static final String TRAIN = "train";
    private static final String TEST = "test";

    /** The names of a sample in the middle of a training. */
    private static final int NAMES = 10;

    private final MakemoreSplit split;
    private final Layer network;
    private final TorchRandom random;
    private final MakemoreBatches batches;
    private final int evalBatches;
    private final int sampleEvery;
    private final Marks marks;

    MakemoreTask(SequenceOptions options, MakemoreSplit split, Layer network, TorchRandom random) {
        this.split = split;
        this.network = network;
        this.random = random;
        batches = new MakemoreBatches(split.train(), options.integer(Setting.BATCH_SIZE), random);
        evalBatches = options.integer(Setting.EVAL_BATCHES);
        sampleEvery = options.integer(Setting.SAMPLE_EVERY);
        marks = Marks.of(split.train().words(), split.test().words());
    }

    @Override
    public void addTo(TrainingState state) {
        state.with("random", random).with("rows", batches.generator());
    }

    @Override
    public Batch batch() {
        return batches.next();
    }

    @Override
    public void afterForward() {}

    @Override
    public boolean evaluatesFirst() {
        return false;
    }

    @Override
    public boolean isSampledAfter(int step) {
        return sampleEvery > 0 && step > 0 && step % sampleEvery == 0;
    }

    @Override
    public String sample() {
        var train = split.train();
        var names = new MakemoreSampler(network, train.alphabet(), train.blockSize() - 1).words(NAMES, random);
        network.train(true);
        var texts = names.stream()
                .map(marks::mark)
                .map(name -> name.mark().equals(Marks.NEW) ? name.name() : name.name() + " (" + name.mark() + ")")
                .collect(Collectors.joining(", "));
        return Lines.wrapped("samples: " + texts).indent(2).stripTrailing();
    }

    @Override
    public SequencedMap<String, Double> estimate() {
        var losses = new LinkedHashMap<String, Double>();
        losses.put(TRAIN, MakemoreEvaluation.sampled(network, split.train(), evalBatches, random));
        losses.put(TEST, MakemoreEvaluation.sampled(network, split.test(), evalBatches, random));
        network.train(true);
        return losses;
    }

    @Override
    public String judge() {
        return TEST;
    }

    @Override
    public SequencedMap<String, Double> evaluate() {
        var losses = new LinkedHashMap<String, Double>();
        losses.put(TRAIN, MakemoreEvaluation.whole(network, split.train()));
        losses.put(TEST, MakemoreEvaluation.whole(network, split.test()));
        return losses;
    }

    @Override
    public String evaluated() {
        return String.format(
                Locale.ROOT,
                "train: all %,d names; test: all %,d. The best weights and --patience go by test, as in makemore.py:"
                        + " where they do, its loss is somewhat below that on names never looked at.",
                split.train().size(),
                split.test().size());
    }
}
