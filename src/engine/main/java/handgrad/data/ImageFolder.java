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
 * ({@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte} and the same with {@code t10k}), the binary version
 * of CIFAR-10 ({@code data_batch_1.bin} to {@code data_batch_5.bin} and {@code test_batch.bin}), or that of CIFAR-100
 * ({@code train.bin} and {@code test.bin}). Each may be compressed, with {@code .gz} behind its name. Files are read
 * strictly: the first thing that is wrong is refused. Files in the IDX format by other names are read with
 * {@link ImageDataset#read(Path, Path)}.
 */
public final class ImageFolder {
    /** More than any of these files has, compressed or not. */
    static final int MAXIMUM_BYTES = 512 << 20;

    private static final int CIFAR_BATCHES = 5;

    private ImageFolder() {}

    /**
     * Reads the images of a folder. IDX files have as many classes as the images to learn from, one more than their
     * largest label.
     *
     * @throws DataFileException if it holds none, or a file is missing, cannot be read or is not what its name says
     */
    public static ImageSplit read(Path folder) throws DataFileException {
        if (!Files.isDirectory(folder)) {
            throw new DataFileException(
                    folder, Files.exists(folder) ? "is a file, not a folder of images" : "there is no such folder");
        }
        if (find(folder, "train-images-idx3-ubyte") != null) {
            var train = idx(folder, "train");
            int classes = train.classes();
            return split(folder, train.dataset(classes), idx(folder, "t10k").dataset(classes));
        }
        if (find(folder, "data_batch_1.bin") != null) {
            var batches = new ArrayList<Path>();
            for (int i = 1; i <= CIFAR_BATCHES; i++) {
                batches.add(require(folder, "data_batch_" + i + ".bin"));
            }
            return split(
                    folder,
                    CifarFile.CIFAR_10.read(batches),
                    CifarFile.CIFAR_10.read(List.of(require(folder, "test_batch.bin"))));
        }
        if (find(folder, "train.bin") != null) {
            return split(
                    folder,
                    CifarFile.CIFAR_100.read(List.of(require(folder, "train.bin"))),
                    CifarFile.CIFAR_100.read(List.of(require(folder, "test.bin"))));
        }
        throw new DataFileException(
                folder,
                "holds neither train-images-idx3-ubyte, of MNIST or Fashion-MNIST, nor data_batch_1.bin, of CIFAR-10,"
                        + " nor train.bin, of CIFAR-100, nor one of these with .gz");
    }

    private static IdxImages idx(Path folder, String part) throws DataFileException {
        return IdxImages.read(
                require(folder, part + "-images-idx3-ubyte"), require(folder, part + "-labels-idx1-ubyte"));
    }

    private static ImageSplit split(Path folder, ImageDataset train, ImageDataset test) throws DataFileException {
        if (train.height() != test.height() || train.width() != test.width()) {
            throw new DataFileException(
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

    private static Path require(Path folder, String name) throws DataFileException {
        var file = find(folder, name);
        if (file == null) {
            throw new DataFileException(folder.resolve(name), "there is no such file, nor one with .gz");
        }
        return file;
    }

    /** Opens a file of images, uncompressed. */
    static InputStream open(Path file) throws IOException {
        return open(file, "a file of images", MAXIMUM_BYTES);
    }

    /** Opens a file, uncompressed. Who reads it decides how much: a few bytes can be compressed gigabytes. */
    static InputStream open(Path file, String what, long limit) throws IOException {
        var stream = Channels.newInputStream(InputFile.open(file, what, limit));
        try {
            return IdxFile.isCompressed(file) ? new GZIPInputStream(stream) : stream;
        } catch (IOException exception) {
            stream.close();
            throw exception;
        }
    }

    /** What an exception of such a stream means. */
    static DataFileException unreadable(Path file, IOException exception) {
        return switch (exception) {
            case DataFileException told -> told;
            case UnreadableFileException told -> new DataFileException(file, String.valueOf(told.getMessage()), told);
            case EOFException _ ->
                new DataFileException(
                        file, "is truncated: the compressed data ends too early; download it again", exception);
            case ZipException _ ->
                new DataFileException(file, "is not a whole gzip file; download it again", exception);
            default -> new DataFileException(file, "cannot be read, " + exception.getMessage(), exception);
        };
    }

    /** Refuses the first label that is no class. */
    static void requireLabels(Path file, int[] labels, int classes) throws DataFileException {
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= classes) {
                throw new DataFileException(
                        file, "label " + i + " is " + labels[i] + ", the classes are 0 to " + (classes - 1));
            }
        }
    }
}
