package handgrad.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.data.Names;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The models that predict at every position: what they see, and that the dilated one is the tree. */
class ConvolutionTest {
    private static final int BLOCK_SIZE = 8;
    private static final LectureModel.Sizes SIZES = new LectureModel.Sizes(BLOCK_SIZE, 6, 12);

    /** The tree's weights and statistics, by position in the model, in the convolutions' order. */
    private static Layer dilatedLike(Layer tree) {
        var dilated = LectureModel.DILATED.build(SIZES, TorchRandom.seeded(1));
        var names = new ArrayList<>(dilated.stateDict().keySet());
        var state = new LinkedHashMap<String, Tensor>();
        tree.stateDict().values().forEach(tensor -> state.put(names.get(state.size()), tensor));
        dilated.loadStateDict(state);
        return dilated;
    }

    @Test
    void the_dilated_network_is_the_tree_at_every_position() {
        var random = TorchRandom.seeded(2);
        var tree = LectureModel.WAVENET.build(SIZES, random);
        for (int i = 0; i < 20; i++) { // moves the running statistics away from 0 and 1
            tree.forward(Tensor.randint(random, 27, 32, BLOCK_SIZE));
        }
        var dilated = dilatedLike(tree);
        for (var model : new Layer[] {tree, dilated}) {
            model.to(DType.FLOAT64);
            model.train(false);
        }
        var name = new int[] {0, 0, 0, 0, 0, 0, 0, 0, 5, 13, 13, 1, 14, 21, 5, 12, 12, 5}; // ........emmanuelle
        var everywhere = dilated.forward(Tensor.of(name, 1, name.length));
        assertThat(everywhere.size(0)).isEqualTo(name.length - BLOCK_SIZE + 1);
        for (int end = BLOCK_SIZE; end <= name.length; end++) {
            var window = Arrays.copyOfRange(name, end - BLOCK_SIZE, end);
            var expected = tree.forward(Tensor.of(window, 1, BLOCK_SIZE));
            var difference =
                    everywhere.narrow(0, end - BLOCK_SIZE, 1).sub(expected).abs();
            assertThat(difference.max(1, false).item())
                    .as("window that ends at %d", end)
                    .isLessThan(1e-13);
        }
    }

    @Test
    void equal_seeds_draw_equal_weights_for_the_tree_and_the_dilated_network() {
        var tree = LectureModel.WAVENET.build(SIZES, TorchRandom.seeded(3));
        var dilated = LectureModel.DILATED.build(SIZES, TorchRandom.seeded(3));
        assertThat(dilated.stateDict().values())
                .containsExactlyElementsOf(tree.stateDict().values());
    }

    @ParameterizedTest
    @EnumSource(names = {"DILATED", "WAVENET_GATED"})
    void no_output_sees_the_future(LectureModel model) {
        var network = model.build(SIZES, TorchRandom.seeded(4));
        network.train(false);
        int length = 20;
        var x = Tensor.randint(TorchRandom.seeded(5), 27, 1, length);
        var before = network.forward(x).copy();
        for (int t = BLOCK_SIZE; t < length; t++) {
            var changed = x.copy();
            changed.ints()[t] = (changed.ints()[t] + 1) % 27;
            var after = network.forward(changed);
            int unchanged = t - BLOCK_SIZE + 1;
            assertThat(after.narrow(0, 0, unchanged)).as("before %d", t).isEqualTo(before.narrow(0, 0, unchanged));
            assertThat(after.narrow(0, unchanged, 1)).as("at %d", t).isNotEqualTo(before.narrow(0, unchanged, 1));
        }
    }

    /** The loss over a sequence is the one over its rows, of which the other models' losses are the mean. */
    @ParameterizedTest
    @EnumSource(names = {"DILATED", "WAVENET_GATED"})
    void the_loss_over_a_sequence_is_the_loss_over_its_rows(LectureModel model) {
        var data = Names.bundled().split(42, BLOCK_SIZE).dev();
        var network = model.build(SIZES, TorchRandom.seeded(6));
        network.train(false);
        var sequence = data.sequence();
        var whole = sequence.batch(1, sequence.size(), TorchRandom.seeded(1));
        double atOnce = new CrossEntropyLoss().forward(network.forward(whole.x()), whole.y());
        assertThat(whole.y().ints()).contains(LossFunctions.IGNORED);
        double byRow = new CrossEntropyLoss().forward(network.forward(data.x()), data.y());
        assertThat(atOnce).isEqualTo(byRow, within(1e-5));
    }
}
