package handgrad.data;

import handgrad.file.InputFile;
import handgrad.file.UnreadableFileException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Folders of images as they are distributed: the four IDX files of MNIST, Fashion-MNIST and their relatives
 * ({@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte} and the same with {@code t10k}), or the binary
 * version of CIFAR-10 ({@code data_batch_1.bin} to {@code data_batch_5.bin} and {@code test_batch.bin}). Each may be
 * compressed, with {@code .gz} behind its name. Files are read strictly: the first thing that is wrong is refused.
 */
public final class ImageFolder {
    /** More than any of these files has, compressed or not. */
    static final int MAXIMUM_BYTES = 512 << 20;

    private static final int CIFAR_BATCHES = 5;

    private ImageFolder() {}

    /**
     * Reads the images of a folder.
     *
     * @throws ImagesException if it holds none, or a file is missing, cannot be read or is not what its name says
     */
    public static ImageSplit read(Path folder) throws ImagesException {
        if (!Files.isDirectory(folder)) {
            throw new ImagesException(
                    folder, Files.exists(folder) ? "is a file, not a folder of images" : "there is no such folder");
        }
        if (find(folder, "train-images-idx3-ubyte") != null) {
            return split(folder, idx(folder, "train"), idx(folder, "t10k"));
        }
        if (find(folder, "data_batch_1.bin") != null) {
            var batches = new ArrayList<Path>();
            for (int i = 1; i <= CIFAR_BATCHES; i++) {
                batches.add(require(folder, "data_batch_" + i + ".bin"));
            }
            return split(folder, CifarFile.read(batches), CifarFile.read(List.of(require(folder, "test_batch.bin"))));
        }
        throw new ImagesException(
                folder,
                "holds neither train-images-idx3-ubyte, of MNIST or Fashion-MNIST, nor data_batch_1.bin, of CIFAR-10,"
                        + " nor one of these with .gz");
    }

    private static ImageDataset idx(Path folder, String part) throws ImagesException {
        return IdxFile.read(require(folder, part + "-images-idx3-ubyte"), require(folder, part + "-labels-idx1-ubyte"));
    }

    private static ImageSplit split(Path folder, ImageDataset train, ImageDataset test) throws ImagesException {
        if (train.height() != test.height() || train.width() != test.width()) {
            throw new ImagesException(
                    folder,
                    "its images to learn from are " + train.height() + " x " + train.width() + ", those to judge by "
                            + test.height() + " x " + test.width());
        }
        return new ImageSplit(train, test);
    }

    private static @Nullable Path find(Path folder, String name) {
        for (var file : List.of(folder.resolve(name), folder.resolve(name + ".gz"))) {
            if (Files.exists(file)) {
                return file;
            }
        }
        return null;
    }

    private static Path require(Path folder, String name) throws ImagesException {
        var file = find(folder, name);
        if (file == null) {
            throw new ImagesException(folder.resolve(name), "there is no such file, nor one with .gz");
        }
        return file;
    }

    /** Opens a file, uncompressed. Who reads it decides how much: a few bytes can be compressed gigabytes. */
    static InputStream open(Path file) throws IOException {
        var stream = Channels.newInputStream(InputFile.open(file, "a file of images", MAXIMUM_BYTES));
        try {
            return file.toString().endsWith(".gz") ? new GZIPInputStream(stream) : stream;
        } catch (IOException exception) {
            stream.close();
            throw exception;
        }
    }

    /** What an exception of such a stream means. */
    static ImagesException unreadable(Path file, IOException exception) {
        return switch (exception) {
            case ImagesException told -> told;
            case UnreadableFileException told -> new ImagesException(file, String.valueOf(told.getMessage()), told);
            case EOFException _ ->
                new ImagesException(
                        file, "is truncated: the compressed data ends too early; download it again", exception);
            case ZipException _ -> new ImagesException(file, "is not a whole gzip file; download it again", exception);
            default -> new ImagesException(file, "cannot be read, " + exception.getMessage(), exception);
        };
    }

    /** Refuses the first label that is no class. */
    static void requireLabels(Path file, byte[] labels) throws ImagesException {
        for (int i = 0; i < labels.length; i++) {
            int label = Byte.toUnsignedInt(labels[i]);
            if (label >= ImageDataset.CLASSES) {
                throw new ImagesException(
                        file, "label " + i + " is " + label + ", not 0 to " + (ImageDataset.CLASSES - 1));
            }
        }
    }
}
