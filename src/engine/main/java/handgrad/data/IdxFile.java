package handgrad.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

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
        var images = images(imageFile);
        return new ImageDataset(1, images.height, images.width, images.pixels, labels(labelFile, images, imageFile));
    }

    @SuppressWarnings("ArrayRecordComponent") // read, never compared
    private record Images(int count, int height, int width, byte[] pixels) {}

    private static Images images(Path file) throws ImagesException {
        try (var stream = ImageFolder.open(file)) {
            var header = header(file, stream, MAGIC_OF_IMAGES, HEADER_OF_IMAGES, "images");
            int count = header.getInt();
            int height = header.getInt();
            int width = header.getInt();
            if (count < 1 || height < 1 || height > MAXIMUM_SIDE || width < 1 || width > MAXIMUM_SIDE) {
                throw new ImagesException(
                        file,
                        "its header says " + Integer.toUnsignedString(count) + " images of "
                                + Integer.toUnsignedString(height) + " x " + Integer.toUnsignedString(width)
                                + " pixels; at least 1 of 1 x 1 to " + MAXIMUM_SIDE + " x " + MAXIMUM_SIDE
                                + " is expected");
            }
            long bytes = (long) count * height * width;
            var contents = count + " images of " + height + " x " + width;
            return new Images(count, height, width, elements(file, stream, HEADER_OF_IMAGES, bytes, contents));
        } catch (IOException exception) {
            throw ImageFolder.unreadable(file, exception);
        }
    }

    private static byte[] labels(Path file, Images images, Path imageFile) throws ImagesException {
        try (var stream = ImageFolder.open(file)) {
            int count = header(file, stream, MAGIC_OF_LABELS, HEADER_OF_LABELS, "labels")
                    .getInt();
            if (count != images.count) {
                throw new ImagesException(
                        file,
                        "has " + Integer.toUnsignedString(count) + " labels for the " + images.count + " images of "
                                + imageFile.getFileName());
            }
            byte[] classes = elements(file, stream, HEADER_OF_LABELS, count, count + " labels");
            ImageFolder.requireLabels(file, classes);
            return classes;
        } catch (IOException exception) {
            throw ImageFolder.unreadable(file, exception);
        }
    }

    /** The header, standing at its first size. */
    private static ByteBuffer header(Path file, InputStream stream, int magic, int length, String contents)
            throws IOException {
        byte[] bytes = stream.readNBytes(length);
        if (bytes.length < length) {
            throw new ImagesException(
                    file,
                    "is truncated: it has " + bytes.length + " bytes, the header alone " + length
                            + "; download it again");
        }
        var header = ByteBuffer.wrap(bytes);
        int found = header.getInt();
        if (found != magic) {
            throw new ImagesException(
                    file,
                    "begins with the magic number " + Integer.toUnsignedString(found) + ", " + contents
                            + " in the IDX format with " + magic);
        }
        return header;
    }

    /** What follows the header, which must be of the length that follows from its sizes. */
    private static byte[] elements(Path file, InputStream stream, int header, long length, String contents)
            throws IOException {
        if (header + length > ImageFolder.MAXIMUM_BYTES) {
            throw new ImagesException(
                    file,
                    "its header says " + contents + ", " + (header + length) + " bytes; at most "
                            + ImageFolder.MAXIMUM_BYTES + " are read");
        }
        byte[] elements = stream.readNBytes((int) length);
        boolean tooLong = elements.length == length && stream.read() >= 0;
        if (elements.length < length || tooLong) {
            throw new ImagesException(
                    file,
                    (tooLong ? "is too long: " : "is truncated: ") + contents + " are " + (header + length)
                            + " bytes, it has " + (tooLong ? "more" : header + elements.length)
                            + "; download it again");
        }
        return elements;
    }
}
