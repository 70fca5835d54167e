package handgrad.app.sequence;

import handgrad.nn.Collective;
import handgrad.nn.Layer;

/** The model that a training of a model of sequences ends with, without its run folder, last evaluation and samples. */
public final class SequenceWeights {
    private SequenceWeights() {}

    /**
     * Trains on the bundled names.
     *
     * @param arguments what stands behind {@code train} on the command line
     */
    public static Layer after(String... arguments) {
        var given = SequenceCommand.parsed(arguments);
        var data = given.model().data(given, "--data");
        var options = data.completed(given);
        var random = data.random(options);
        var network = new SequenceNetwork(options, true).begin(random);
        var task = data.task(options, network, random);
        var trainer = new SequenceTrainer(options, network, task, data.symbols().size(), Collective.single());
        // An evaluation may draw its batches from the same generator, so those of the training depend on it.
        if (trainer.evaluatesFirst()) {
            task.estimate();
        }
        while (!trainer.isDone()) {
            trainer.next();
            if (options.evaluation().isDue(trainer.evaluationStep())) {
                task.estimate();
            }
        }
        return network;
    }
}
