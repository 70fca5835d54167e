import module handgrad;
import java.nio.file.Files;

/**
 * A class from the columns of a table: the species of flowers that the program makes up, or a column of one's own with
 * --data FILE.csv --target COLUMN. Of the flowers it prints at last "test accuracy 1.000" and who was taken for whom.
 */
void main(String[] arguments) throws Exception {
    boolean own = arguments.length == 4 && arguments[0].equals("--data") && arguments[2].equals("--target");
    if (!own && arguments.length != 0)
        throw new IllegalArgumentException("wants --data FILE.csv --target COLUMN, or nothing");
    var table = CsvTable.read(own ? Path.of(arguments[1]) : flowers());
    var options = TableOptions.classification(own ? arguments[3] : "species").withMissing(MissingCells.DROP_ROW);
    var split = table.split(own ? options : options.withCategories("colour"), 42);
    var classes = split.encoding().classes();

    var random = TorchRandom.seeded(1);
    var model = new Sequential(
            new Linear(split.train().x().size(1), 16, random), new Tanh(), new Linear(16, classes.size(), random));
    var loss = new CrossEntropyLoss();
    var adam = new AdamW(model.parameters());
    var batches = new Batches(split.train(), BatchOptions.of(16, 1));
    var best = model.stateDict().copy();
    double least = Double.POSITIVE_INFINITY;
    for (int epoch = 1, worse = 0; epoch <= 100 && worse < 5; epoch++) { // stops where dev gets no better
        for (int i = 0; i < batches.batchesPerEpoch(); i++) {
            var batch = batches.next();
            loss.forward(model.forward(batch.x()), batch.y());
            adam.zeroGrad();
            model.backward(loss.backward());
            adam.step(0.01);
        }
        double dev = loss.forward(model.forward(split.dev().x()), split.dev().y());
        worse = dev < least ? 0 : worse + 1;
        if (dev < least) {
            least = dev;
            best = model.stateDict().copy();
            IO.println("epoch %d, dev loss %.4f".formatted(epoch, dev));
        }
    }
    model.loadStateDict(best);
    var test = split.test();
    var output = model.forward(test.x());
    IO.println("test accuracy %.3f; rows are the species, columns what it was taken for: %s"
            .formatted(Measures.accuracy(output, test.y()), classes));
    IO.println(Measures.confusionMatrix(output, test.y()));
}

/** A table of 400 flowers of three species, a few of them without a colour. */
Path flowers() throws Exception {
    var random = new Random(1);
    var text = new StringBuilder("length,width,colour,species\n");
    for (int i = 0; i < 400; i++) {
        int species = random.nextInt(3);
        double length = 3 + species + 0.5 * random.nextGaussian();
        double width = 0.3 * length + (species == 1 ? 0.4 : 0) + 0.2 * random.nextGaussian();
        var colour = random.nextDouble() < 0.8 ? List.of("white", "blue", "red").get(species) : "white";
        var name = List.of("alba", "caerulea", "rubra").get(species);
        text.append("%.2f,%.2f,%s,%s%n".formatted(length, width, i % 80 == 9 ? "" : colour, name));
    }
    return Files.writeString(Files.createTempFile("flowers", ".csv"), text);
}
