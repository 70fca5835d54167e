import module handgrad;

void main() {
    var random = TorchRandom.seeded(2147483647L);
    var names = Names.bundled().split(42); // train 80 %, dev 10 %, test 10 %
    var model = new Sequential(
            new Embedding(27, 10, random), new FlattenConsecutive(3), // (N, 3) to (N, 3, 10) to (N, 30)
            new Linear(30, 200, random), new BatchNorm1d(200), new Tanh(), new Linear(200, 27, random));
    var loss = new CrossEntropyLoss();
    var sgd = new Sgd(model.parameters());
    for (int step = 0; step <= 20_000; step++) {
        var batch = names.train().batch(32, random);
        double value = loss.forward(model.forward(batch.x()), batch.y());
        sgd.zeroGrad();
        model.backward(loss.backward());
        sgd.step(0.1);
        if (step % 5_000 == 0) IO.println(step + " " + value);
    }
}
