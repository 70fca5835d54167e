package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class DataSplitTest {
    private static TensorDataset rows(int n) {
        int[] numbers = IntStream.range(0, n).toArray();
        return new TensorDataset(Tensor.of(numbers, n).to(DType.FLOAT32), Tensor.of(numbers, n));
    }

    private static int[] all(DataSplit split) {
        return IntStream.concat(
                        Arrays.stream(split.train().chosen()),
                        IntStream.concat(
                                Arrays.stream(split.dev().chosen()),
                                Arrays.stream(split.test().chosen())))
                .toArray();
    }

    @Test
    void parts_are_cut_from_the_permutation_of_a_seed() {
        var split = DataSplit.of(rows(10), 42);
        assertThat(split.train().size()).isEqualTo(8);
        assertThat(split.dev().size()).isEqualTo(1);
        assertThat(all(split)).isEqualTo(TorchRandom.seeded(42).randperm(10));
        assertThat(all(DataSplit.of(rows(10), 42))).isEqualTo(all(split));
        assertThat(all(DataSplit.of(rows(10), 43))).isNotEqualTo(all(split));
    }

    @Test
    void cuts_are_at_the_nearest_row_and_test_has_the_rest() {
        assertThat(DataSplit.cuts(10, 0.7, 0.2)).containsExactly(7, 9);
        assertThat(DataSplit.cuts(7, 0.5, 0.25)).containsExactly(4, 5); // 3.5 and 5.25
        assertThat(DataSplit.cuts(10, 0.9, 0.1)).containsExactly(9, 10);
        assertThat(DataSplit.cuts(10, 0.8, 0.2)).containsExactly(8, 10);
        assertThat(DataSplit.cuts(10, 1, 0)).containsExactly(10, 10);
        assertThat(DataSplit.cuts(10, 0, 0)).containsExactly(0, 0);
    }

    @Test
    void a_part_is_a_source_of_its_rows() {
        var split = DataSplit.of(rows(20), 0.5, 0.25, 7);
        var part = split.dev();
        var batch = part.rows(0, part.size());
        assertThat(batch.y().ints()).containsExactly(part.chosen());
        assertThat(batch.x().floats()[3]).isEqualTo(part.chosen()[3]);
        assertThat(part.rows(1, 3).y().ints()).containsExactly(Arrays.copyOfRange(part.chosen(), 1, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> part.rows(1, 6))
                .withMessage("rows: 1 to 6 is not within 0 to 5");
    }

    @Test
    void batches_of_a_part_allocate_nothing() {
        var batches = new Batches(DataSplit.of(rows(13), 1, 0, 7).train(), BatchOptions.of(4, 7));
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && allocated > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                batches.next();
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isZero();
    }

    @Test
    void what_gives_no_parts_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DataSplit.of(rows(10), 0.9, 0.2, 7))
                .withMessage("split: train 0.9 and dev 0.2 must be at least 0 and together at most 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DataSplit.of(rows(10), Double.NaN, 0.2, 7))
                .withMessage("split: train NaN and dev 0.2 must be at least 0 and together at most 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DataSplit.of(rows(4), 7))
                .withMessage("split: of 4 rows none is left for test; give it a larger fraction, or more rows");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Subset(rows(4), 0, 4))
                .withMessage("Subset: row 4 at 1 is not within 0 to 3");
    }
}
