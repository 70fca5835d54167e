package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ValleyTest {
    private static final Observations TRAIN = Observations.demo(500, 3).split(3).train();

    @Test
    void standardisedThePathIsOneStepToTheBottom() {
        var valley = Valley.of(Transform.STANDARDISED, TRAIN);
        assertThat(valley.weights()).hasSize(2);
        assertThat(valley.constants()[1]).isCloseTo(valley.constant(), within(1e-9));
        assertThat(valley.weights()[1]).isCloseTo(valley.weight(), within(1e-9));
        assertThat(valley.constantReach()).isCloseTo(valley.weightReach(), within(1e-9));
    }

    @Test
    void rawThePathIsFarFromTheBottomAfterManySteps() {
        var valley = Valley.of(Transform.RAW, TRAIN);
        assertThat(valley.weights()).hasSize(61);
        assertThat(valley.error()).isGreaterThan(0.1);
        assertThat(valley.weights()[0]).isZero();
        int middle = Valley.SIZE * Valley.SIZE / 2;
        assertThat(valley.heights()[middle]).isCloseTo(0, within(1e-12));
        assertThat(Arrays.stream(valley.heights()).min()).hasValue(valley.heights()[middle]);
        for (double constant : valley.constants()) {
            assertThat(Math.abs(constant - valley.constant())).isLessThan(valley.constantReach());
        }
    }
}
