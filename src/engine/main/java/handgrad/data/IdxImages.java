package handgrad.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Grey images and their labels, as MNIST and its relatives have them: a file in the IDX format of unsigned bytes (N,
 * height, width) and one of unsigned bytes (N).
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
record IdxImages(Path imageFile, Path labelFile, int height, int width, byte[] pixels, int[] labels) {
    private static final int MAGIC_OF_LABELS = 0x0801;
    private static final int MAGIC_OF_IMAGES = 0x0803;

    /** More than the side of any image of these data sets. */
    private static final int MAXIMUM_SIDE = 1024;

    static IdxImages read(Path imageFile, Path labelFile) throws DataFileException {
        try (var stream = ImageFolder.open(imageFile)) {
            var header = IdxHeader.read(imageFile, stream);
            requireImages(imageFile, header);
            byte[] pixels = IdxFile.bytes(imageFile, stream, header);
            int count = (int) header.sizes()[0];
            int[] labels = labels(labelFile, count, imageFile);
            return new IdxImages(
                    imageFile, labelFile, (int) header.sizes()[1], (int) header.sizes()[2], pixels, labels);
        } catch (IOException exception) {
            throw ImageFolder.unreadable(imageFile, exception);
        }
    }

    /** The images as a data set, of which each label must be one of the classes. */
    ImageDataset dataset(int classes) throws DataFileException {
        ImageFolder.requireLabels(labelFile, labels, classes);
        return new ImageDataset(1, height, width, pixels, labels, classes);
    }

    /** One more than the largest label. */
    int classes() {
        return IntStream.of(labels).max().orElse(0) + 1;
    }

    private static void requireImages(Path file, IdxHeader header) throws DataFileException {
        requireMagic(file, header, MAGIC_OF_IMAGES, "images");
        long[] sizes = header.sizes();
        if (sizes[0] < 1 || sizes[1] < 1 || sizes[1] > MAXIMUM_SIDE || sizes[2] < 1 || sizes[2] > MAXIMUM_SIDE) {
            throw new DataFileException(
                    file,
                    "its header says " + sizes[0] + " images of " + sizes[1] + " x " + sizes[2] + " pixels; at least 1"
                            + " of 1 x 1 to " + MAXIMUM_SIDE + " x " + MAXIMUM_SIDE + " is expected");
        }
        requireLimit(file, header);
    }

    private static int[] labels(Path file, int images, Path imageFile) throws DataFileException {
        try (var stream = ImageFolder.open(file)) {
            var header = IdxHeader.read(file, stream);
            requireMagic(file, header, MAGIC_OF_LABELS, "labels");
            if (header.elements() != images) {
                throw new DataFileException(
                        file,
                        "has " + header.elements() + " labels for the " + images + " images of "
                                + imageFile.getFileName());
            }
            byte[] bytes = IdxFile.bytes(file, stream, header);
            return IntStream.range(0, bytes.length)
                    .map(i -> Byte.toUnsignedInt(bytes[i]))
                    .toArray();
        } catch (IOException exception) {
            throw ImageFolder.unreadable(file, exception);
        }
    }

    private static void requireMagic(Path file, IdxHeader header, int magic, String contents) throws DataFileException {
        if (header.magic() != magic) {
            throw new DataFileException(
                    file,
                    "begins with the magic number " + header.magic() + ", " + contents + " in the IDX format with "
                            + magic);
        }
    }

    private static void requireLimit(Path file, IdxHeader header) throws DataFileException {
        if (header.fileBytes() > ImageFolder.MAXIMUM_BYTES) {
            throw new DataFileException(
                    file,
                    header.says() + ", " + header.fileBytes() + " bytes; at most " + ImageFolder.MAXIMUM_BYTES
                            + " are read");
        }
    }
}
