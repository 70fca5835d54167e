package handgrad.examples;

import handgrad.data.Alphabet;
import handgrad.data.Dataset;
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
import java.util.Arrays;

/**
 * The models of the lectures, with the losses that their notebooks print. Weights are drawn in the order of the
 * notebooks, so that a seed gives the notebook's weights.
 */
enum LectureModel {
    /** The multilayer perceptron of makemore part 2, every weight and bias from the normal distribution. */
    MLP("mlp", "makemore part 2", 2.1260, 2.1701) {
        @Override
        Sequential build(Sizes sizes, TorchRandom random) {
            var table = Tensor.randn(random, Alphabet.SIZE, sizes.embedding());
            var weight1 = Tensor.randn(random, sizes.context(), sizes.hidden());
            var bias1 = Tensor.randn(random, sizes.hidden());
            var weight2 = Tensor.randn(random, sizes.hidden(), Alphabet.SIZE);
            var bias2 = Tensor.randn(random, Alphabet.SIZE);
            return new Sequential(
                    new Embedding(table),
                    new FlattenConsecutive(sizes.blockSize()),
                    new Linear(weight1, bias1),
                    new Tanh(),
                    new Linear(weight2, bias2));
        }
    },
    /** The same with a Kaiming first weight, small logits and batch normalisation, of makemore part 3. */
    MLP_BN("mlp-bn", "makemore part 3", 2.067415, 2.105684) {
        @Override
        Sequential build(Sizes sizes, TorchRandom random) {
            var table = Tensor.randn(random, Alphabet.SIZE, sizes.embedding());
            var weight1 = Tensor.randn(random, sizes.context(), sizes.hidden())
                    .mul(TANH_GAIN)
                    .div(Math.sqrt(sizes.context()));
            var weight2 = Tensor.randn(random, sizes.hidden(), Alphabet.SIZE).mul(0.01);
            // The notebook draws the bias and multiplies it by 0; the draw moves the generator.
            var bias2 = Tensor.randn(random, Alphabet.SIZE).mul(0);
            return new Sequential(
                    new Embedding(table),
                    new FlattenConsecutive(sizes.blockSize()),
                    new Linear(weight1, null),
                    new BatchNorm1d(sizes.hidden(), BatchNormOptions.MAKEMORE_PART_3),
                    new Tanh(),
                    new Linear(weight2, bias2));
        }
    },
    /** The network of makemore part 4, whose backward pass is written in one piece. */
    BACKPROP("backprop", "makemore part 4", 2.0705, 2.1099) {
        @Override
        BackpropNetwork build(Sizes sizes, TorchRandom random) {
            return BackpropNetwork.draw(sizes, random);
        }

        // The notebook evaluates with the statistics of the whole training set, taken once after training.
        @Override
        void finish(Layer model, Dataset train) {
            if (model instanceof BackpropNetwork network) {
                network.calibrate(train.x());
            }
        }
    };

    /** Kaiming's gain for tanh, as torch.nn.init.calculate_gain gives it. */
    static final double TANH_GAIN = 5.0 / 3;

    private final String title;
    private final String lecture;
    private final double trainLoss;
    private final double devLoss;

    LectureModel(String title, String lecture, double trainLoss, double devLoss) {
        this.title = title;
        this.lecture = lecture;
        this.trainLoss = trainLoss;
        this.devLoss = devLoss;
    }

    /**
     * The sizes of a model.
     *
     * @param blockSize the characters that the model sees
     * @param embedding the numbers that a character becomes
     * @param hidden the units of the hidden layer
     */
    record Sizes(int blockSize, int embedding, int hidden) {
        /** The inputs of the hidden layer. */
        int context() {
            return blockSize * embedding;
        }
    }

    /** The model with fresh weights; input (N, blockSize) INT32, output (N, 27) logits. */
    abstract Layer build(Sizes sizes, TorchRandom random);

    /** What the lecture does to a trained model before it evaluates it; most often nothing. */
    void finish(Layer model, Dataset train) {}

    /** Whether the model normalises by the unbiased variance of a batch, which needs two rows. */
    boolean normalisesBatches() {
        return this != MLP;
    }

    /** The name on the command line. */
    String title() {
        return title;
    }

    /** The lecture that it is from. */
    String lecture() {
        return lecture;
    }

    /** The loss on train that the lecture's notebook prints. */
    double trainLoss() {
        return trainLoss;
    }

    /** The loss on dev that the lecture's notebook prints. */
    double devLoss() {
        return devLoss;
    }

    /** The model of a name. */
    static LectureModel named(String title) {
        return Arrays.stream(values())
                .filter(model -> model.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new WrongInputException(
                        "unknown model " + title + "; there are " + String.join(", ", titles())));
    }

    /** The names of all models. */
    static Iterable<String> titles() {
        return Arrays.stream(values()).map(LectureModel::title).toList();
    }
}
