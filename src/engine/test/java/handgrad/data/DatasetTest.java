package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class DatasetTest {
    private final Dataset emmaAndAva = new Dataset(List.of("emma", "ava"), Alphabet.A_TO_Z, 3);

    private static String row(Dataset dataset, int[] contexts, int row, int blockSize) {
        var text = new StringBuilder();
        for (int i = row * blockSize; i < (row + 1) * blockSize; i++) {
            text.append(dataset.alphabet().decode(contexts[i]));
        }
        return text.toString();
    }

    private static List<String> rows(Dataset dataset, int blockSize) {
        var rows = new ArrayList<String>();
        for (int row = 0; row < dataset.size(); row++) {
            rows.add(row(dataset, dataset.x().ints(), row, blockSize)
                    + dataset.alphabet().decode(dataset.y().ints()[row]));
        }
        return rows;
    }

    @Test
    void aNameGivesARowForEachLetterAndItsEnd() {
        assertThat(emmaAndAva.words()).containsExactly("emma", "ava");
        assertThat(emmaAndAva.size()).isEqualTo(9);
        assertThat(emmaAndAva.x().shape()).isEqualTo(Shape.of(9, 3));
        assertThat(emmaAndAva.y().shape()).isEqualTo(Shape.of(9));
        assertThat(rows(emmaAndAva, 3))
                .containsExactly("...e", "..em", ".emm", "emma", "mma.", "...a", "..av", ".ava", "ava.");
    }

    @Test
    void contextsAreAsLongAsTheBlockSize() {
        assertThat(rows(new Dataset(List.of("ava"), Alphabet.A_TO_Z, 1), 1)).containsExactly(".a", "av", "va", "a.");
        assertThat(rows(new Dataset(List.of("ava"), Alphabet.A_TO_Z, 8), 8))
                .containsExactly("........a", ".......av", "......ava", ".....ava.");
    }

    /** An emoji takes two chars of Java, a composed letter one, and each is one symbol. */
    @Test
    void aCharacterOutsideTheBasicPlaneIsOneSymbol() {
        var dataset = new Dataset(List.of("é😀b", "😁"), Alphabet.of("é😀b😁"), 2);
        assertThat(dataset.size()).isEqualTo(6);
        assertThat(rows(dataset, 2)).containsExactly("..é", ".é😀", "é😀b", "😀b.", "..😁", ".😁.");
        assertThat(dataset.y().ints()).containsExactly(2, 3, 1, 0, 4, 0);
    }

    @Test
    void batchHoldsTheRowsThatTorchDraws() {
        var batch = emmaAndAva.batch(32, TorchRandom.seeded(42));
        var drawn = new int[32];
        TorchRandom.seeded(42).randint(0, 9, drawn);
        assertThat(batch.x().shape()).isEqualTo(Shape.of(32, 3));
        assertThat(batch.y().shape()).isEqualTo(Shape.of(32));
        assertThat(batch.y().ints())
                .isEqualTo(Arrays.stream(drawn)
                        .map(row -> emmaAndAva.y().ints()[row])
                        .toArray());
        for (int i = 0; i < 32; i++) {
            assertThat(row(emmaAndAva, batch.x().ints(), i, 3))
                    .isEqualTo(row(emmaAndAva, emmaAndAva.x().ints(), drawn[i], 3));
        }
    }

    @Test
    void batchesOfOneSizeShareTheirTensors() {
        var random = TorchRandom.seeded(42);
        var first = emmaAndAva.batch(32, random);
        assertThat(emmaAndAva.batch(32, random)).isSameAs(first);
        assertThat(emmaAndAva.batch(8, random).x().shape()).isEqualTo(Shape.of(8, 3));
    }

    @Test
    void batchesOfOneSizeAllocateNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var random = TorchRandom.seeded(42);
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && allocated > 0; attempt++) { // the first makes the tensors
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                emmaAndAva.batch(32, random);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isZero();
    }

    @Test
    void refusesABatchOfNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> emmaAndAva.batch(0, TorchRandom.seeded(42)))
                .withMessage("batch: size 0 must be at least 1");
    }
}
