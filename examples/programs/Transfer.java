import module handgrad;
import java.nio.file.Files;

/**
 * Transfer: a network that PyTorch trained on five digits learns the other five from 40 images. Its convolutions stay
 * as they are, and a new linear layer learns on top of them.
 *
 * <p>--weights FILE names a file that PyTorch wrote with safetensors.torch.save_model from
 *
 * <pre>
 * nn.Sequential(
 *     nn.Sequential(nn.Conv2d(1, 16, 5, stride=2), nn.ReLU(), nn.Conv2d(16, 32, 5, stride=2), nn.ReLU(), nn.Flatten()),
 *     nn.Linear(512, 10))
 * </pre>
 *
 * Without it the program trains such a network itself and writes the file. It prints at last "40 images: test accuracy
 * 0.666 from nothing, 0.754 by transfer".
 */
void main(String[] arguments) throws Exception {
    var random = TorchRandom.seeded(1);
    var images = GlyphImages.split(6_000, 2_000, random);
    if (arguments.length != 0 && !(arguments.length == 2 && arguments[0].equals("--weights")))
        throw new IllegalArgumentException("wants --weights FILE, or nothing");
    var file = arguments.length == 2
            ? Path.of(arguments[1])
            : trainedOnFirstFive(images.train(), random);
    var features = features(random);
    TorchWeights.load(file, new Sequential(features, new Linear(512, 10, random))); // refuses what does not fit

    var few = digits(images.train(), 5, 40);
    var test = digits(images.test(), 5, 1_000);
    var fromNothing = new Sequential(features(random), new Linear(512, 10, random));
    train(fromNothing, fromNothing.parameters(), few, 200);
    var head = new Linear(512, 10, random);
    var transferred = new Sequential(features, head);
    train(transferred, head.parameters(), few, 200); // steps the new layer alone
    IO.println("40 images: test accuracy %.3f from nothing, %.3f by transfer"
            .formatted(accuracy(fromNothing, test), accuracy(transferred, test)));
}

Sequential features(TorchRandom random) {
    var options = Conv2dOptions.PYTORCH.withStride(2);
    return new Sequential(
            new Conv2d(1, 16, 5, options, random), new Relu(), // (N, 16, 12, 12)
            new Conv2d(16, 32, 5, options, random), new Relu(), // (N, 32, 4, 4)
            new Flatten(1, 3));
}

Path trainedOnFirstFive(ImageDataset images, TorchRandom random) throws Exception {
    var model = new Sequential(features(random), new Linear(512, 10, random));
    train(model, model.parameters(), digits(images, 0, 3_000), 400);
    var file = Files.createTempFile("digits", ".safetensors");
    TorchWeights.save(file, model);
    return file;
}

/** Images of the five digits from the first one on. */
TensorDataset digits(ImageDataset images, int first, int count) {
    var all = images.images(0, images.size());
    int[] rows = IntStream.range(0, images.size())
            .filter(row -> all.y().ints()[row] / 5 == first / 5)
            .limit(count)
            .toArray();
    var chosen = Tensor.of(rows, rows.length);
    return new TensorDataset(all.x().indexSelect(0, chosen), all.y().indexSelect(0, chosen));
}

void train(Layer model, List<Parameter> parameters, TensorDataset images, int steps) {
    var loss = new CrossEntropyLoss();
    var adam = new Adam(parameters);
    var batches = new Batches(images, BatchOptions.of(32, 1));
    for (int step = 0; step < steps; step++) {
        var batch = batches.next();
        loss.forward(model.forward(batch.x()), batch.y());
        model.parameters().forEach(Parameter::zeroGrad);
        model.backward(loss.backward());
        adam.step(0.001);
    }
}

double accuracy(Layer model, TensorDataset images) {
    return Measures.accuracy(model.forward(images.x()), images.y());
}
