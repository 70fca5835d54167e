import module handgrad;

/**
 * A training that survives its machine: after Ctrl-C, a kill or a power cut the same command goes on from the last
 * checkpoint and ends with the bits of a training that was never interrupted, at any number of threads. After 1,000
 * steps it prints at last "test accuracy 0.952" and the weights' hash, the same each time on one machine.
 */
void main(String[] arguments) throws SafetensorsException {
    int steps = number(arguments, "--steps", 1_000);
    int every = number(arguments, "--every", 100);
    var checkpoints = new CheckpointFolder(Path.of(argument(arguments, "--out", "runs/checkpoints")), 2);
    var random = TorchRandom.seeded(1);
    var images = GlyphImages.split(2_000, 1_000, random);
    var model = new Sequential(
            new Flatten(1, 3), new Dropout(0.1, random), new Linear(28 * 28, 64, random), new BatchNorm1d(64),
            new Relu(), new Dropout(0.2, random), new Linear(64, 10, random));
    var batches = new Batches(images.train(), BatchOptions.of(32, 1));
    var loss = new CrossEntropyLoss();
    var adam = new AdamW(model.parameters());
    var rate = Schedule.warmup(steps / 10).cosine(0.003, 0.0001, steps);

    // All that the next step depends on. The model has the generator of its dropout; a rate follows from the step.
    var state = new TrainingState(model, adam).with("batches", batches).withSetting("steps", "" + steps);
    checkpoints.readNewest(state, IO::println).ifPresent(file -> IO.println("going on from " + file));
    while (state.step() < steps) {
        var batch = batches.next();
        double value = loss.forward(model.forward(batch.x()), batch.y());
        adam.zeroGrad();
        model.backward(loss.backward());
        adam.step(rate.at(state.step()));
        if (state.step() % every == 0 || state.step() == steps) {
            checkpoints.write(state); // whole or not at all
            IO.println("step %,d, loss %.4f".formatted(state.step(), value));
        }
    }
    model.train(false);
    var test = images.test().images(0, images.test().size());
    IO.println("test accuracy %.3f".formatted(Measures.accuracy(model.forward(test.x()), test.y())));
    IO.println("weights  sha256 " + WeightsHash.of(model.stateDict()));
}

int number(String[] arguments, String option, int otherwise) {
    return Integer.parseInt(argument(arguments, option, "" + otherwise));
}

/** The value of an option, or another where it is not given. */
String argument(String[] arguments, String option, String otherwise) {
    for (int i = 0; i < arguments.length; i += 2) {
        if (!List.of("--steps", "--every", "--out").contains(arguments[i]) || i + 1 == arguments.length)
            throw new IllegalArgumentException("wants --steps N, --every N, --out FOLDER, or none of them");
        if (arguments[i].equals(option)) return arguments[i + 1];
    }
    return otherwise;
}
