package handgrad.app.study.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.data.Names;
import handgrad.models.LectureModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchNormFoldTest {
    @ParameterizedTest
    @CsvSource({"MLP_BN, 1, 11897", "DEEP, 6, 46497", "WAVENET_SMALL, 3, 22193"})
    void the_folded_model_has_the_outputs_of_the_trained_one(LectureModel model, int norms, int parameters) {
        var split = Names.bundled().split(42, model.defaults().sizes().blockSize());
        var fold = BatchNormFold.run(model, split, 100);
        assertThat(fold.norms()).isEqualTo(norms);
        assertThat(fold.foldedParameters()).isEqualTo(parameters);
        assertThat(fold.foldedDev()).isCloseTo(fold.dev(), within(1e-5));
        // Other roundings: a difference of exactly 0 would mean that something was compared with itself.
        assertThat(fold.difference32()).isBetween(1e-8, 1e-4);
        assertThat(fold.difference64()).isBetween(1e-17, 1e-12);
    }
}
