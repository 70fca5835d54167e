import module handgrad;

/**
 * Images by a perceptron with one hidden layer: computed glyphs, or with --data FOLDER the files of MNIST,
 * Fashion-MNIST or CIFAR-10. On the glyphs it prints at last "epoch 5, loss 0.2821, test accuracy 0.930".
 */
void main(String[] arguments) throws DataFileException {
    var random = TorchRandom.seeded(1);
    if (arguments.length != 0 && !(arguments.length == 2 && arguments[0].equals("--data")))
        throw new IllegalArgumentException("wants --data FOLDER, or nothing");
    var images = arguments.length == 2
            ? ImageFolder.read(Path.of(arguments[1]))
            : GlyphImages.split(5_000, 1_000, random);
    var train = images.train();
    int pixels = train.channels() * train.height() * train.width();
    var model = new Sequential(
            new Flatten(1, 3), // (N, channels, height, width) to (N, pixels)
            new Linear(pixels, 128, random), new Relu(), new Linear(128, train.classes(), random));
    var loss = new CrossEntropyLoss();
    var adam = new Adam(model.parameters());
    var batches = new Batches(train, BatchOptions.of(64, 1));
    for (int epoch = 1; epoch <= 5; epoch++) {
        double sum = 0;
        for (int i = 0; i < batches.batchesPerEpoch(); i++) {
            var batch = batches.next();
            sum += loss.forward(model.forward(batch.x()), batch.y());
            adam.zeroGrad();
            model.backward(loss.backward());
            adam.step(0.003);
        }
        var test = images.test().images(0, images.test().size());
        model.train(false);
        double accuracy = Measures.accuracy(model.forward(test.x()), test.y());
        model.train(true);
        sum /= batches.batchesPerEpoch();
        IO.println("epoch %d, loss %.4f, test accuracy %.3f".formatted(epoch, sum, accuracy));
    }
}
