package handgrad.kernel.conv;

import handgrad.kernel.Reduction;
import handgrad.kernel.runtime.Parallel;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A convolution in float32 as matrix products: what one thread keeps to run it, reused so that a step allocates
 * nothing.
 *
 * <p><b>Structure.</b> The images are cut into at most {@value Convolution#BLOCKS} blocks, which {@link Parallel}
 * runs, each by a {@link ConvolutionBlock}. A block makes the columns of {@link ImageColumns} for a tile of output
 * pixels. Then
 *
 * <pre>
 * out = weightᵀ · columns + bias;  dWeight += columns · dOutᵀ
 * </pre>
 *
 * The gradient of the input is itself a convolution, of dOut with the kernels turned by 180° and the channels
 * exchanged: each dOut goes to where its kernel lay, with zeros between them where the stride is more than 1. So it
 * needs no sums over overlapping columns (col2im), whose short rows do not fill vectors; for that a stride of s costs
 * s² as many products.
 *
 * <p>Where channels are in groups, each group is such products of its own: a block of images and a group are a task.
 *
 * <p><b>Bits.</b> Blocks and tiles follow from the sizes alone. Blocks add their dWeight to sums of their own, which
 * are added in the order of blocks. So the result does not depend on the number of threads. dBias is a {@link
 * Reduction} of each tile, and these are added in float64.
 */
final class ConvolutionPass implements IntConsumer {
    private static final ThreadLocal<ConvolutionPass> OF_THREAD = ThreadLocal.withInitial(ConvolutionPass::new);

    // What is computed, set for each pass by the thread that calls.
    final ImageColumns images = new ImageColumns();
    boolean parameters;
    float[] weight = {};
    float @Nullable [] bias;
    float[] target = {};
    int outChannels;
    int groupChannels;
    private int groups;
    private int blockImages;

    // Buffers of the thread that calls: the turned kernels, and the gradients of each block.
    private float[] turned = {};
    float[] dWeights = {};
    double[] dBiases = {};

    private ConvolutionPass() {}

    static ConvolutionPass ofThread() {
        return OF_THREAD.get();
    }

    void forward(WindowSizes sizes, float[] x, float[] weight, float @Nullable [] bias, float[] out) {
        images.readInput(sizes, x);
        convolve(weight, bias, sizes.outChannels, sizes.groups, out);
    }

    void backwardParameters(WindowSizes sizes, float[] x, float[] dOut, float[] dWeight, float @Nullable [] dBias) {
        images.readInput(sizes, x);
        parameters = true;
        target = dOut;
        setChannels(sizes.outChannels, sizes.groups);
        int weights = images.depth() * outChannels;
        int blocks = cut();
        dWeights = atLeast(blocks * weights, dWeights);
        if (dBiases.length < blocks * outChannels) {
            dBiases = new double[blocks * outChannels];
        }
        Parallel.blocks(blocks * groups, this);
        Reduction.addRows(dWeights, 0, blocks, weights, dWeight, 0);
        if (dBias != null) {
            for (int o = 0; o < outChannels; o++) {
                double sum = 0;
                for (int block = 0; block < blocks; block++) {
                    sum += dBiases[block * outChannels + o];
                }
                dBias[o] += (float) sum;
            }
        }
    }

    void backwardInput(WindowSizes sizes, float[] dOut, float[] weight, float @Nullable [] bias, float[] dX) {
        images.readGradient(sizes, dOut);
        turn(weight, sizes);
        convolve(turned, bias, sizes.inChannels, sizes.groups, dX);
    }

    private void convolve(float[] weight, float @Nullable [] bias, int outChannels, int groups, float[] out) {
        parameters = false;
        this.weight = weight;
        this.bias = bias;
        setChannels(outChannels, groups);
        target = out;
        Parallel.blocks(cut() * groups, this);
    }

    private void setChannels(int outChannels, int groups) {
        this.outChannels = outChannels;
        this.groups = groups;
        groupChannels = outChannels / groups;
    }

    /**
     * turned[o, taps - 1 - t, c] = weight[c, t, o] in each group: kernels turned by 180°, channels exchanged. The
     * groups lie side by side in the columns, here those of c, there those of o.
     */
    private void turn(float[] weight, WindowSizes sizes) {
        int taps = sizes.taps();
        int inChannels = sizes.inChannels / sizes.groups;
        int outChannels = sizes.outChannels / sizes.groups;
        turned = atLeast(weight.length, turned);
        for (int group = 0; group < sizes.groups; group++) {
            for (int t = 0; t < taps; t++) {
                for (int c = 0; c < inChannels; c++) {
                    int from = (c * taps + t) * sizes.outChannels + group * outChannels;
                    int to = (taps - 1 - t) * sizes.inChannels + group * inChannels + c;
                    for (int o = 0; o < outChannels; o++) {
                        turned[to + o * taps * sizes.inChannels] = weight[from + o];
                    }
                }
            }
        }
    }

    /** Cuts the images into blocks, and returns how many they are. */
    private int cut() {
        blockImages = Math.ceilDiv(images.batch, Convolution.BLOCKS);
        return images.batch == 0 ? 0 : Math.ceilDiv(images.batch, blockImages);
    }

    static float[] atLeast(int length, float[] old) {
        return old.length >= length ? old : new float[length];
    }

    @Override
    public void accept(int task) {
        int block = task / groups;
        int firstImage = block * blockImages;
        int count = Math.min(blockImages, images.batch - firstImage);
        ConvolutionBlock.ofThread().run(this, block, task % groups, firstImage, count * images.outHeight);
    }
}
