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
    private int allChannels;
    private int channels;
    private int height;
    private int width;
    private int spacingHeight;
    private int spacingWidth;
    private int borderHeight;
    private int borderWidth;
    private int paddedHeight;
    private int paddedWidth;
    private int kernelHeight;
    private int kernelWidth;
    private int strideHeight;
    private int strideWidth;

    /** Reads the images x of a convolution. */
    void readInput(WindowSizes sizes, float[] x) {
        source = x;
        batch = sizes.batch;
        allChannels = sizes.inChannels;
        channels = sizes.inChannels / sizes.groups;
        height = sizes.height;
        width = sizes.width;
        spacingHeight = 1;
        spacingWidth = 1;
        borderHeight = sizes.paddingHeight;
        borderWidth = sizes.paddingWidth;
        paddedHeight = height + 2 * sizes.paddingHeight;
        paddedWidth = width + 2 * sizes.paddingWidth;
        kernelHeight = sizes.kernelHeight;
        kernelWidth = sizes.kernelWidth;
        strideHeight = sizes.strideHeight;
        strideWidth = sizes.strideWidth;
        outHeight = sizes.outHeight;
        outWidth = sizes.outWidth;
    }

    /** Reads the gradient of its output, with zeros between the pixels where the stride is more than 1. */
    void readGradient(WindowSizes sizes, float[] dOut) {
        source = dOut;
        batch = sizes.batch;
        allChannels = sizes.outChannels;
        channels = sizes.outChannels / sizes.groups;
        height = sizes.outHeight;
        width = sizes.outWidth;
        spacingHeight = sizes.strideHeight;
        spacingWidth = sizes.strideWidth;
        borderHeight = sizes.kernelHeight - 1 - sizes.paddingHeight;
        borderWidth = sizes.kernelWidth - 1 - sizes.paddingWidth;
        paddedHeight = sizes.height + sizes.kernelHeight - 1;
        paddedWidth = sizes.width + sizes.kernelWidth - 1;
        kernelHeight = sizes.kernelHeight;
        kernelWidth = sizes.kernelWidth;
        strideHeight = 1;
        strideWidth = 1;
        outHeight = sizes.height;
        outWidth = sizes.width;
    }

    /** The rows of the matrix: the input values that an output pixel sees. */
    int depth() {
        return channels * kernelHeight * kernelWidth;
    }

    /** The elements of the planes of an image, of one group of channels. */
    int planes() {
        return channels * paddedHeight * paddedWidth;
    }

    /** Copies an image's channels of a group into planes whose border is 0 already. */
    void pad(int image, int group, float[] planes) {
        for (int c = 0; c < channels; c++) {
            int from = (image * allChannels + group * channels + c) * height * width;
            int to = (c * paddedHeight + borderHeight) * paddedWidth + borderWidth;
            if (spacingHeight > 1 || spacingWidth > 1) {
                for (int i = 0; i < height * width; i++) {
                    planes[to + i / width * spacingHeight * paddedWidth + i % width * spacingWidth] = source[from + i];
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
            for (int i = 0; i < kernelHeight; i++) {
                int from = (c * paddedHeight + y * strideHeight + i) * paddedWidth;
                for (int j = 0; j < kernelWidth; j++) {
                    copyRows(planes, from + j, columns, to, count);
                    to += rowLength;
                }
            }
        }
    }

    private void copyRows(float[] planes, int from, float[] columns, int to, int count) {
        int step = strideHeight * paddedWidth;
        if (strideWidth > 1) {
            for (int r = 0; r < count; r++) {
                for (int z = 0; z < outWidth; z++) {
                    columns[to + r * outWidth + z] = planes[from + r * step + z * strideWidth];
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
