package handgrad.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoalsTest {
    @Test
    void compareWithWhatWasMeasured() {
        assertThat(Goals.of(Report.tables(Fixtures.all())))
                .extracting(Goals.Goal::work, Goals.Goal::measured, Goals.Goal::met)
                .contains(
                        tuple("step of mlp-bn, time beside libtorch", "0.105", false),
                        tuple("step of mlp-bn, time beside c", "1.08", false),
                        tuple("step of deep, time beside libtorch", "0.105", true),
                        tuple("mlp-bn, batch 1024, hidden 1024: two threads beside one", "2.00", true),
                        tuple("step of makemore, time beside its matrix products", "2.00", false),
                        tuple("step of nanogpt, time beside its matrix products", "1.20", true),
                        tuple("step of makemore, time beside libtorch", "0.300", true),
                        tuple("step of nanogpt, time beside c", "0.200", true),
                        tuple("step of gpt2-124m on two threads, time beside c", "0.250", true),
                        tuple(
                                "steps of nanogpt on two threads, speed beside two processes of one thread",
                                "0.750",
                                false),
                        tuple("step of VGG, 1 thread, time beside libtorch", "1.60", false),
                        tuple("routed matmul beside the best other, worst shape (3 shapes)", "0.950", true),
                        tuple("Java kernel beside OpenBLAS, worst square from 128 to 1024", "0.960", true),
                        tuple("loops over memory beside a copy, worst", "0.800", false),
                        tuple("exp, largest error in ulp", "1.00", true),
                        tuple("tanh, largest error in ulp", "2.50", false),
                        tuple("training steps, allocation", "0 B", true));
    }

    @Test
    void aStepThatAllocatesMissesItsGoal() {
        var table = new ScoreTable(
                List.of(Fixtures.score("mlp-bn", "handgrad", 40), Fixtures.score("deep", "handgrad", 200, 0.1)));
        assertThat(Goals.of(Map.of("step", table)))
                .extracting(Goals.Goal::work, Goals.Goal::measured, Goals.Goal::met)
                .containsExactly(tuple("training steps, allocation", "0.100 B (deep)", false));
    }

    @Test
    void areSilentOnWhatWasNotMeasured() {
        assertThat(Goals.of(Map.of())).isEmpty();
    }
}
