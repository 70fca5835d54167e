import module handgrad;

/**
 * An autoencoder: images of 784 pixels through 16 numbers and back. It learns from images alone, without labels, and
 * prints three it has never seen beside what comes back. Their loss, the mean squared error of a pixel from -1 to 1, is
 * printed as 0.0784.
 */
void main() {
    var random = TorchRandom.seeded(1);
    var images = GlyphImages.split(4_000, 100, random);
    var model = new Sequential(
            new Flatten(1, 3),
            new Linear(784, 128, random), new Relu(), new Linear(128, 16, random), // the code
            new Linear(16, 128, random), new Relu(), new Linear(128, 784, random));
    var loss = new MseLoss();
    var adam = new Adam(model.parameters());
    var batches = new Batches(images.train(), BatchOptions.of(64, 1).withKeepLast(false));
    for (int step = 1; step <= 1_500; step++) {
        var x = batches.next().x();
        double value = loss.forward(model.forward(x), x.reshape(64, 784));
        adam.zeroGrad();
        model.backward(loss.backward());
        adam.step(0.001);
        if (step % 500 == 0) IO.println("step %d, loss %.4f".formatted(step, value));
    }
    var unseen = images.test().images(0, 100).x();
    var back = model.forward(unseen);
    IO.println("unseen images, loss %.4f".formatted(loss.forward(back, unseen.reshape(100, 784))));
    for (int image = 0; image < 3; image++) {
        for (int row = 0; row < 28; row += 2) { // a character is as high as two pixels
            IO.println(line(unseen, image, row) + "  " + line(back, image, row));
        }
        IO.println();
    }
}

/** A row of an image in characters, the darker the more ink. */
String line(Tensor images, int image, int row) {
    var line = new StringBuilder();
    for (int column = 0; column < 28; column++) {
        double ink = images.getFlat(image * 784 + row * 28 + column); // from -1 to 1
        line.append(" .:-=+*#%@".charAt(Math.clamp(Math.round(4.5 + 4.5 * ink), 0, 9)));
    }
    return line.toString();
}
