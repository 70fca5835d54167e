package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradientDescentTest {
    @ParameterizedTest
    @CsvSource({"100, 15", "0, 15", "0.5, 1", "3, 0.2"})
    void takesTheStepsThatTheConditionNumberPredicts(double mean, double deviation) {
        var form = new ClosedForm(mean, deviation * deviation);
        var design = Design.of(new double[][] {form.feature()});
        var descent = design.descent();
        long steps = descent.steps(design.worstStart(), design.bestStep(), 10_000_000);
        assertThat((double) steps)
                .isCloseTo((double) design.predictedSteps(), within(1 + 1e-6 * design.predictedSteps()));
        if (form.condition() > 100) {
            assertThat((double) steps)
                    .as("(κ/2) ln 10⁶")
                    .isCloseTo(form.condition() / 2 * Math.log(1e6), withinPercentage(1));
        }
        assertThat(descent.largestStableStep(design.worstStart()))
                .isCloseTo(2 / form.largest(), withinPercentage(0.01));
    }

    @Test
    void aConditionNumberOf1TakesOneStep() {
        var design = Design.of(new double[][] {{-1, 1}});
        assertThat(design.predictedSteps()).isEqualTo(1);
        assertThat(design.descent().steps(design.worstStart(), design.bestStep(), 10))
                .isEqualTo(1);
        assertThat(design.descent().steps(design.worstStart(), 3, 10)).isEqualTo(-1);
    }

    @Test
    void fewRowsTakeTheStepsOfAllRows() {
        var train = Observations.demo(200, 1).split(1).train();
        var design = Design.of(train.columns());
        var x = Tensor.of(
                Arrays.stream(Design.matrix(train.columns()).getData())
                        .flatMapToDouble(Arrays::stream)
                        .toArray(),
                train.rows(),
                3);
        var all = weights(new GradientDescent(x, Tensor.of(train.y(), train.rows(), 1)), design);
        var few = weights(design.descent(train.y()), design);
        assertThat(few).hasSize(100);
        for (int step = 0; step < 100; step++) {
            for (int j = 0; j < 3; j++) {
                assertThat(few.get(step).getFlat(j)).isCloseTo(all.get(step).getFlat(j), within(1e-12));
            }
        }
    }

    private static List<Tensor> weights(GradientDescent descent, Design design) {
        var weights = new ArrayList<Tensor>();
        descent.run(design.zeroStart(), design.bestStep(), (_, _, weight) -> {
            weights.add(weight.copy());
            return weights.size() < 100;
        });
        return weights;
    }
}
