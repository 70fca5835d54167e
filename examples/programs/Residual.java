import module handgrad;

/** out = x + f(x): a layer of one's own. It says what it is made of, and all but its two passes follows. */
final class Residual implements Layer {
    private final Parts parts = new Parts();
    private final Sequential f;

    Residual(int width, TorchRandom random) {
        f = parts.add("f", new Sequential(new Linear(width, width, random), new BatchNorm1d(width), new Tanh()));
    }

    /** out = x + f(x), both (N, width). */
    @Override
    public Tensor forward(Tensor x) {
        return x.add(f.forward(x));
    }

    /** dX = dOut + the gradient of f. */
    @Override
    public Tensor backward(Tensor dOut) {
        return dOut.add(f.backward(dOut));
    }

    @Override
    public Parts parts() {
        return parts;
    }
}

void main() {
    var random = TorchRandom.seeded(2147483647L);
    GradientCheck.of(new Residual(8, random)).input(Shape.of(5, 8)).assertPasses();
    var names = Names.bundled().split(42);
    var model = new Sequential(
            new Embedding(27, 10, random), new FlattenConsecutive(3), new Linear(30, 100, random),
            new Residual(100, random), new Residual(100, random), new Linear(100, 27, random));
    IO.println(model.stateDict().keySet()); // …, 3.f.0.weight, …, 3.f.1.running_mean, …
    var loss = new CrossEntropyLoss();
    var adam = new Adam(model.parameters());
    var best = model.stateDict().copy();
    double least = Double.POSITIVE_INFINITY;
    for (int step = 0; step <= 1_500; step++) {
        var batch = names.train().batch(64, random);
        loss.forward(model.forward(batch.x()), batch.y());
        adam.zeroGrad();
        model.backward(loss.backward());
        adam.step(0.01);
        if (step % 500 == 0) {
            model.train(false);
            double dev = loss.forward(model.forward(names.dev().x()), names.dev().y());
            model.train(true);
            if (dev < least) {
                least = dev;
                best = model.stateDict().copy(); // without copy() it would follow the training
            }
            IO.println(step + " " + dev);
        }
    }
    model.loadStateDict(best);
}
