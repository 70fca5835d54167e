import module handgrad;

void main() {
    var random = TorchRandom.seeded(2147483647L);
    var names = Names.bundled().split(42);
    var model = new Sequential(
            new Embedding(27, 10, random), new FlattenConsecutive(3),
            new Linear(30, 200, random), new BatchNorm1d(200), new Linear(200, 27, random)); // no Tanh
    var loss = new CrossEntropyLoss();
    var sgd = new Sgd(model.parameters());
    var doctor = new ModelDoctor(model, 27);
    for (int step = 0; step < 2_000; step++) {
        var batch = names.train().batch(32, random);
        double value = loss.forward(model.forward(batch.x()), batch.y());
        sgd.zeroGrad();
        model.backward(loss.backward());
        sgd.step(0.0001); // too small
        doctor.after(step, value, 0.0001).forEach(IO::println);
    }
}
