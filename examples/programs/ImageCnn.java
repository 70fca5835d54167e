import module handgrad;

/**
 * Images by two convolutions, with dropout, weight decay and a cosine rate, and the best epoch kept: computed glyphs,
 * or with --data FOLDER the files of MNIST, Fashion-MNIST or CIFAR-10. On the glyphs it prints at last "the best epoch
 * was 5: accuracy 0.993".
 */
void main(String[] arguments) throws DataFileException {
    int epochs = 5;
    var random = TorchRandom.seeded(1);
    if (arguments.length != 0 && !(arguments.length == 2 && arguments[0].equals("--data")))
        throw new IllegalArgumentException("wants --data FOLDER, or nothing");
    var images = arguments.length == 2
            ? ImageFolder.read(Path.of(arguments[1]))
            : GlyphImages.split(3_000, 1_000, random);
    var train = images.train();
    var stride2 = Conv2dOptions.PYTORCH.withStride(2);
    var features = new Sequential(
            new Conv2d(train.channels(), 16, 5, stride2, random), new BatchNorm2d(16), new Relu(),
            new Conv2d(16, 32, 5, stride2, random), new BatchNorm2d(32), new Relu(),
            new Flatten(1, 3), new Dropout(0.25, random));
    int width = features.forward(train.images(0, 1).x()).size(1); // follows from the size of the images
    var model = new Sequential(features, new Linear(width, train.classes(), random));

    var batches = new Batches(train, BatchOptions.of(64, 1));
    var loss = new CrossEntropyLoss();
    var adam = new AdamW(model.parameters());
    int steps = epochs * batches.batchesPerEpoch();
    var rate = Schedule.warmup(steps / 10).cosine(0.003, 0.0001, steps);
    var best = model.stateDict().copy();
    double highest = 0;
    int bestEpoch = 0;
    for (int step = 0; step < steps; step++) {
        var batch = batches.next();
        double value = loss.forward(model.forward(batch.x()), batch.y());
        adam.zeroGrad();
        model.backward(loss.backward());
        Gradients.clipNorm(model.parameters(), 1);
        adam.step(rate.at(step));
        if ((step + 1) % batches.batchesPerEpoch() == 0) {
            double accuracy = accuracy(model, images.test());
            if (accuracy > highest) {
                highest = accuracy;
                bestEpoch = (step + 1) / batches.batchesPerEpoch();
                best = model.stateDict().copy();
            }
            IO.println("step %d, loss %.4f, accuracy %.3f".formatted(step + 1, value, accuracy));
        }
    }
    model.loadStateDict(best);
    IO.println("the best epoch was %d: accuracy %.3f".formatted(bestEpoch, accuracy(model, images.test())));
}

double accuracy(Layer model, ImageDataset images) {
    model.train(false);
    double sum = 0;
    for (int from = 0; from < images.size(); from += 500) {
        var part = images.images(from, Math.min(from + 500, images.size()));
        sum += Measures.accuracy(model.forward(part.x()), part.y()) * part.x().size(0);
    }
    model.train(true);
    return sum / images.size();
}
