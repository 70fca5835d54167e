package handgrad.models;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;

/** The multilayer perceptron of makemore parts 2 and 3, in the initialisations that part 3 compares. */
final class Perceptron {
    /** Kaiming's gain for tanh, as torch.nn.init.calculate_gain gives it. */
    static final double TANH_GAIN = 5.0 / 3;

    private Perceptron() {}

    /** Every weight and bias from the normal distribution. */
    static Layer original(LectureModel.Sizes sizes, TorchRandom random) {
        return withBias(sizes, 1, 1, 1, 1, random);
    }

    /** The second weight times 0.01 and its bias 0: all characters are about as likely at the start. */
    static Layer fixedSoftmax(LectureModel.Sizes sizes, TorchRandom random) {
        return withBias(sizes, 1, 1, 0.01, 0, random);
    }

    /** The first weight times 0.2 as well, and its bias times 0.01. */
    static Layer fixedTanh(LectureModel.Sizes sizes, TorchRandom random) {
        return withBias(sizes, 0.2, 0.01, 0.01, 0, random);
    }

    /** The first weight times Kaiming's gain over the root of its inputs. */
    static Layer kaiming(LectureModel.Sizes sizes, TorchRandom random) {
        return withBias(sizes, TANH_GAIN / Math.sqrt(sizes.context()), 0.01, 0.01, 0, random);
    }

    private static Layer withBias(
            LectureModel.Sizes sizes,
            double scale1,
            double scaleBias1,
            double scale2,
            double scaleBias2,
            TorchRandom random) {
        var table = Tensor.randn(random, sizes.vocabulary(), sizes.embedding());
        var weight1 = Tensor.randn(random, sizes.context(), sizes.hidden()).mul(scale1);
        var bias1 = Tensor.randn(random, sizes.hidden()).mul(scaleBias1);
        var weight2 = Tensor.randn(random, sizes.hidden(), sizes.vocabulary()).mul(scale2);
        var bias2 = Tensor.randn(random, sizes.vocabulary()).mul(scaleBias2);
        return new Sequential(
                new Embedding(table),
                new FlattenConsecutive(sizes.blockSize()),
                new Linear(weight1, bias1),
                new Tanh(),
                new Linear(weight2, bias2));
    }

    /** Batch normalisation, which makes the first bias useless, after Kaiming's first weight. */
    static Layer batchNorm(LectureModel.Sizes sizes, TorchRandom random) {
        var table = Tensor.randn(random, sizes.vocabulary(), sizes.embedding());
        var weight1 = Tensor.randn(random, sizes.context(), sizes.hidden())
                .mul(TANH_GAIN)
                .div(Math.sqrt(sizes.context()));
        var weight2 = Tensor.randn(random, sizes.hidden(), sizes.vocabulary()).mul(0.01);
        // The notebook draws the bias and multiplies it by 0; the draw moves the generator.
        var bias2 = Tensor.randn(random, sizes.vocabulary()).mul(0);
        return new Sequential(
                new Embedding(table),
                new FlattenConsecutive(sizes.blockSize()),
                new Linear(weight1, null),
                new BatchNorm1d(sizes.hidden(), BatchNormOptions.MAKEMORE_PART_3),
                new Tanh(),
                new Linear(weight2, bias2));
    }
}
