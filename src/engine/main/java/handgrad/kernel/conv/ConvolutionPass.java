package handgrad.kernel.conv;

import handgrad.kernel.BinaryOperation;
import handgrad.kernel.Elementwise;
import handgrad.kernel.Reduction;
import handgrad.kernel.VectorRows;
import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.matmul.VectorMatmul;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A convolution in float32 as matrix products: what one thread keeps to run it, reused so that a step allocates nothing.
 *
 * <p><b>Structure.</b> The images are cut into at most {@value #BLOCKS} blocks, which {@link Parallel} runs. A block goes
 * through its rows of output pixels a tile at a time. For a tile it makes the matrix whose column for a pixel holds the
 * kernel² · channels input values that the pixel sees (im2col), small enough to stay in the second-level cache. Then
 *
 * <pre>
 * out = weightᵀ · columns + bias;  dWeight += columns · dOutᵀ
 * </pre>
 *
 * The gradient of the input is itself a convolution, of dOut with the kernels turned by 180° and the channels exchanged:
 * each dOut goes to where its kernel lay, with zeros between them where the stride is more than 1. So it needs no sums over
 * overlapping columns (col2im), whose short rows do not fill vectors; for that a stride of s costs s² as many products.
 *
 * <p>Each image is first copied into planes with their border of zeros, so a row of columns is made of whole rows of a plane.
 * They are copied by whole vectors: what is written past the end of a row is written again with the next one, and the last
 * has room for it.
 *
 * <p><b>Bits.</b> Blocks and tiles follow from the sizes alone. Blocks add their dWeight to sums of their own, which are added
 * in the order of blocks. So the result does not depend on the number of threads.
 */
final class ConvolutionPass implements IntConsumer {
    /** Each has a dWeight of its own, so more would share the work among more threads and take more memory. */
    private static final int BLOCKS = 16;

    /** Floats in the columns of a tile, at most unless one row has more: 512 KiB. */
    private static final int TILE_FLOATS = 1 << 17;

    /** Pixels in a tile, at most unless one row has more. */
    private static final int TILE_PIXELS = 256;

    /** The columns of a panel of {@link VectorMatmul} with the widest vectors. */
    private static final int WHOLE_PIXELS = 32;

    /** Floats that a copy by the widest vectors may read or write past the end. */
    private static final int SLACK = 16;

    private static final ThreadLocal<ConvolutionPass> OF_THREAD = ThreadLocal.withInitial(ConvolutionPass::new);

    // What is computed, set for each pass by the thread that calls.
    private boolean parameters;
    private float[] source = {};
    private int batch;
    private int channels;
    private int height;
    private int width;
    private int spacing;
    private int border;
    private int paddedHeight;
    private int paddedWidth;
    private int kernel;
    private int stride;
    private float[] weight = {};
    private float @Nullable [] bias;
    private float[] target = {};
    private int outChannels;
    private int outHeight;
    private int outWidth;
    private int blockImages;

    // Buffers of the thread that calls.
    private float[] turned = {};
    private float[] dWeights = {};
    private float[] dBiases = {};

    // Buffers of the thread that runs a block.
    private float[] padded = {};
    private float[] columns = {};
    private float[] product = {};

    private ConvolutionPass() {}

    static ConvolutionPass ofThread() {
        return OF_THREAD.get();
    }

    void forward(
            float[] x,
            int batch,
            int inChannels,
            int height,
            int width,
            float[] weight,
            float @Nullable [] bias,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            float[] out) {
        read(x, batch, inChannels, height, width, kernel, stride, padding);
        this.outChannels = outChannels;
        this.weight = weight;
        this.bias = bias;
        target = out;
        parameters = false;
        runBlocks();
    }

    void backwardParameters(
            float[] x,
            int batch,
            int inChannels,
            int height,
            int width,
            float[] dOut,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            float[] dWeight,
            float @Nullable [] dBias) {
        read(x, batch, inChannels, height, width, kernel, stride, padding);
        this.outChannels = outChannels;
        target = dOut;
        parameters = true;
        int weights = depth() * outChannels;
        int blocks = blocks();
        dWeights = atLeast(blocks * weights, dWeights);
        dBiases = atLeast(blocks * outChannels, dBiases);
        runBlocks();
        Reduction.addRows(dWeights, 0, blocks, weights, dWeight, 0);
        if (dBias != null) {
            Reduction.addRows(dBiases, 0, blocks, outChannels, dBias, 0);
        }
    }

    void backwardInput(
            float[] dOut,
            int batch,
            int inChannels,
            int height,
            int width,
            float[] weight,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            float[] dX) {
        source = dOut;
        this.batch = batch;
        channels = outChannels;
        this.height = Convolution.outSize(height, kernel, stride, padding);
        this.width = Convolution.outSize(width, kernel, stride, padding);
        spacing = stride;
        border = kernel - 1 - padding;
        paddedHeight = height + kernel - 1;
        paddedWidth = width + kernel - 1;
        this.kernel = kernel;
        this.stride = 1;
        this.outChannels = inChannels;
        outHeight = height;
        outWidth = width;
        turn(weight, inChannels, outChannels, kernel * kernel);
        this.weight = turned;
        bias = null;
        target = dX;
        parameters = false;
        runBlocks();
    }

    private void read(
            float[] x, int batch, int inChannels, int height, int width, int kernel, int stride, int padding) {
        source = x;
        this.batch = batch;
        channels = inChannels;
        this.height = height;
        this.width = width;
        spacing = 1;
        border = padding;
        paddedHeight = height + 2 * padding;
        paddedWidth = width + 2 * padding;
        this.kernel = kernel;
        this.stride = stride;
        outHeight = Convolution.outSize(height, kernel, stride, padding);
        outWidth = Convolution.outSize(width, kernel, stride, padding);
    }

    /** turned[o, taps - 1 - t, c] = weight[c, t, o]: kernels turned by 180°, channels exchanged. */
    private void turn(float[] weight, int inChannels, int outChannels, int taps) {
        turned = atLeast(weight.length, turned);
        for (int t = 0; t < taps; t++) {
            for (int c = 0; c < inChannels; c++) {
                int from = (c * taps + t) * outChannels;
                int to = (taps - 1 - t) * inChannels + c;
                for (int o = 0; o < outChannels; o++) {
                    turned[to + o * taps * inChannels] = weight[from + o];
                }
            }
        }
    }

    private int depth() {
        return channels * kernel * kernel;
    }

    private int blocks() {
        blockImages = Math.ceilDiv(batch, BLOCKS);
        return batch == 0 ? 0 : Math.ceilDiv(batch, blockImages);
    }

    private void runBlocks() {
        Parallel.blocks(blocks(), this);
    }

    private static float[] atLeast(int length, float[] old) {
        return old.length >= length ? old : new float[length];
    }

    @Override
    public void accept(int block) {
        int firstImage = block * blockImages;
        int images = Math.min(blockImages, batch - firstImage);
        ofThread().runBlock(this, block, firstImage, images * outHeight);
    }

    /** Runs a block of a task with the buffers of this thread. */
    private void runBlock(ConvolutionPass task, int block, int firstImage, int rows) {
        int depth = task.depth();
        int tileRows = task.tileRows();
        int stride = tileRows * task.outWidth + SLACK;
        int planes = task.channels * task.paddedHeight * task.paddedWidth;
        padded = atLeast(planes + SLACK, padded);
        columns = atLeast(depth * stride, columns);
        product = atLeast(task.outChannels * stride, product);
        Arrays.fill(padded, 0, planes, 0);
        for (int row = 0; row < rows; row += tileRows) {
            int count = Math.min(tileRows, rows - row);
            for (int done = 0; done < count; ) {
                int image = firstImage + (row + done) / task.outHeight;
                int y = (row + done) % task.outHeight;
                int part = Math.min(count - done, task.outHeight - y);
                if (y == 0 || done == 0) {
                    task.pad(image, padded);
                }
                task.unfold(padded, y, part, columns, done * task.outWidth, stride);
                done += part;
            }
            if (task.parameters) {
                task.gather(firstImage, row, count, product, stride);
                task.addGradients(block, row == 0, columns, product, count * task.outWidth, stride);
            } else {
                multiply(
                        true,
                        false,
                        task.outChannels,
                        count * task.outWidth,
                        depth,
                        task.weight,
                        task.outChannels,
                        columns,
                        stride,
                        0,
                        product,
                        0,
                        stride);
                task.scatter(firstImage, row, count, product, stride);
            }
        }
    }

    /** The number of rows of output pixels, of those that fit into a tile, that fill the tiles of the matrix product best. */
    private int tileRows() {
        int most = Math.max(1, Math.min(TILE_PIXELS, TILE_FLOATS / depth()) / outWidth);
        int best = 1;
        for (int rows = 2; rows <= most; rows++) {
            if (filled(rows) >= filled(best)) {
                best = rows;
            }
        }
        return best;
    }

    private float filled(int rows) {
        int pixels = rows * outWidth;
        return pixels / (float) (Math.ceilDiv(pixels, WHOLE_PIXELS) * WHOLE_PIXELS);
    }

    /** Copies an image into planes whose border is 0 already. */
    private void pad(int image, float[] planes) {
        for (int c = 0; c < channels; c++) {
            int from = (image * channels + c) * height * width;
            int to = (c * paddedHeight + border) * paddedWidth + border;
            if (spacing > 1) {
                for (int i = 0; i < height * width; i++) {
                    planes[to + i / width * spacing * paddedWidth + i % width * spacing] = source[from + i];
                }
            } else if (VectorSupport.fill(width)) {
                VectorRows.copyWithin(source, from, planes, to, paddedWidth, width, height);
            } else {
                for (int y = 0; y < height; y++) {
                    System.arraycopy(source, from + y * width, planes, to + y * paddedWidth, width);
                }
            }
        }
    }

    /** The columns of {@code count} rows of output pixels from row y on, from the given column on. */
    private void unfold(float[] planes, int y, int count, float[] columns, int column, int stride) {
        int to = column;
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < kernel; i++) {
                int from = (c * paddedHeight + y * this.stride + i) * paddedWidth;
                for (int j = 0; j < kernel; j++) {
                    copyRows(planes, from + j, columns, to, count);
                    to += stride;
                }
            }
        }
    }

    private void copyRows(float[] planes, int from, float[] columns, int to, int count) {
        int step = stride * paddedWidth;
        if (stride > 1) {
            for (int r = 0; r < count; r++) {
                for (int z = 0; z < outWidth; z++) {
                    columns[to + r * outWidth + z] = planes[from + r * step + z * stride];
                }
            }
        } else if (VectorSupport.ENABLED) {
            VectorRows.copy(planes, from, step, columns, to, outWidth, count);
        } else {
            for (int r = 0; r < count; r++) {
                System.arraycopy(planes, from + r * step, columns, to + r * outWidth, outWidth);
            }
        }
    }

    /** Puts the product of a tile into the output, with the bias. */
    private void scatter(int firstImage, int row, int count, float[] product, int stride) {
        int area = outHeight * outWidth;
        for (int done = 0; done < count; ) {
            int image = firstImage + (row + done) / outHeight;
            int y = (row + done) % outHeight;
            int part = Math.min(count - done, outHeight - y);
            for (int o = 0; o < outChannels; o++) {
                int from = o * stride + done * outWidth;
                int to = (image * outChannels + o) * area + y * outWidth;
                if (bias == null) {
                    System.arraycopy(product, from, target, to, part * outWidth);
                } else {
                    Elementwise.binary(BinaryOperation.ADD, product, from, 1, bias, o, 0, target, to, part * outWidth);
                }
            }
            done += part;
        }
    }

    /** Takes the gradient of a tile's output. */
    private void gather(int firstImage, int row, int count, float[] product, int stride) {
        int area = outHeight * outWidth;
        for (int done = 0; done < count; ) {
            int image = firstImage + (row + done) / outHeight;
            int y = (row + done) % outHeight;
            int part = Math.min(count - done, outHeight - y);
            for (int o = 0; o < outChannels; o++) {
                int from = (image * outChannels + o) * area + y * outWidth;
                System.arraycopy(target, from, product, o * stride + done * outWidth, part * outWidth);
            }
            done += part;
        }
    }

    private void addGradients(int block, boolean first, float[] columns, float[] dOut, int pixels, int stride) {
        int depth = depth();
        multiply(
                false,
                true,
                depth,
                outChannels,
                pixels,
                columns,
                stride,
                dOut,
                stride,
                first ? 0 : 1,
                dWeights,
                block * depth * outChannels,
                outChannels);
        for (int o = 0; o < outChannels; o++) {
            float sum = Reduction.sum(dOut, o * stride, pixels);
            int at = block * outChannels + o;
            dBiases[at] = first ? sum : dBiases[at] + sum;
        }
    }

    /** On this thread alone: OpenBLAS may have to be called by one thread at a time, the Java kernel never. */
    private static void multiply(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float[] a,
            int lda,
            float[] b,
            int ldb,
            float beta,
            float[] c,
            int cOffset,
            int ldc) {
        if (VectorSupport.ENABLED) {
            VectorMatmul.sgemm(transposeA, transposeB, m, n, k, 1, a, 0, lda, b, 0, ldb, beta, c, cOffset, ldc);
        } else {
            MatrixProduct.sgemm(transposeA, transposeB, m, n, k, 1, a, 0, lda, b, 0, ldb, beta, c, cOffset, ldc);
        }
    }
}
