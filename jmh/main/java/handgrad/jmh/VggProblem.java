package handgrad.jmh;

import handgrad.data.Batch;
import handgrad.data.GlyphImages;
import handgrad.data.ImageDataset;
import handgrad.models.VggNetwork;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Sequential;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The network in the style of VGG with its first weights, and batches of images of 28 x 28, the same in every process.
 */
@State(Scope.Benchmark)
public class VggProblem {
    /** The learning rate of every step. */
    public static final double LEARNING_RATE = 0.01;

    private static final long SEED = 2147483647L;
    private static final int IMAGES = 1_000;
    private static final int BATCHES = 8;

    /** What comes after each convolution: {@code none} or {@code batch-norm}. */
    @Param({"none", "batch-norm"})
    public String normalization;

    /** The images of a batch. */
    @Param("64")
    public int batchSize;

    /** How many threads compute. */
    @Param({"1", "2"})
    public int threads;

    private ImageDataset images;
    private List<Batch> batches;

    /** Draws the images and the batches. */
    @Setup(Level.Trial)
    public void draw() {
        Backend.setThreads(threads);
        var random = TorchRandom.seeded(SEED);
        images = GlyphImages.split(IMAGES, 1, random).train();
        batches = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            var batch = images.batch(batchSize, random);
            batches.add(new Batch(batch.x().copy(), batch.y().copy()));
        }
    }

    /** The network with its first weights. */
    public Sequential build() {
        var random = TorchRandom.seeded(SEED);
        return normalization.equals("none")
                ? VggNetwork.plain(images, VggNetwork.WIDTH, random)
                : VggNetwork.batchNorm(images, VggNetwork.WIDTH, random);
    }

    /** The batches, which repeat. */
    public List<Batch> batches() {
        return batches;
    }

    /** The losses of the first steps, one on each batch, by handgrad. */
    public List<Double> losses() {
        var step = step();
        return batches.stream().map(step::run).toList();
    }

    /** A training of its own. */
    public Step step() {
        var model = build();
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        return batch -> {
            double value = loss.forward(model.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(LEARNING_RATE);
            return value;
        };
    }

    /** One training step: forward, backward and update. */
    @FunctionalInterface
    public interface Step {
        /** Trains on a batch and returns its loss before the update. */
        double run(Batch batch);
    }
}
