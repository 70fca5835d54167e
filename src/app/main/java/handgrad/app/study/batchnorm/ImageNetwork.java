package handgrad.app.study.batchnorm;

import handgrad.data.Batch;
import handgrad.data.ImageDataset;
import handgrad.models.VggNetwork;
import handgrad.random.TorchRandom;
import java.util.Map;

/**
 * A small network in the style of VGG on images.
 *
 * @param images to learn from
 * @param source what they are, in words that tell them from all others
 * @param width the channels of the first convolutions
 * @param batchSize the images of a batch
 */
record ImageNetwork(ImageDataset images, String source, int width, int batchSize) implements Network {
    private static final double LR = 0.1;

    @Override
    public String title() {
        return "image network";
    }

    @Override
    public String description() {
        return ("Five convolutions of 3 x 3 in three stages, ReLU and pooling, in the style of VGG (first stage"
                        + " %d channels),"
                        + " on %,d images: %s; batches of %d, learning rate 0.1, Glorot's start, normalised"
                        + " before each ReLU by"
                        + " the biased variance. The paper's network is VGG on CIFAR-10, batches of 128. Step"
                        + " sizes of the"
                        + " landscape from 1/2 to 4 learning rates, 0.4 at most, as in the paper.")
                .formatted(width, images.size(), source, batchSize);
    }

    @Override
    public Map<String, String> options() {
        return Map.of(
                "images", source,
                "count", Integer.toString(images.size()),
                "width", Integer.toString(width),
                "batchSize", Integer.toString(batchSize));
    }

    @Override
    public double lr() {
        return LR;
    }

    @Override
    public double[] stepSizes() {
        return StepSizes.OF_VGG;
    }

    @Override
    public Task start(Variant variant, long seed) {
        var weights = TorchRandom.seeded(seed);
        var batches = TorchRandom.seeded(~seed);
        var model = variant == Variant.STANDARD
                ? VggNetwork.plain(images, width, weights)
                : VggNetwork.batchNorm(images, width, weights);
        return new Task(variant.of(model, weights), Objective.crossEntropy(), () -> draw(batches));
    }

    /** The data set overwrites its batches, and trainings run beside each other: each gets a copy. */
    private Batch draw(TorchRandom random) {
        synchronized (images) {
            var batch = images.batch(batchSize, random);
            return new Batch(batch.x().copy(), batch.y().copy());
        }
    }
}
