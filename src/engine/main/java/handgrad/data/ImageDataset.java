package handgrad.data;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Images of {@value #CLASSES} classes. They are kept as bytes, a quarter of what tensors take, and become numbers from
 * -1 for black to 1 for white when they are asked for.
 */
public final class ImageDataset implements BatchSource {
    /** The number of classes in MNIST, Fashion-MNIST, CIFAR-10 and {@link GlyphImages}. */
    public static final int CLASSES = 10;

    private final int channels;
    private final int height;
    private final int width;
    private final byte[] pixels;
    private final byte[] labels;

    private int[] drawn = {};
    private Batch batch;

    /**
     * @param pixels (labels.length, channels, height, width), not copied
     * @param labels each from 0 to CLASSES - 1, not copied
     */
    ImageDataset(int channels, int height, int width, byte[] pixels, byte[] labels) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.pixels = pixels;
        this.labels = labels;
        batch = emptyBatch(0);
    }

    /** The number of images. */
    @Override
    public int size() {
        return labels.length;
    }

    /** 1 for grey, 3 for red, green and blue. */
    public int channels() {
        return channels;
    }

    /** The SHA-256 of pixels and labels, in hexadecimal digits. */
    public String digest() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(pixels);
            digest.update(labels);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every Java platform has SHA-256", exception);
        }
    }

    /** The rows of pixels in an image. */
    public int height() {
        return height;
    }

    /** The pixels in a row. */
    public int width() {
        return width;
    }

    /**
     * Images drawn with replacement: x is FLOAT32 of (batchSize, channels, height, width), y INT32 of (batchSize).
     *
     * <p>The tensors belong to this data set: the next call with the same batch size overwrites them and allocates
     * nothing.
     *
     * @throws IllegalArgumentException if {@code batchSize} is less than 1
     */
    public Batch batch(int batchSize, TorchRandom random) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch: size " + batchSize + " must be at least 1");
        }
        if (drawn.length != batchSize) {
            drawn = new int[batchSize];
            batch = emptyBatch(batchSize);
        }
        random.randint(0, size(), drawn);
        for (int i = 0; i < batchSize; i++) {
            copy(drawn[i], batch, i);
        }
        return batch;
    }

    /** The images from {@code from} to before {@code to} in tensors of their own, as in {@link #batch}. */
    public Batch images(int from, int to) {
        if (from < 0 || to < from || to > size()) {
            throw new IllegalArgumentException("images: " + from + " to " + to + " is not within 0 to " + size());
        }
        var images = emptyBatch(to - from);
        for (int i = from; i < to; i++) {
            copy(i, images, i - from);
        }
        return images;
    }

    @Override
    public void fill(int[] rows, Batch target) {
        for (int i = 0; i < rows.length; i++) {
            copy(rows[i], target, i);
        }
    }

    @Override
    public Batch emptyBatch(int batchSize) {
        return new Batch(
                Tensor.zeros(batchSize, channels, height, width), Tensor.zeros(DType.INT32, Shape.of(batchSize)));
    }

    private void copy(int image, Batch target, int row) {
        int n = channels * height * width;
        float[] x = target.x().floats();
        for (int i = 0; i < n; i++) {
            x[row * n + i] = (Byte.toUnsignedInt(pixels[image * n + i]) - 127.5f) / 127.5f;
        }
        target.y().ints()[row] = labels[image];
    }
}
