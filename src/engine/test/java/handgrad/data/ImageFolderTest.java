package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class ImageFolderTest {
    private static final int CIFAR_RECORD = 1 + 3 * 32 * 32;

    @TempDir
    private Path folder;

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    /** Images whose pixels count up from 0. */
    private static byte[] images(int magic, int count, int height, int width) {
        var bytes = ByteBuffer.allocate(16 + count * height * width);
        bytes.putInt(magic).putInt(count).putInt(height).putInt(width);
        for (int i = 0; i < count * height * width; i++) {
            bytes.put((byte) i);
        }
        return bytes.array();
    }

    private static byte[] labels(int magic, int... labels) {
        var bytes = ByteBuffer.allocate(8 + labels.length).putInt(magic).putInt(labels.length);
        for (int label : labels) {
            bytes.put((byte) label);
        }
        return bytes.array();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    private void writeIdx() throws IOException {
        write("train-images-idx3-ubyte", images(2051, 3, 8, 12));
        write("train-labels-idx1-ubyte.gz", gzip(labels(2049, 7, 0, 9)));
        write("t10k-images-idx3-ubyte.gz", gzip(images(2051, 1, 8, 12)));
        write("t10k-labels-idx1-ubyte", labels(2049, 4));
    }

    private void assertRefused(Path file, String problem) {
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> ImageFolder.read(folder))
                .withMessage(file + ": " + problem);
    }

    @Test
    void the_digest_is_of_pixels_and_labels() throws IOException {
        write("train-images-idx3-ubyte", images(2051, 3, 8, 12));
        write("train-labels-idx1-ubyte", labels(2049, 7, 0, 9));
        write("t10k-images-idx3-ubyte", images(2051, 3, 8, 12));
        write("t10k-labels-idx1-ubyte", labels(2049, 7, 0, 9));
        var split = ImageFolder.read(folder);
        assertThat(split.train().digest()).hasSize(64).isEqualTo(split.test().digest());
        write("t10k-labels-idx1-ubyte", labels(2049, 7, 0, 8));
        assertThat(ImageFolder.read(folder).test().digest())
                .isNotEqualTo(split.train().digest());
    }

    @Test
    void reads_idx_files_plain_and_compressed() throws IOException {
        writeIdx();
        var split = ImageFolder.read(folder);
        assertThat(split.test().size()).isEqualTo(1);
        var train = split.train().images(0, 3);
        assertThat(train.x().shape()).isEqualTo(Shape.of(3, 1, 8, 12));
        assertThat(train.y().ints()).containsExactly(7, 0, 9);
        assertThat(train.x().get(0, 0, 0, 0)).isEqualTo(-1);
        assertThat(train.x().getFlat(255)).isEqualTo(1);
        assertThat(train.x().get(1, 0, 2, 3)).isEqualTo((float) ((96 + 27 - 127.5) / 127.5));
    }

    @Test
    void reads_cifar_files() throws IOException {
        for (int i = 1; i <= 5; i++) {
            byte[] batch = new byte[2 * CIFAR_RECORD];
            batch[0] = (byte) i;
            batch[CIFAR_RECORD] = (byte) (i + 1);
            batch[1 + 1024] = (byte) 255;
            write("data_batch_" + i + ".bin", batch);
        }
        write("test_batch.bin.gz", gzip(new byte[CIFAR_RECORD]));
        var split = ImageFolder.read(folder);
        var train = split.train().images(0, 10);
        assertThat(train.x().shape()).isEqualTo(Shape.of(10, 3, 32, 32));
        assertThat(train.y().ints()).containsExactly(1, 2, 2, 3, 3, 4, 4, 5, 5, 6);
        assertThat(train.x().get(2, 1, 0, 0)).isEqualTo(1);
        assertThat(train.x().get(3, 1, 0, 0)).isEqualTo(-1);
        assertThat(split.test().size()).isEqualTo(1);
    }

    @Test
    void idx_files_have_any_number_of_classes() throws IOException {
        write("train-images-idx3-ubyte", images(2051, 3, 8, 12));
        write("train-labels-idx1-ubyte", labels(2049, 7, 0, 61));
        write("t10k-images-idx3-ubyte", images(2051, 1, 8, 12));
        write("t10k-labels-idx1-ubyte", labels(2049, 4));
        var split = ImageFolder.read(folder);
        assertThat(split.train().classes()).isEqualTo(62);
        assertThat(split.test().classes()).isEqualTo(62);
        assertThat(split.train().images(0, 3).y().ints()).containsExactly(7, 0, 61);
    }

    @Test
    void reads_files_of_cifar_100() throws IOException {
        byte[] train = new byte[2 * (CIFAR_RECORD + 1)];
        train[1] = 99;
        train[CIFAR_RECORD + 1] = 19; // a superclass
        train[CIFAR_RECORD + 2] = 3;
        train[CIFAR_RECORD + 3] = (byte) 255;
        write("train.bin", train);
        write("test.bin.gz", gzip(new byte[CIFAR_RECORD + 1]));
        var split = ImageFolder.read(folder);
        var images = split.train().images(0, 2);
        assertThat(split.train().classes()).isEqualTo(100);
        assertThat(images.x().shape()).isEqualTo(Shape.of(2, 3, 32, 32));
        assertThat(images.y().ints()).containsExactly(99, 3);
        assertThat(images.x().get(1, 0, 0, 0)).isEqualTo(1);
        var test = write("test.bin", new byte[CIFAR_RECORD]);
        assertRefused(test, "has 3073 bytes, not a multiple of the 3074 of an image of CIFAR-100; download it again");
    }

    @Test
    void refuses_a_folder_without_images() throws IOException {
        assertRefused(
                folder,
                "holds neither train-images-idx3-ubyte, of MNIST or Fashion-MNIST, nor data_batch_1.bin, of CIFAR-10,"
                        + " nor train.bin, of CIFAR-100, nor one of these with .gz");
        var file = write("a-file", new byte[1]);
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> ImageFolder.read(file))
                .withMessage(file + ": is a file, not a folder of images");
        var missing = folder.resolve("missing");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> ImageFolder.read(missing))
                .withMessage(missing + ": there is no such folder");
    }

    @Test
    void refuses_a_missing_file() throws IOException {
        writeIdx();
        Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
        assertRefused(folder.resolve("t10k-labels-idx1-ubyte"), "there is no such file, nor one with .gz");
        write("data_batch_1.bin", new byte[CIFAR_RECORD]);
        Files.delete(folder.resolve("train-images-idx3-ubyte"));
        assertRefused(folder.resolve("data_batch_2.bin"), "there is no such file, nor one with .gz");
    }

    @Test
    void refuses_a_wrong_magic_number() throws IOException {
        writeIdx();
        var file = write("train-images-idx3-ubyte", images(2049, 3, 8, 12));
        assertRefused(file, "begins with the magic number 2049, images in the IDX format with 2051");
    }

    @Test
    void refuses_truncated_and_overlong_files() throws IOException {
        writeIdx();
        byte[] whole = images(2051, 3, 8, 12);
        var file = write("train-images-idx3-ubyte", Arrays.copyOf(whole, 200));
        assertRefused(
                file,
                "is truncated: its header says (3, 8, 12) of type unsigned byte, in all 304 bytes, it has 200; download"
                        + " it again");
        write("train-images-idx3-ubyte", Arrays.copyOf(whole, 305));
        assertRefused(
                file,
                "is too long: its header says (3, 8, 12) of type unsigned byte, in all 304 bytes, it has more;"
                        + " download it again");
        write("train-images-idx3-ubyte", Arrays.copyOf(whole, 9));
        assertRefused(file, "is truncated: it has 9 bytes, its header alone 16; download it again");
    }

    @Test
    void refuses_damaged_compression() throws IOException {
        writeIdx();
        byte[] whole = gzip(images(2051, 1, 8, 12));
        var file = write("t10k-images-idx3-ubyte.gz", Arrays.copyOf(whole, whole.length / 2));
        assertRefused(file, "is truncated: the compressed data ends too early; download it again");
        write("t10k-images-idx3-ubyte.gz", images(2051, 1, 8, 12));
        assertRefused(file, "is not a whole gzip file; download it again");
    }

    @Test
    void refuses_counts_and_sizes_that_do_not_match() throws IOException {
        writeIdx();
        var labels = write("train-labels-idx1-ubyte", labels(2049, 1, 2));
        assertRefused(labels, "has 2 labels for the 3 images of train-images-idx3-ubyte");
        write("train-labels-idx1-ubyte", labels(2049, 1, 3, 2));
        assertRefused(folder.resolve("t10k-labels-idx1-ubyte"), "label 0 is 4, the classes are 0 to 3");
        write("train-labels-idx1-ubyte", labels(2049, 1, 4, 2));
        write("t10k-images-idx3-ubyte", images(2051, 1, 12, 8));
        assertRefused(folder, "its images to learn from are 8 x 12, those to judge by 12 x 8");
        var images = write("train-images-idx3-ubyte", images(2051, 3, 0, 12));
        assertRefused(
                images, "its header says 3 images of 0 x 12 pixels; at least 1 of 1 x 1 to 1024 x 1024 is expected");
    }

    @Test
    void refuses_wrong_cifar_files() throws IOException {
        for (int i = 1; i <= 5; i++) {
            write("data_batch_" + i + ".bin", new byte[CIFAR_RECORD]);
        }
        var test = write("test_batch.bin", new byte[CIFAR_RECORD - 1]);
        assertRefused(test, "has 3072 bytes, not a multiple of the 3073 of an image of CIFAR-10; download it again");
        byte[] wrong = new byte[CIFAR_RECORD];
        wrong[0] = (byte) 200;
        write("test_batch.bin", wrong);
        assertRefused(test, "label 0 is 200, the classes are 0 to 9");
    }

    @Test
    void glyphs_are_the_same_for_a_seed_and_of_all_classes() {
        var split = GlyphImages.split(200, 20, TorchRandom.seeded(1));
        var again = GlyphImages.split(200, 20, TorchRandom.seeded(1));
        assertThat(split.train().images(0, 200)).isEqualTo(again.train().images(0, 200));
        assertThat(split.test().images(0, 20).x())
                .isNotEqualTo(split.train().images(0, 20).x());
        assertThat(Arrays.stream(split.train().images(0, 200).y().ints()).distinct())
                .hasSize(split.train().classes());
    }

    @Test
    void a_batch_is_drawn_into_the_same_tensors() {
        var data = GlyphImages.split(50, 1, TorchRandom.seeded(1)).train();
        var random = TorchRandom.seeded(2);
        var first = data.batch(4, random);
        var copy = first.x().copy();
        assertThat(data.batch(4, random).x()).isSameAs(first.x()).isNotEqualTo(copy);
        assertThat(first.x().shape()).isEqualTo(Shape.of(4, 1, 28, 28));
    }
}
