package handgrad.app.study.batchnorm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchNormVerdictsTest {
    private static final ProbeResult STANDARD = reading(2, 0.9, 0.01, 10);
    private static final MeasuredTraining STARTS_AT_4 = training(4, 2, STANDARD);

    @Test
    void allFourHoldWhereTheNumbersSaySo() {
        var verdicts =
                verdicts(reading(3, 0.5, 0.02, 5), training(4, 2, STANDARD)).all();
        assertThat(verdicts).allMatch(BatchNormVerdicts.Verdict::holds);
        assertThat(verdicts)
                .extracting(BatchNormVerdicts.Verdict::number)
                .containsExactly(
                        "a step moves them 2.00 times as far with BatchNorm",
                        "its loss falls 66.7 % of the way that BatchNorm's does",
                        "‖G − G′‖ is as large or larger in 100.0 % of all cases",
                        "0.500 times that of the standard network; smaller at 100.0 % of the steps");
    }

    @Test
    void noneHoldsWhereTheNumbersSayTheContrary() {
        var verdicts =
                verdicts(reading(1, 0.95, 0.04, 20), training(4, 3, STANDARD)).all();
        assertThat(verdicts).noneMatch(BatchNormVerdicts.Verdict::holds);
    }

    @Test
    void aLossBeyondTheNumbersIsTheGreaterRange() {
        var verdicts = verdicts(STANDARD, STARTS_AT_4, reading(2, 0.9, 0.01, Double.POSITIVE_INFINITY));
        assertThat(verdicts.all().getLast().holds()).isTrue();
        assertThat(verdicts.findings().sentences()).noneMatch(sentence -> sentence.contains("NaN"));
    }

    @Test
    void noiseIsNotJudgedByALossThatDoesNotFall() {
        var verdict = verdicts(training(1, 2, STANDARD), training(1, 3, STANDARD), STANDARD)
                .all()
                .get(1);
        assertThat(verdict.number()).isEqualTo("BatchNorm's own loss does not fall");
        assertThat(verdict.holds()).isFalse();
    }

    private static BatchNormVerdicts verdicts(ProbeResult batchNorm, MeasuredTraining noisy) {
        return verdicts(batchNorm, noisy, STANDARD);
    }

    private static BatchNormVerdicts verdicts(ProbeResult batchNorm, MeasuredTraining noisy, ProbeResult standard) {
        return verdicts(training(4, 1, batchNorm), noisy, standard);
    }

    private static BatchNormVerdicts verdicts(
            MeasuredTraining batchNorm, MeasuredTraining noisy, ProbeResult standard) {
        var trainings = new EnumMap<Variant, List<MeasuredTraining>>(Variant.class);
        for (var variant : Variant.values()) {
            trainings.put(variant, List.of(STARTS_AT_4));
        }
        trainings.put(Variant.STANDARD, List.of(training(4, 2, standard)));
        trainings.put(Variant.BATCH_NORM, List.of(batchNorm));
        trainings.put(Variant.NOISY, List.of(noisy));
        return new BatchNormVerdicts(new BatchNormRuns(new NamesNetwork(), 10, 1, trainings));
    }

    private static MeasuredTraining training(double first, double last, ProbeResult reading) {
        return new MeasuredTraining(first, new double[] {first, last}, new int[] {0}, List.of(reading));
    }

    private static ProbeResult reading(double difference, double cosine, double drift, double highestLoss) {
        return new ProbeResult(
                new double[] {difference}, new double[] {cosine}, new double[] {drift}, 1, 0, highestLoss, 1, 2, 3);
    }
}
