package handgrad.kernel.conv;

import handgrad.kernel.Elementwise;
import handgrad.kernel.Reduction;
import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.matmul.Product;
import handgrad.kernel.matmul.VectorMatmul;
import handgrad.kernel.route.Form;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * A block of images of a {@link ConvolutionPass}: what the thread that runs it keeps.
 *
 * <p>It goes through the rows of output pixels a tile at a time. The columns of a tile are small enough to stay in the
 * second-level cache from where they are made to where they are multiplied.
 */
final class ConvolutionBlock {
    /** Floats in the columns of a tile, at most unless one row has more: 512 KiB. */
    private static final int TILE_FLOATS = 1 << 17;

    /** Pixels in a tile, at most unless one row has more. */
    private static final int TILE_PIXELS = 256;

    /** The columns of a panel of {@link VectorMatmul} with the widest vectors. */
    private static final int WHOLE_PIXELS = 32;

    private static final ThreadLocal<ConvolutionBlock> OF_THREAD = ThreadLocal.withInitial(ConvolutionBlock::new);

    private float[] padded = {};
    private float[] columns = {};
    private float[] product = {};
    private int rowLength;
    private int group;
    private int firstImage;

    private ConvolutionBlock() {}

    static ConvolutionBlock ofThread() {
        return OF_THREAD.get();
    }

    /** Runs {@code rows} rows of output pixels of a group of channels, those of whole images from the first one on. */
    void run(ConvolutionPass pass, int block, int group, int firstImage, int rows) {
        this.group = group;
        this.firstImage = firstImage;
        var images = pass.images;
        int tileRows = tileRows(images);
        rowLength = tileRows * images.outWidth + ImageColumns.SLACK;
        padded = ConvolutionPass.atLeast(images.planes() + ImageColumns.SLACK, padded);
        columns = ConvolutionPass.atLeast(images.depth() * rowLength, columns);
        product = ConvolutionPass.atLeast(pass.groupChannels * rowLength, product);
        Arrays.fill(padded, 0, images.planes(), 0);
        for (int row = 0; row < rows; row += tileRows) {
            int count = Math.min(tileRows, rows - row);
            int pixels = count * images.outWidth;
            for (int done = 0; done < count; ) {
                int y = (row + done) % images.outHeight;
                if (y == 0 || done == 0) {
                    images.pad(firstImage + (row + done) / images.outHeight, group, padded);
                }
                int part = Math.min(count - done, images.outHeight - y);
                images.unfold(padded, y, part, columns, done * images.outWidth, rowLength);
                done += part;
            }
            if (pass.parameters) {
                copyTile(pass, row, count);
                addGradients(pass, block, row == 0, pixels);
            } else {
                int channels = pass.groupChannels;
                var layout = Product.ofThread(Form.TN, channels, pixels, images.depth())
                        .a(group * channels, pass.outChannels)
                        .b(0, rowLength)
                        .c(0, rowLength);
                multiply(layout, pass.weight, columns, product);
                copyTile(pass, row, count);
            }
        }
    }

    /**
     * The number of rows of output pixels, of those that fit into a tile, that fill the tiles of the matrix product
     * best.
     */
    private static int tileRows(ImageColumns images) {
        int most = Math.max(1, Math.min(TILE_PIXELS, TILE_FLOATS / images.depth()) / images.outWidth);
        int best = 1;
        for (int rows = 2; rows <= most; rows++) {
            if (filled(rows * images.outWidth) >= filled(best * images.outWidth)) {
                best = rows;
            }
        }
        return best;
    }

    private static float filled(int pixels) {
        return pixels / (float) (Math.ceilDiv(pixels, WHOLE_PIXELS) * WHOLE_PIXELS);
    }

    /**
     * Puts the product of a tile into the output, with the bias; for the parameters, takes the gradient of the output.
     */
    private void copyTile(ConvolutionPass pass, int row, int count) {
        var images = pass.images;
        int first = group * pass.groupChannels;
        for (int done = 0; done < count; ) {
            int image = firstImage + (row + done) / images.outHeight;
            int y = (row + done) % images.outHeight;
            int part = Math.min(count - done, images.outHeight - y);
            int pixels = part * images.outWidth;
            for (int o = 0; o < pass.groupChannels; o++) {
                int at = o * rowLength + done * images.outWidth;
                int pixel = ((image * pass.outChannels + first + o) * images.outHeight + y) * images.outWidth;
                if (pass.parameters) {
                    System.arraycopy(pass.target, pixel, product, at, pixels);
                } else if (pass.bias == null) {
                    System.arraycopy(product, at, pass.target, pixel, pixels);
                } else {
                    Elementwise.addNumber(product, at, pass.bias[first + o], pass.target, pixel, pixels);
                }
            }
            done += part;
        }
    }

    private void addGradients(ConvolutionPass pass, int block, boolean first, int pixels) {
        int depth = pass.images.depth();
        int channels = pass.groupChannels;
        int firstChannel = group * channels;
        var layout = Product.ofThread(Form.NT, depth, channels, pixels)
                .a(0, rowLength)
                .b(0, rowLength)
                .c(block * depth * pass.outChannels + firstChannel, pass.outChannels)
                .accumulate(!first);
        multiply(layout, columns, product, pass.dWeights);
        for (int o = 0; o < channels; o++) {
            double sum = Reduction.sum(product, o * rowLength, pixels);
            int at = block * pass.outChannels + firstChannel + o;
            pass.dBiases[at] = first ? sum : pass.dBiases[at] + sum;
        }
    }

    /** On this thread alone: OpenBLAS may have to be called by one thread at a time, the Java kernel never. */
    private static void multiply(Product layout, float[] a, float[] b, float[] c) {
        if (VectorSupport.ENABLED) {
            VectorMatmul.multiply(layout, a, b, c);
        } else {
            MatrixProduct.multiply(layout, a, b, c);
        }
    }
}
