package handgrad.app.study.zeroinit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.app.study.zeroinit.ZeroInit.StartingWeights;
import handgrad.data.Names;
import handgrad.data.Split;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZeroInitTest {
    private static final Split SPLIT = Names.bundled().split(42);

    @Test
    void from_all_zeros_only_the_last_bias_trains_towards_the_unigram() {
        var run = ZeroInit.run(SPLIT, StartingWeights.ALL_ZERO, 500);
        assertThat(run.gradients())
                .filteredOn(tensor -> tensor.largest() > 0)
                .extracting(ZeroInit.Gradient::name)
                .containsExactly("4.bias (Linear)");
        assertThat(run.firstLoss()).isCloseTo(Math.log(27), within(1e-6));
        assertThat(run.largestHidden()).isZero();
        assertThat(run.spread()).isZero();
        double entropy = ZeroInit.unigramEntropy(SPLIT.train());
        assertThat(run.train()).isBetween(entropy, entropy + 0.05);
        assertThat(ZeroInitCommand.findings(
                                List.of(
                                        run,
                                        ZeroInit.run(SPLIT, StartingWeights.LAST_ZERO, 10),
                                        ZeroInit.run(SPLIT, StartingWeights.DRAWN, 10)),
                                27,
                                entropy)
                        .sentences())
                .hasSize(4)
                .first()
                .isEqualTo(
                        "From all zeros, 1 of 5 tensors ever got a gradient: 4.bias (Linear), 27 of 11,897 numbers.");
    }

    @Test
    void with_the_last_layer_alone_at_zero_every_tensor_trains() {
        var run = ZeroInit.run(SPLIT, StartingWeights.LAST_ZERO, 500);
        assertThat(run.gradients()).allMatch(tensor -> tensor.largest() > 0);
        assertThat(run.firstLoss()).isCloseTo(Math.log(27), within(1e-6));
        assertThat(run.train()).isLessThan(ZeroInit.unigramEntropy(SPLIT.train()) - 0.2);
    }
}
