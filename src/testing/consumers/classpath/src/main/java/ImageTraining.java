import handgrad.data.BatchOptions;
import handgrad.data.Batches;
import handgrad.data.DataFileException;
import handgrad.data.GlyphImages;
import handgrad.data.IdxFile;
import handgrad.data.IdxType;
import handgrad.data.ImageDataset;
import handgrad.data.ImageFolder;
import handgrad.io.Npy;
import handgrad.io.TorchWeights;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.Conv2d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Dropout;
import handgrad.nn.Flatten;
import handgrad.nn.Linear;
import handgrad.nn.MaxPool2d;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.optim.Schedule;
import handgrad.optim.Sgd;
import handgrad.optim.SgdOptions;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A stranger's training of images: from files in the IDX format, with dropout, momentum, a cosine rate and early
 * stopping in a loop of its own, to weights that PyTorch reads, and back.
 *
 * <pre>
 * ImageTraining train FOLDER    writes the four files, trains, writes weights.safetensors, x.npy and y.npy
 * ImageTraining compare FOLDER  loads what PyTorch wrote, pytorch.safetensors, and compares its outputs, pytorch.npy
 * </pre>
 */
public final class ImageTraining {
    /** The largest difference of an output, as a share of the largest output. */
    private static final double TOLERANCE = 1e-5;

    private ImageTraining() {}

    /** Runs one of the two; ends with 1 where the model does not learn, or outputs differ. */
    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "train" -> train(folder);
            case "compare" -> compare(folder);
            default -> throw new IllegalArgumentException("train or compare, not " + arguments[0]);
        }
    }

    private static Sequential model(TorchRandom random) {
        return new Sequential(
                new Conv2d(1, 8, 5, random),
                new BatchNorm2d(8),
                new Relu(),
                new MaxPool2d(2),
                new Conv2d(8, 16, 5, random),
                new Relu(),
                new MaxPool2d(2),
                new Flatten(1, 3),
                new Dropout(0.25, random),
                new Linear(256, 10, random));
    }

    private static void train(Path folder) throws Exception {
        writeImages(folder);
        var images = ImageFolder.read(folder);
        var dev = images.test().images(0, images.test().size());
        var model = model(TorchRandom.seeded(1));
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters(), SgdOptions.PYTORCH.withMomentum(0.9));
        var batches = new Batches(images.train(), BatchOptions.of(50, 1));
        int epochs = 8;
        var rate = Schedule.warmup(20).cosine(0.05, 0.001, epochs * batches.batchesPerEpoch());
        var best = model.stateDict().copy();
        double least = Double.POSITIVE_INFINITY;
        int step = 0;
        for (int epoch = 0, worse = 0; epoch < epochs && worse < 2; epoch++) {
            for (int i = 0; i < batches.batchesPerEpoch(); i++) {
                var batch = batches.next();
                loss.forward(model.forward(batch.x()), batch.y());
                sgd.zeroGrad();
                model.backward(loss.backward());
                sgd.step(rate.at(step++));
            }
            model.train(false);
            double value = loss.forward(model.forward(dev.x()), dev.y());
            model.train(true);
            worse++;
            if (value < least) {
                worse = 0;
                least = value;
                best = model.stateDict().copy();
            }
        }
        model.loadStateDict(best);
        model.train(false);
        TorchWeights.save(folder.resolve("weights.safetensors"), model);
        Npy.write(folder.resolve("x.npy"), dev.x());
        Npy.write(folder.resolve("y.npy"), model.forward(dev.x()));
        System.out.printf(Locale.ROOT, "dev loss %.4f after %d steps%n", least, step);
        if (!(least < 0.5)) {
            System.exit(1);
        }
    }

    private static void compare(Path folder) throws Exception {
        var model = model(TorchRandom.seeded(2));
        TorchWeights.load(folder.resolve("pytorch.safetensors"), model);
        model.train(false);
        var expected = Npy.read(folder.resolve("pytorch.npy"));
        var actual = model.forward(Npy.read(folder.resolve("x.npy")));
        double difference = largest(actual.sub(expected)) / largest(expected);
        System.out.printf(
                Locale.ROOT, "largest difference from PyTorch's outputs, of the largest output: %.1e%n", difference);
        if (!(difference <= TOLERANCE)) {
            System.exit(1);
        }
    }

    private static double largest(Tensor tensor) {
        double largest = 0;
        for (int i = 0; i < tensor.shape().elements(); i++) {
            largest = Math.max(largest, Math.abs(tensor.getFlat(i)));
        }
        return largest;
    }

    private static void writeImages(Path folder) throws DataFileException {
        var images = GlyphImages.split(1_000, 300, TorchRandom.seeded(3));
        writeImages(folder, "train", images.train());
        writeImages(folder, "t10k", images.test());
    }

    private static void writeImages(Path folder, String part, ImageDataset images) throws DataFileException {
        var all = images.images(0, images.size());
        var pixels = Tensor.zeros(DType.INT32, all.x().shape()).reshape(images.size(), images.height(), images.width());
        for (int i = 0; i < pixels.shape().elements(); i++) {
            pixels.ints()[i] = (int) Math.round((all.x().getFlat(i) + 1) * 127.5);
        }
        IdxFile.write(folder.resolve(part + "-images-idx3-ubyte"), pixels, IdxType.UNSIGNED_BYTE);
        IdxFile.write(folder.resolve(part + "-labels-idx1-ubyte"), all.y(), IdxType.UNSIGNED_BYTE);
    }
}
