package handgrad.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The binary version of CIFAR-10 (A. Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html): for each image a byte
 * for its label, then 1024 bytes each for red, green and blue, row by row.
 */
final class CifarFile {
    private static final int CHANNELS = 3;
    private static final int SIDE = 32;
    private static final int PIXELS = CHANNELS * SIDE * SIDE;
    private static final int RECORD = 1 + PIXELS;

    /** Twice the 10,000 images of a file as they are distributed. */
    private static final int MAXIMUM_BYTES = 20_000 * RECORD;

    private CifarFile() {}

    /** The images of some files as one data set. */
    static ImageDataset read(List<Path> files) throws ImagesException {
        byte[][] contents = new byte[files.size()][];
        int images = 0;
        for (int i = 0; i < contents.length; i++) {
            contents[i] = content(files.get(i));
            if (contents[i].length == 0 || contents[i].length % RECORD != 0) {
                throw new ImagesException(
                        files.get(i),
                        "has " + contents[i].length + " bytes, not a multiple of the " + RECORD
                                + " of an image of CIFAR-10; download it again");
            }
            images += contents[i].length / RECORD;
        }
        byte[] pixels = new byte[images * PIXELS];
        byte[] labels = new byte[images];
        int image = 0;
        for (int i = 0; i < contents.length; i++) {
            byte[] own = new byte[contents[i].length / RECORD];
            for (int n = 0; n < own.length; n++) {
                own[n] = contents[i][n * RECORD];
                System.arraycopy(contents[i], n * RECORD + 1, pixels, (image + n) * PIXELS, PIXELS);
            }
            ImageFolder.requireLabels(files.get(i), own);
            System.arraycopy(own, 0, labels, image, own.length);
            image += own.length;
        }
        return new ImageDataset(CHANNELS, SIDE, SIDE, pixels, labels);
    }

    private static byte[] content(Path file) throws ImagesException {
        try (var stream = ImageFolder.open(file)) {
            byte[] bytes = stream.readNBytes(MAXIMUM_BYTES + 1);
            if (bytes.length > MAXIMUM_BYTES) {
                throw new ImagesException(file, "is larger than " + MAXIMUM_BYTES + " bytes, 20000 images of CIFAR-10");
            }
            return bytes;
        } catch (IOException exception) {
            throw ImageFolder.unreadable(file, exception);
        }
    }
}
