package handgrad.data;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The IDX format of MNIST (Y. LeCun, C. Cortes, C. Burges): a magic number, a size for each dimension, all big-endian
 * and of four bytes, then a byte for each element. The third byte of the magic number is 8 for unsigned bytes, the
 * fourth the number of dimensions.
 */
final class IdxFile {
    private static final int MAGIC_OF_LABELS = 0x0801;
    private static final int MAGIC_OF_IMAGES = 0x0803;
    private static final int HEADER_OF_LABELS = 8;
    private static final int HEADER_OF_IMAGES = 16;

    /** More than the side of any image of these data sets. */
    private static final int MAXIMUM_SIDE = 1024;

    private IdxFile() {}

    static ImageDataset read(Path imageFile, Path labelFile) throws ImagesException {
        var images = open(imageFile, MAGIC_OF_IMAGES, HEADER_OF_IMAGES, "images");
        int count = number(images, 1);
        int height = number(images, 2);
        int width = number(images, 3);
        if (count < 1 || height < 1 || height > MAXIMUM_SIDE || width < 1 || width > MAXIMUM_SIDE) {
            throw new ImagesException(
                    imageFile,
                    "its header says " + Integer.toUnsignedString(count) + " images of "
                            + Integer.toUnsignedString(height) + " x " + Integer.toUnsignedString(width)
                            + " pixels; at least 1 of 1 x 1 to " + MAXIMUM_SIDE + " x " + MAXIMUM_SIDE
                            + " is expected");
        }
        ImageFolder.requireLength(
                imageFile,
                HEADER_OF_IMAGES + (long) count * height * width,
                images.length,
                count + " images of " + height + " x " + width);
        var labels = open(labelFile, MAGIC_OF_LABELS, HEADER_OF_LABELS, "labels");
        int labelled = number(labels, 1);
        if (labelled != count) {
            throw new ImagesException(
                    labelFile,
                    "has " + Integer.toUnsignedString(labelled) + " labels for the " + count + " images of "
                            + imageFile.getFileName());
        }
        ImageFolder.requireLength(labelFile, HEADER_OF_LABELS + (long) count, labels.length, count + " labels");
        byte[] classes = Arrays.copyOfRange(labels, HEADER_OF_LABELS, labels.length);
        ImageFolder.requireLabels(labelFile, classes);
        return new ImageDataset(1, height, width, Arrays.copyOfRange(images, HEADER_OF_IMAGES, images.length), classes);
    }

    private static byte[] open(Path file, int magic, int header, String contents) throws ImagesException {
        byte[] bytes = ImageFolder.bytes(file);
        if (bytes.length < header) {
            throw new ImagesException(
                    file,
                    "is truncated: it has " + bytes.length + " bytes, the header alone " + header
                            + "; download it again");
        }
        if (number(bytes, 0) != magic) {
            throw new ImagesException(
                    file,
                    "begins with the magic number " + Integer.toUnsignedString(number(bytes, 0)) + ", " + contents
                            + " in the IDX format with " + magic);
        }
        return bytes;
    }

    /** A number of the header. */
    private static int number(byte[] bytes, int index) {
        return ByteBuffer.wrap(bytes).getInt(index * Integer.BYTES);
    }
}
