package handgrad.app.study.batchnorm;

import handgrad.data.Batch;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.Initialization;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;

/**
 * The deep linear network of the paper: 25 linear layers of 10 units without anything between them, which are to become
 * one matrix, ‖W25 … W1 x - A x‖² for A of 10 x 10 and x both Gaussian, by gradient descent on all x at learning rate
 * 1e-6.
 *
 * @param samples how many x, which the paper does not say
 * @param placement where it is normalised, which the paper does not say
 * @param weights how they are drawn; the paper names Glorot's for its other network
 */
record DeepLinear(int samples, Placement placement, Weights weights) implements Network {
    /** How weights are drawn; from zeros a product of matrices gets no gradient. */
    enum Weights {
        PYTORCH,
        KAIMING_NORMAL,
        KAIMING_UNIFORM,
        XAVIER_NORMAL,
        XAVIER_UNIFORM;

        private Initialization initialization() {
            return switch (this) {
                case PYTORCH -> Initialization.PYTORCH;
                case KAIMING_NORMAL -> Initialization.KAIMING_NORMAL;
                case KAIMING_UNIFORM -> Initialization.KAIMING_UNIFORM;
                case XAVIER_NORMAL -> Initialization.XAVIER_NORMAL;
                case XAVIER_UNIFORM -> Initialization.XAVIER_UNIFORM;
            };
        }
    }

    /** Where a deep linear network is normalised. */
    enum Placement {
        /** Behind every linear layer. */
        EVERY,
        /** Behind every linear layer but the last. */
        HIDDEN
    }

    private static final int LAYERS = 25;
    private static final int UNITS = 10;
    private static final double LR = 1e-6;

    @Override
    public String title() {
        return "deep linear network";
    }

    @Override
    public String description() {
        return ("25 linear layers of 10 units, no activation, no bias; the sum of squares ‖W25…W1 x − A x‖²"
                        + " over all x, A"
                        + " and x Gaussian; gradient descent on all x, learning rate 1e-6. The paper does not"
                        + " say how many x"
                        + " there are, where it normalises and how it starts: here %,d x, normalised behind %s,"
                        + " %s start,"
                        + " biased variance.")
                .formatted(
                        samples,
                        placement == Placement.EVERY ? "every layer" : "every layer but the last",
                        title(weights));
    }

    private static String title(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public Map<String, String> options() {
        return Map.of(
                "samples", Integer.toString(samples),
                "placement", title(placement),
                "initialization", title(weights));
    }

    @Override
    public double lr() {
        return LR;
    }

    /** From 1/100 to 30 learning rates, as in the paper. */
    @Override
    public double[] stepSizes() {
        return StepSizes.between(LR / 100, 30 * LR);
    }

    @Override
    public Task start(Variant variant, long seed) {
        var random = TorchRandom.seeded(seed);
        var matrix = Tensor.randn(random, UNITS, UNITS);
        var x = Tensor.randn(random, samples, UNITS);
        var batch = new Batch(x, x.matmul(matrix));
        var layers = new ArrayList<Layer>();
        for (int i = 0; i < LAYERS; i++) {
            layers.add(new Linear(UNITS, UNITS, false, weights.initialization(), random));
            if (placement == Placement.EVERY || i < LAYERS - 1) {
                layers.add(new BatchNorm1d(UNITS));
            }
        }
        var batchNorm = new Sequential(layers.toArray(Layer[]::new));
        return new Task(variant.of(batchNorm, random), Objective.sumOfSquares(), () -> batch);
    }
}
