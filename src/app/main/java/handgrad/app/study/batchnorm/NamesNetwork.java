package handgrad.app.study.batchnorm;

import handgrad.data.Names;
import handgrad.models.LectureModel;
import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import java.util.Map;

/**
 * The deep network of makemore part 3 on the bundled names: six linear layers with tanh, 47,024 parameters with
 * BatchNorm.
 */
record NamesNetwork() implements Network {
    private static final long SPLIT_SEED = 42;

    @Override
    public String title() {
        return "names network";
    }

    @Override
    public String description() {
        return "The lecture's deep network (makemore part 3): an embedding and six linear layers with tanh"
                + " between them, which"
                + " predict the next letter of a name from three; batches of 32, learning rate 0.1. Without"
                + " normalisation it is"
                + " the lecture's own variant with biases and weights scaled for tanh. BatchNorm divides by the"
                + " unbiased"
                + " variance, as the lecture does. The step sizes of the landscape are the paper's for VGG,"
                + " which has this"
                + " learning rate: from 1/2 to 4 of them, 0.4 at most.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of();
    }

    @Override
    public double lr() {
        return LectureModel.DEEP.defaults().lr();
    }

    @Override
    public double[] stepSizes() {
        return StepSizes.OF_VGG;
    }

    @Override
    public Task start(Variant variant, long seed) {
        var model = variant == Variant.STANDARD ? LectureModel.DEEP_NO_BN : LectureModel.DEEP;
        var defaults = model.defaults();
        var weights = TorchRandom.seeded(seed);
        var batches = TorchRandom.seeded(~seed);
        var train =
                Names.bundled().split(SPLIT_SEED, defaults.sizes().blockSize()).train();
        return new Task(
                variant.of(sequential(model.build(defaults.sizes(), weights)), weights),
                Objective.crossEntropy(),
                () -> train.batch(defaults.batchSize(), batches));
    }

    private static Sequential sequential(Layer model) {
        if (model instanceof Sequential sequential) {
            return sequential;
        }
        throw new IllegalStateException("the deep model is no Sequential");
    }
}
