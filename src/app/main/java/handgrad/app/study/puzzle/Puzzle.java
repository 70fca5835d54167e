package handgrad.app.study.puzzle;

import handgrad.nn.Gelu;
import handgrad.nn.Layer;
import handgrad.nn.LeakyRelu;
import handgrad.nn.Parameter;
import handgrad.nn.Relu;
import handgrad.nn.Sigmoid;
import handgrad.nn.Tanh;
import handgrad.optim.Adam;
import handgrad.optim.Optimizer;
import handgrad.optim.Sgd;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A network that is to learn NOT, 0 to 1 and 1 to 0, and how it is trained. Every step sees both examples.
 *
 * @param activation after each hidden layer
 * @param width units of each hidden layer
 * @param depth hidden layers
 * @param start how its weights and biases are drawn
 * @param bias whether its linear layers have biases
 * @param norm what each hidden layer has before its activation
 * @param output after the last linear layer
 * @param loss what the gradient is of
 * @param method how a step is made of the gradient
 * @param lr the learning rate
 */
record Puzzle(
        Activation activation,
        int width,
        int depth,
        StartingWeights start,
        boolean bias,
        Norm norm,
        Output output,
        Loss loss,
        Method method,
        double lr) {
    /** One hidden layer, drawn as PyTorch draws it, trained by gradient descent on the squared error. */
    static Puzzle of(Activation activation, int width) {
        return new Puzzle(
                activation,
                width,
                1,
                StartingWeights.PYTORCH,
                true,
                Norm.NONE,
                Output.LINEAR,
                Loss.SQUARED_ERROR,
                Method.SGD,
                0.1);
    }

    /** What follows a hidden layer. */
    enum Activation {
        RELU("ReLU"),
        /** With a slope of 0.01 below 0. */
        LEAKY_RELU("leaky ReLU"),
        TANH("tanh"),
        SIGMOID("sigmoid"),
        GELU("GELU");

        private final String title;

        Activation(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }

        Layer layer() {
            return switch (this) {
                case RELU -> new Relu();
                case LEAKY_RELU -> new LeakyRelu();
                case TANH -> new Tanh();
                case SIGMOID -> new Sigmoid();
                case GELU -> Gelu.tanh(); // the counts of the study are those of this form
            };
        }

        /** Whether its slope comes near 0 without being 0. */
        boolean saturates() {
            return this != RELU && this != LEAKY_RELU;
        }
    }

    /** Batch normalisation over the two examples, by the biased variance plus 1e-5. */
    enum Norm {
        NONE("none"),
        /** The normalisation alone: PyTorch's {@code affine=False}. */
        PLAIN("BN without gain and bias"),
        /** With a gain and a bias, which are trained. */
        AFFINE("BN");

        private final String title;

        Norm(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /** What follows the last linear layer. */
    enum Output {
        LINEAR,
        RELU,
        SIGMOID
    }

    /** The loss whose gradient is followed, a mean over the two examples. */
    enum Loss {
        SQUARED_ERROR("squared error"),
        /** On what a sigmoid makes of the output: binary cross-entropy with logits. */
        CROSS_ENTROPY("cross-entropy");

        private final String title;

        Loss(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /** An optimiser. */
    enum Method {
        SGD("SGD"),
        ADAM("Adam");

        private final String title;

        Method(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }

        Optimizer of(List<Parameter> parameters) {
            return switch (this) {
                case SGD -> new Sgd(parameters);
                case ADAM -> new Adam(parameters);
            };
        }
    }

    Puzzle withDepth(int layers) {
        return new Puzzle(activation, width, layers, start, bias, norm, output, loss, method, lr);
    }

    Puzzle withStart(StartingWeights other) {
        return new Puzzle(activation, width, depth, other, bias, norm, output, loss, method, lr);
    }

    Puzzle withoutBias() {
        return new Puzzle(activation, width, depth, start, false, norm, output, loss, method, lr);
    }

    Puzzle withNorm(Norm other) {
        return new Puzzle(activation, width, depth, start, bias, other, output, loss, method, lr);
    }

    Puzzle withOutput(Output other) {
        return new Puzzle(activation, width, depth, start, bias, norm, other, loss, method, lr);
    }

    Puzzle withLoss(Loss other) {
        return new Puzzle(activation, width, depth, start, bias, norm, output, other, method, lr);
    }

    Puzzle withMethod(Method other) {
        return new Puzzle(activation, width, depth, start, bias, norm, output, loss, other, lr);
    }

    Puzzle withLr(double rate) {
        return new Puzzle(activation, width, depth, start, bias, norm, output, loss, method, rate);
    }

    /** Everything that the numbers of an experiment on it depend on, but for seeds and steps. */
    Map<String, String> options() {
        return new TreeMap<>(Map.of(
                "activation", activation.name(),
                "width", Integer.toString(width),
                "depth", Integer.toString(depth),
                "start", start.name(),
                "bias", Boolean.toString(bias),
                "norm", norm.name(),
                "output", output.name(),
                "loss", loss.name(),
                "method", method.name(),
                "lr", Double.toString(lr)));
    }

    /**
     * The share of starts from which no hidden unit answers to any input, so that no gradient passes, where there is a
     * closed form; NaN where there is none.
     *
     * <p>Only ReLU has units without a gradient; over the pair, batch normalisation sends one input of a unit above 0.
     * A unit with weight w and bias b is dead when b ≤ 0 and w + b ≤ 0, and the units of a layer are drawn
     * independently. Without a bias at the start, a later layer sees 0 for the input 0, and for the input 1 a vector
     * that is not 0, on which half of all directions are negative: 1 − (1 − 2^−width)^depth, the bound of Lu, Shin, Su
     * and Karniadakis 2019 (https://arxiv.org/abs/1903.06733), which one input attains.
     */
    double bornDead() {
        if (activation != Activation.RELU || norm != Norm.NONE) {
            return 0;
        }
        double unit = bias ? start.deadUnit() : 0.5;
        boolean zeroBias = !bias || start.zeroBias();
        if (start == StartingWeights.ZERO || output == Output.RELU || (depth > 1 && !zeroBias)) {
            return Double.NaN;
        }
        return 1 - Math.pow(1 - Math.pow(unit, width), depth);
    }
}
