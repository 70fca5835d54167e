package handgrad.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The binary versions of CIFAR-10 and CIFAR-100 (A. Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html): for each
 * image its label, a byte, then 1024 bytes each for red, green and blue, row by row. In CIFAR-100 a byte for the
 * superclass stands before the label and is passed over.
 *
 * @param title its name
 * @param labelBytes those before an image, of which the last is the label
 * @param classes how many the label tells apart
 */
record CifarFile(String title, int labelBytes, int classes) {
    static final CifarFile CIFAR_10 = new CifarFile("CIFAR-10", 1, 10);
    static final CifarFile CIFAR_100 = new CifarFile("CIFAR-100", 2, 100);

    private static final int CHANNELS = 3;
    private static final int SIDE = 32;
    private static final int PIXELS = CHANNELS * SIDE * SIDE;

    /** More than the images of any file as they are distributed. */
    private static final int MOST_IMAGES = 100_000;

    /** The images of some files as one data set. */
    ImageDataset read(List<Path> files) throws DataFileException {
        int recordBytes = labelBytes + PIXELS;
        byte[][] contents = new byte[files.size()][];
        int images = 0;
        for (int i = 0; i < contents.length; i++) {
            contents[i] = content(files.get(i));
            if (contents[i].length == 0 || contents[i].length % recordBytes != 0) {
                throw new DataFileException(
                        files.get(i),
                        "has " + contents[i].length + " bytes, not a multiple of the " + recordBytes
                                + " of an image of " + title + "; download it again");
            }
            images += contents[i].length / recordBytes;
        }
        byte[] pixels = new byte[images * PIXELS];
        int[] labels = new int[images];
        int image = 0;
        for (int i = 0; i < contents.length; i++) {
            int[] own = new int[contents[i].length / recordBytes];
            for (int n = 0; n < own.length; n++) {
                int start = n * recordBytes + labelBytes;
                own[n] = Byte.toUnsignedInt(contents[i][start - 1]);
                System.arraycopy(contents[i], start, pixels, (image + n) * PIXELS, PIXELS);
            }
            ImageFolder.requireLabels(files.get(i), own, classes);
            System.arraycopy(own, 0, labels, image, own.length);
            image += own.length;
        }
        return new ImageDataset(CHANNELS, SIDE, SIDE, pixels, labels, classes);
    }

    private byte[] content(Path file) throws DataFileException {
        int maximum = MOST_IMAGES * (labelBytes + PIXELS);
        try (var stream = ImageFolder.open(file)) {
            byte[] bytes = stream.readNBytes(maximum + 1);
            if (bytes.length > maximum) {
                throw new DataFileException(
                        file, "is larger than " + maximum + " bytes, " + MOST_IMAGES + " images of " + title);
            }
            return bytes;
        } catch (IOException exception) {
            throw ImageFolder.unreadable(file, exception);
        }
    }
}
