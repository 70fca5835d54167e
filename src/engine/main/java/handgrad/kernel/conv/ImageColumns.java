package handgrad.kernel.conv;

import handgrad.kernel.VectorRows;
import handgrad.kernel.runtime.VectorSupport;

/**
 * The images that a convolution reads, and how the input values that its output pixels see become the columns of a
 * matrix (im2col).
 *
 * <p>Each image is first copied into planes with their border of zeros, so a row of the matrix is made of whole rows of
 * a plane. They are copied by whole vectors: what is written past the end of a row is written again with the next one,
 * and the last has {@link #SLACK} elements of room for it.
 */
final class ImageColumns {
    /** Floats that a copy by the widest vectors may read or write past the end. */
    static final int SLACK = 16;

    int batch;
    int outHeight;
    int outWidth;
    private float[] source = {};
    private int channels;
    private int height;
    private int width;
    private int spacing;
    private int border;
    private int paddedHeight;
    private int paddedWidth;
    private int kernel;
    private int stride;

    /** Reads the images x of a convolution. */
    void readInput(ConvolutionSizes sizes, float[] x) {
        source = x;
        batch = sizes.batch;
        channels = sizes.inChannels;
        height = sizes.height;
        width = sizes.width;
        spacing = 1;
        border = sizes.padding;
        paddedHeight = height + 2 * sizes.padding;
        paddedWidth = width + 2 * sizes.padding;
        kernel = sizes.kernel;
        stride = sizes.stride;
        outHeight = sizes.outHeight;
        outWidth = sizes.outWidth;
    }

    /** Reads the gradient of its output, with zeros between the pixels where the stride is more than 1. */
    void readGradient(ConvolutionSizes sizes, float[] dOut) {
        source = dOut;
        batch = sizes.batch;
        channels = sizes.outChannels;
        height = sizes.outHeight;
        width = sizes.outWidth;
        spacing = sizes.stride;
        border = sizes.kernel - 1 - sizes.padding;
        paddedHeight = sizes.height + sizes.kernel - 1;
        paddedWidth = sizes.width + sizes.kernel - 1;
        kernel = sizes.kernel;
        stride = 1;
        outHeight = sizes.height;
        outWidth = sizes.width;
    }

    /** The rows of the matrix: the input values that an output pixel sees. */
    int depth() {
        return channels * kernel * kernel;
    }

    /** The elements of the planes of an image. */
    int planes() {
        return channels * paddedHeight * paddedWidth;
    }

    /** Copies an image into planes whose border is 0 already. */
    void pad(int image, float[] planes) {
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

    /**
     * Writes the columns of {@code count} rows of output pixels from row y on.
     *
     * @param planes those of the image
     * @param columns (depth, rowLength), written from the given column on
     */
    void unfold(float[] planes, int y, int count, float[] columns, int column, int rowLength) {
        int to = column;
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < kernel; i++) {
                int from = (c * paddedHeight + y * stride + i) * paddedWidth;
                for (int j = 0; j < kernel; j++) {
                    copyRows(planes, from + j, columns, to, count);
                    to += rowLength;
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
}
