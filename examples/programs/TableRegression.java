import module handgrad;
import java.nio.file.Files;

/**
 * A number from the columns of a table: the rent of flats that the program makes up, or a column of one's own with
 * --data FILE.csv --target COLUMN. Of the flats it prints at last "test R² 0.964, mean absolute error 59.9".
 */
void main(String[] arguments) throws Exception {
    boolean own = arguments.length == 4 && arguments[0].equals("--data") && arguments[2].equals("--target");
    if (!own && arguments.length != 0)
        throw new IllegalArgumentException("wants --data FILE.csv --target COLUMN, or nothing");
    var table = CsvTable.read(own ? Path.of(arguments[1]) : flats());
    var options = own
            ? TableOptions.regression(arguments[3]).withMissing(MissingCells.DROP_ROW)
            : TableOptions.regression("rent").withCategories("district").withMissing(MissingCells.MEAN);
    var split = table.split(options, 42);
    IO.println("features " + split.encoding().features());

    var y = split.train().y();
    double mean = y.mean().item();
    double deviation = Math.sqrt(y.sub(mean).square().mean().item()); // the network predicts a standardised target
    var random = TorchRandom.seeded(1);
    var model = new Sequential(
            new Linear(split.train().x().size(1), 32, random), new Relu(), new Linear(32, 1, random));
    var loss = new HuberLoss();
    var adam = new Adam(model.parameters());
    var batches = new Batches(split.train(), BatchOptions.of(32, 1));
    for (int epoch = 1; epoch <= 60; epoch++) {
        double sum = 0;
        for (int i = 0; i < batches.batchesPerEpoch(); i++) {
            var batch = batches.next();
            sum += loss.forward(model.forward(batch.x()), batch.y().sub(mean).div(deviation));
            adam.zeroGrad();
            model.backward(loss.backward());
            adam.step(0.005);
        }
        if (epoch % 20 == 0) IO.println("epoch %d, loss %.4f".formatted(epoch, sum / batches.batchesPerEpoch()));
    }
    var test = split.test();
    var predicted = model.forward(test.x()).mul(deviation).add(mean);
    IO.println("test R² %.3f, mean absolute error %.1f"
            .formatted(Measures.rSquared(predicted, test.y()), Measures.meanAbsoluteError(predicted, test.y())));
}

/** A table of 600 flats, some without a year. */
Path flats() throws Exception {
    var random = new Random(1);
    var text = new StringBuilder("area,rooms,year,district,rent\n");
    for (int i = 0; i < 600; i++) {
        double area = 25 + 100 * random.nextDouble();
        int rooms = 1 + (int) (area / 35 + random.nextDouble());
        int year = 1900 + random.nextInt(125);
        var district = List.of("harbour", "hill", "old town").get(random.nextInt(3));
        double perMetre = district.equals("hill") ? 16 : district.equals("harbour") ? 13 : 11;
        double rent = area * perMetre + (year > 1990 ? 150 : 0) + 60 * random.nextGaussian();
        text.append("%.1f,%d,%s,%s,%.0f%n".formatted(area, rooms, i % 50 == 7 ? "" : year, district, rent));
    }
    return Files.writeString(Files.createTempFile("flats", ".csv"), text);
}
