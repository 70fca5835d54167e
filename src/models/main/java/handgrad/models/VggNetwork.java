package handgrad.models;

import handgrad.data.ImageDataset;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.Conv2d;
import handgrad.nn.Conv2dOptions;
import handgrad.nn.Flatten;
import handgrad.nn.Initialization;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.MaxPool2d;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import java.util.ArrayList;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A small convolutional network in the style of VGG (Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556): two
 * convolutions of 3 x 3 and a pooling, twice, with more channels the second time, then one more convolution and
 * pooling, and a linear layer to the classes. After each convolution comes a ReLU, and before it, where asked, a
 * normalisation.
 */
public final class VggNetwork {
    /** The channels of the first convolutions. */
    public static final int WIDTH = 32;

    /** The channels of each convolution, as multiples of the width; a pooling follows each that ends a stage. */
    private static final int[][] STAGES = {{1, 1}, {2, 2}, {4}};

    private static final int KERNEL_SIZE = 3;
    private static final int POOLING = 2;

    /** The least height and width of an image, which each stage halves. */
    public static final int LEAST_SIDE = 1 << STAGES.length;

    private VggNetwork() {}

    /** The network without normalisation, for the images of a data set; its weights are drawn as Xavier's. */
    public static Sequential plain(ImageDataset images, int width, TorchRandom random) {
        return build(images, width, null, random);
    }

    /** The network with batch normalisation after each convolution, which has no bias then. */
    public static Sequential batchNorm(ImageDataset images, int width, TorchRandom random) {
        return build(images, width, BatchNorm2d::new, random);
    }

    /**
     * The network with a normalisation of any kind.
     *
     * @param width the channels of the first convolutions
     * @param normalization makes the layer after a convolution of so many channels
     */
    public static Sequential normalized(
            ImageDataset images, int width, IntFunction<Layer> normalization, TorchRandom random) {
        return build(images, width, normalization, random);
    }

    private static Sequential build(
            ImageDataset images, int width, @Nullable IntFunction<Layer> normalization, TorchRandom random) {
        var options = Conv2dOptions.PYTORCH
                .withPadding(KERNEL_SIZE / 2)
                .withBias(normalization == null)
                .withInitialization(Initialization.XAVIER_UNIFORM);
        var layers = new ArrayList<Layer>();
        int channels = images.channels();
        int pixels = 1;
        for (int[] stage : STAGES) {
            for (int factor : stage) {
                layers.add(new Conv2d(channels, factor * width, KERNEL_SIZE, options, random));
                channels = factor * width;
                if (normalization != null) {
                    layers.add(normalization.apply(channels));
                }
                layers.add(new Relu());
            }
            layers.add(new MaxPool2d(POOLING));
            pixels *= POOLING;
        }
        layers.add(new Flatten(1, 3));
        int features = Shape.of("VggNetwork", channels, images.height() / pixels, images.width() / pixels)
                .elements();
        layers.add(new Linear(features, images.classes(), true, Initialization.XAVIER_UNIFORM, random));
        return new Sequential(layers.toArray(Layer[]::new));
    }
}
