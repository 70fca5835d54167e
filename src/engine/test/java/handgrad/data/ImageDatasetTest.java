package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class ImageDatasetTest {
    private static final Tensor GREY = Tensor.of(new int[] {0, 255, 51, 102, 153, 204}, 3, 1, 2);
    private static final Tensor LABELS = Tensor.of(new int[] {0, 299, 2}, 3);

    @Test
    void whole_numbers_become_numbers_from_minus_1_to_1() {
        var images = ImageDataset.of(GREY, LABELS, 300);
        var batch = images.rows(0, 3);
        assertThat(batch.x().shape()).isEqualTo(Shape.of(3, 1, 1, 2));
        assertThat(batch.x().floats()).containsExactly(-1, 1, -0.6f, -0.2f, 0.2f, 0.6f);
        assertThat(batch.y()).isEqualTo(LABELS);
        assertThat(images.classes()).isEqualTo(300);
    }

    @Test
    void floats_stay_as_they_are() {
        var floats = Tensor.of(new float[] {-7, 0.5f, 1e-3f, 9}, 2, 2, 1, 1);
        var images = ImageDataset.of(floats, Tensor.of(new int[] {1, 0}, 2), 2);
        assertThat(images.channels()).isEqualTo(2);
        assertThat(images.rows(0, 2).x()).isEqualTo(floats);
        assertThat(images.digest())
                .isNotEqualTo(ImageDataset.of(floats.mul(2), Tensor.of(new int[] {1, 0}, 2), 2)
                        .digest());
    }

    @Test
    void labels_above_a_byte_are_in_the_digest() {
        var one = ImageDataset.of(GREY, LABELS, 300).digest();
        var other = ImageDataset.of(GREY, Tensor.of(new int[] {0, 299 - 256, 2}, 3), 300);
        assertThat(other.digest()).isNotEqualTo(one);
    }

    @Test
    void two_files_are_a_data_set(@TempDir Path folder) throws IOException {
        var images = folder.resolve("some-images.idx.gz");
        var labels = folder.resolve("some-labels.idx");
        IdxFile.write(images, GREY, IdxType.UNSIGNED_BYTE);
        IdxFile.write(labels, Tensor.of(new int[] {1, 46, 0}, 3), IdxType.UNSIGNED_BYTE);
        assertThat(ImageDataset.read(images, labels).classes()).isEqualTo(47);
        var read = ImageDataset.read(images, labels, 62);
        assertThat(read.classes()).isEqualTo(62);
        assertThat(read.rows(0, 3).x())
                .isEqualTo(ImageDataset.of(GREY, LABELS, 300).rows(0, 3).x());
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> ImageDataset.read(images, labels, 46))
                .withMessage(labels + ": label 1 is 46, the classes are 0 to 45");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> ImageDataset.read(labels, labels))
                .withMessage(labels + ": begins with the magic number 2049, images in the IDX format with 2051");
    }

    @Test
    void what_are_no_images_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageDataset.of(GREY, LABELS, 299))
                .withMessage("ImageDataset: label 1 is 299, the classes are 0 to 298");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageDataset.of(GREY, LABELS, 0))
                .withMessage("ImageDataset: 0 classes, there must be at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageDataset.of(Tensor.of(new int[] {256}, 1, 1, 1), Tensor.of(new int[1], 1), 1))
                .withMessage("ImageDataset: pixel 0 is 256, INT32 images have 0 to 255");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageDataset.of(Tensor.zeros(3, 4), LABELS, 300))
                .withMessage("ImageDataset: images must be (N, channels, height, width) or (N, height, width) and"
                        + " labels (N), they are (3, 4) and (3)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageDataset.of(Tensor.zeros(2, 4, 4), LABELS, 300))
                .withMessageEndingWith("they are (2, 4, 4) and (3)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageDataset.of(GREY.to(DType.FLOAT64), LABELS, 300))
                .withMessage("ImageDataset: images must be INT32 or FLOAT32, they are FLOAT64; convert with"
                        + " to(DType.FLOAT32)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageDataset.of(GREY, Tensor.zeros(3), 300))
                .withMessage("ImageDataset: labels must be INT32, they are FLOAT32; convert with to(DType.INT32)");
    }
}
