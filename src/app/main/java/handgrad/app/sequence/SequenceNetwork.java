package handgrad.app.sequence;

import handgrad.app.command.WrongInputException;
import handgrad.app.train.Sharding;
import handgrad.app.train.TrainingMemory;
import handgrad.diagnostics.MemoryEstimate;
import handgrad.nn.Collective;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;

/**
 * The network of a run before its training.
 *
 * @param startsByInit whether it begins with the weights of --init, where they are given: not where a checkpoint takes
 *     their place
 */
record SequenceNetwork(SequenceOptions options, boolean startsByInit) {
    /**
     * The network with the weights that its training begins with. They are drawn, also where others replace them, so
     * that what the generator draws next follows from the seed alone.
     *
     * @throws WrongInputException if the file of {@code --init} cannot be read or does not fit
     */
    Layer begin(TorchRandom random) {
        var network = options.model().build(options, random);
        if (startsByInit) {
            options.file(Setting.INIT).ifPresent(file -> options.model().load(options, file, sizes(), network));
        }
        return network;
    }

    /**
     * The memory that its training takes.
     *
     * @param ranks share the shards of a batch
     * @throws WrongInputException if Java has less, or the file of {@code --init} cannot be read or does not fit
     */
    TrainingMemory memory(SequenceData data, Collective ranks) {
        var advice = "make one of them smaller";
        TrainingMemory memory;
        try {
            var training = MemoryEstimate.of(
                    () -> begin(TorchRandom.seeded(options.seed())),
                    parameters -> options.model().optimizer(options, parameters),
                    new CrossEntropyLoss(),
                    data::shapes,
                    options.integer(Setting.BATCH_SIZE));
            memory = new TrainingMemory(training, 0, data.bytes()).inShards(Sharding.of(options.shards()), ranks);
        } catch (OutOfMemoryError error) {
            throw TrainingMemory.doesNotFit(sizes(), advice);
        }
        memory.requireFits(sizes(), advice, Runtime.getRuntime().maxMemory());
        return memory;
    }

    /** The model with the settings that make it large. */
    private String sizes() {
        var sizes = options.values().entrySet().stream()
                .filter(value -> value.getKey().isSize())
                .map(value -> value.getKey().option() + " " + value.getValue())
                .toList();
        return options.model().title() + " with " + String.join(", ", sizes);
    }
}
