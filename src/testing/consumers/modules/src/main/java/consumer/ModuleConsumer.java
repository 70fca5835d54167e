package consumer;

import handgrad.data.BatchOptions;
import handgrad.data.Batches;
import handgrad.data.CsvTable;
import handgrad.data.TableOptions;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Linear;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Learns which of four numbers is the largest, from a table. */
public final class ModuleConsumer {
    private ModuleConsumer() {}

    /** Prints what it runs on; ends with 1 where the training does not bring the loss down. */
    public static void main(String[] arguments) throws IOException {
        var random = TorchRandom.seeded(1);
        var file = Files.createTempFile("consumer", ".csv");
        Files.writeString(file, table(Tensor.randn(random, 2000, 4)));
        var data = read(file);
        var model = new Sequential(new Linear(4, 64, random), new Relu(), new Linear(64, 4, random));
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        double last = Double.NaN;
        for (int step = 0; step < 300; step++) {
            var batch = data.next();
            last = loss.forward(model.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(0.1);
        }
        System.out.println("handgrad " + Backend.version() + ", " + Backend.vectors() + ", " + Backend.blas());
        if (!(last < 0.5)) {
            System.err.println("the loss is " + last);
            System.exit(1);
        }
    }

    private static String table(Tensor x) {
        var largest = x.argmax(1);
        var text = new StringBuilder("a,b,c,d,largest\n");
        for (int row = 0; row < x.size(0); row++) {
            for (int column = 0; column < 4; column++) {
                text.append(x.get(row, column)).append(',');
            }
            text.append("abcd".charAt(largest.ints()[row])).append('\n');
        }
        return text.toString();
    }

    private static Batches read(Path file) throws IOException {
        try {
            var table = CsvTable.read(file).split(TableOptions.classification("largest"), 1);
            return new Batches(table.train(), BatchOptions.of(64, 1));
        } finally {
            Files.delete(file);
        }
    }
}
