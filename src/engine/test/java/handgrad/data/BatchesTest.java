package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class BatchesTest {
    private static TensorDataset rows(int n) {
        double[] x = new double[2 * n];
        int[] y = new int[n];
        for (int i = 0; i < n; i++) {
            x[2 * i] = i;
            x[2 * i + 1] = -i;
            y[i] = i;
        }
        return new TensorDataset(Tensor.of(x, n, 2), Tensor.of(y, n));
    }

    private static List<Integer> draw(Batches batches, int count) {
        var drawn = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            for (int row : batches.next().y().ints()) {
                drawn.add(row);
            }
        }
        return drawn;
    }

    @Test
    void an_epoch_has_every_row_once_and_the_next_another_order() {
        var batches = new Batches(rows(10), BatchOptions.of(4, 7));
        var first = draw(batches, 3);
        assertThat(batches.epoch()).isEqualTo(1);
        var second = draw(batches, 3);
        assertThat(first).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(second).containsExactlyInAnyOrderElementsOf(first).isNotEqualTo(first);
        assertThat(draw(new Batches(rows(10), BatchOptions.of(4, 8)), 3)).isNotEqualTo(first);
    }

    @Test
    void every_first_row_is_about_as_likely() {
        int[] counts = new int[5];
        for (int seed = 0; seed < 5000; seed++) {
            counts[draw(new Batches(rows(5), BatchOptions.of(1, seed)), 1).getFirst()]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(850, 1150); // five deviations of 28
        }
    }

    @Test
    void rows_of_x_and_y_stay_together() {
        var batch = new Batches(rows(10), BatchOptions.of(4, 7)).next();
        for (int i = 0; i < 4; i++) {
            int row = batch.y().ints()[i];
            assertThat(batch.x().doubles()[2 * i]).isEqualTo(row);
            assertThat(batch.x().doubles()[2 * i + 1]).isEqualTo(-row);
        }
    }

    @Test
    void the_last_short_batch_is_kept_or_dropped() {
        var kept = new Batches(rows(10), BatchOptions.of(4, 7));
        var dropped = new Batches(rows(10), BatchOptions.of(4, 7).withKeepLast(false));
        assertThat(kept.batchesPerEpoch()).isEqualTo(3);
        assertThat(dropped.batchesPerEpoch()).isEqualTo(2);
        assertThat(draw(dropped, 2)).isEqualTo(draw(kept, 3).subList(0, 8));
        assertThat(draw(dropped, 1)).hasSize(4);
    }

    @Test
    void a_position_goes_on_with_the_same_batches() {
        for (boolean replacement : new boolean[] {false, true}) {
            var options = BatchOptions.of(4, 7).withReplacement(replacement);
            var batches = new Batches(rows(10), options);
            draw(batches, 4);
            var resumed = new Batches(rows(10), options);
            resumed.setPosition(batches.position());
            assertThat(draw(resumed, 7)).isEqualTo(draw(batches, 7));
        }
    }

    @Test
    void with_replacement_a_batch_may_be_larger_than_the_data_set() {
        var drawn = draw(new Batches(rows(3), BatchOptions.of(100, 7).withReplacement(true)), 1);
        assertThat(drawn).hasSize(100).contains(0, 1, 2);
    }

    @Test
    void images_are_a_source() {
        var images = GlyphImages.split(6, 1, TorchRandom.seeded(1)).train();
        var batches = new Batches(images, BatchOptions.of(6, 7));
        assertThat(batches.next().x().shape().toArray()).containsExactly(6, 1, 28, 28);
    }

    @Test
    void a_step_allocates_nothing() {
        var batches = new Batches(rows(10), BatchOptions.of(4, 7));
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
    void what_gives_no_batches_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatchOptions.of(0, 7))
                .withMessage("BatchOptions: size 0 must be at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Batches(rows(0), BatchOptions.of(4, 7)))
                .withMessage("Batches: the data set has no rows, give it at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Batches(rows(3), BatchOptions.of(4, 7).withKeepLast(false)))
                .withMessage("Batches: 3 rows give no batch of 4 where short ones are dropped; keep the last, or make"
                        + " batches smaller");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Batches(rows(3), BatchOptions.of(4, 7)).setPosition(-1))
                .withMessage("setPosition: position -1 must be at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TensorDataset(Tensor.zeros(3, 2), Tensor.zeros(4)))
                .withMessage("TensorDataset: x and y must have the same number of rows, they are (3, 2) and (4)");
    }
}
