package handgrad.data;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Images of any number of classes. Those of files are kept as bytes, a quarter of what tensors take, and become numbers
 * from -1 for black to 1 for white when they are asked for.
 */
public final class ImageDataset implements BatchSource {
    /** More classes than a byte can name. */
    private static final int BYTE_CLASSES = 256;

    private final int channels;
    private final int height;
    private final int width;
    private final Object pixels;
    private final int[] labels;
    private final int classes;

    private int[] drawn = {};
    private Batch batch;

    /**
     * @param pixels (labels.length, channels, height, width), bytes or the floats that a model sees; not copied
     * @param labels each from 0 to classes - 1, not copied
     */
    ImageDataset(int channels, int height, int width, Object pixels, int[] labels, int classes) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.pixels = pixels;
        this.labels = labels;
        this.classes = classes;
        batch = emptyBatch(0);
    }

    /**
     * Images that are in memory.
     *
     * @param images (N, channels, height, width), or (N, height, width) of one channel: INT32 from 0 to 255, which
     *     become numbers from -1 to 1 and are kept as bytes, or FLOAT32, which stay as they are and are not copied
     * @param labels INT32 (N), each from 0 to classes - 1, not copied
     * @param classes how many there are, at least 1
     * @throws IllegalArgumentException if they are anything else
     */
    public static ImageDataset of(Tensor images, Tensor labels, int classes) {
        requireClasses(classes);
        int rank = images.shape().rank();
        if ((rank != 3 && rank != 4) || labels.shape().rank() != 1 || images.size(0) != labels.size(0)) {
            throw new IllegalArgumentException(
                    "ImageDataset: images must be (N, channels, height, width) or (N, height,"
                            + " width) and labels (N), they are " + images.shape() + " and " + labels.shape());
        }
        if (labels.dtype() != DType.INT32) {
            throw new IllegalArgumentException("ImageDataset: labels must be INT32, they are " + labels.dtype()
                    + "; convert with to(DType.INT32)");
        }
        requireWithin("label", labels.ints(), classes - 1, "the classes are");
        return new ImageDataset(
                rank == 3 ? 1 : images.size(1),
                images.size(-2),
                images.size(-1),
                switch (images.dtype()) {
                    case INT32 -> bytes(images.ints());
                    case FLOAT32 -> images.floats();
                    case FLOAT64 ->
                        throw new IllegalArgumentException("ImageDataset: images must be INT32 or FLOAT32, they are"
                                + " FLOAT64; convert with to(DType.FLOAT32)");
                },
                labels.ints(),
                classes);
    }

    private static void requireClasses(int classes) {
        if (classes < 1) {
            throw new IllegalArgumentException("ImageDataset: " + classes + " classes, there must be at least 1");
        }
    }

    private static byte[] bytes(int[] pixels) {
        requireWithin("pixel", pixels, 255, "INT32 images have");
        byte[] bytes = new byte[pixels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) pixels[i];
        }
        return bytes;
    }

    private static void requireWithin(String what, int[] values, int largest, String rule) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0 || values[i] > largest) {
                throw new IllegalArgumentException(
                        "ImageDataset: " + what + " " + i + " is " + values[i] + ", " + rule + " 0 to " + largest);
            }
        }
    }

    /**
     * Reads grey images and their labels from two files in the IDX format, compressed where the name ends with
     * {@code .gz}: unsigned bytes (N, height, width) and (N). There is one class more than the largest label.
     *
     * @throws DataFileException if one cannot be read or is no such file
     */
    public static ImageDataset read(Path images, Path labels) throws DataFileException {
        var read = IdxImages.read(images, labels);
        return read.dataset(read.classes());
    }

    /**
     * Reads grey images and their labels, as {@link #read(Path, Path)}, of a number of classes.
     *
     * @throws DataFileException if one cannot be read or is no such file, or a label is none of the classes
     */
    public static ImageDataset read(Path images, Path labels, int classes) throws DataFileException {
        requireClasses(classes);
        return IdxImages.read(images, labels).dataset(classes);
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

    /** The number of classes: a label is from 0 to one less. */
    public int classes() {
        return classes;
    }

    /**
     * The SHA-256 of pixels and labels, in hexadecimal digits: of bytes, and of numbers that are none of four bytes
     * each, little-endian. Labels are bytes up to 256 classes.
     */
    public String digest() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            if (pixels instanceof byte[] bytes) {
                digest.update(bytes);
            } else {
                for (float pixel : (float[]) pixels) {
                    update(digest, Float.floatToRawIntBits(pixel), Float.BYTES);
                }
            }
            for (int label : labels) {
                update(digest, label, classes <= BYTE_CLASSES ? 1 : Integer.BYTES);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every Java platform has SHA-256", exception);
        }
    }

    private static void update(MessageDigest digest, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            digest.update((byte) (value >>> (8 * i)));
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

    /** What a model sees of a pixel from 0 to 255. */
    static float number(int pixel) {
        return (pixel - 127.5f) / 127.5f;
    }

    private void copy(int image, Batch target, int row) {
        int n = channels * height * width;
        float[] x = target.x().floats();
        if (pixels instanceof byte[] bytes) {
            for (int i = 0; i < n; i++) {
                x[row * n + i] = number(Byte.toUnsignedInt(bytes[image * n + i]));
            }
        } else {
            System.arraycopy(pixels, image * n, x, row * n, n);
        }
        target.y().ints()[row] = labels[image];
    }
}
