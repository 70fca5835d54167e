package handgrad.models;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.GradientCheck;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LectureModelTest {
    @Test
    void each_model_has_the_parameters_of_its_lecture() {
        var counts = Map.ofEntries(
                Map.entry(LectureModel.BIGRAM_COUNTED, 729L),
                Map.entry(LectureModel.BIGRAM, 729L),
                Map.entry(LectureModel.MLP, 11_897L),
                Map.entry(LectureModel.MLP_SOFTMAX, 11_897L),
                Map.entry(LectureModel.MLP_TANH, 11_897L),
                Map.entry(LectureModel.MLP_KAIMING, 11_897L),
                Map.entry(LectureModel.MLP_BN, 12_097L),
                Map.entry(LectureModel.DEEP, 47_024L),
                Map.entry(LectureModel.DEEP_NO_BN, 46_497L),
                Map.entry(LectureModel.BACKPROP, 12_297L),
                Map.entry(LectureModel.WAVENET_FLAT_3, 12_097L),
                Map.entry(LectureModel.WAVENET_FLAT_8, 22_097L),
                Map.entry(LectureModel.WAVENET_SMALL_BUG, 22_397L),
                Map.entry(LectureModel.WAVENET_SMALL, 22_397L),
                Map.entry(LectureModel.WAVENET, 76_579L),
                Map.entry(LectureModel.DILATED, 76_579L),
                Map.entry(LectureModel.WAVENET_GATED, 72_491L));
        for (var model : LectureModel.values()) {
            var network = model.build(model.defaults().sizes(), TorchRandom.seeded(1));
            assertThat(network.parameterCount()).as(model.title()).isEqualTo(counts.get(model));
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_gradients_of_each_model_pass(LectureModel model) {
        var random = TorchRandom.seeded(5);
        int blockSize = Math.min(model.defaults().sizes().blockSize(), 4);
        var sizes = new LectureModel.Sizes(blockSize, 2, 5);
        var x = Tensor.randint(random, 27, 7, sizes.blockSize());
        var network = model.build(sizes, random);
        // A bias of 0 puts a ReLU that gets nothing else on its bend.
        for (var parameter : network.parameters()) {
            int[] shape = parameter.value().shape().toArray();
            parameter.value().addInPlace(Tensor.randn(random, shape).mul(0.1));
        }
        GradientCheck.of(network).input(x).assertPasses();
    }
}
