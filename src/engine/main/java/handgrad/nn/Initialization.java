package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;

/**
 * How the first weight and bias of a layer are drawn, with the fan-in and fan-out of an output and of an input. The
 * numbers are drawn as PyTorch's {@code torch.nn.init} draws them, in the order of the layer's tensors, which may not
 * be PyTorch's: a weight is (fanIn, fanOut) here.
 *
 * <pre>{@code
 * new Linear(30, 200, true, Initialization.KAIMING_NORMAL, random)
 * new Linear(Initialization.XAVIER_UNIFORM.withGain(5.0 / 3).weight(30, 200, random), null)
 * new Linear(30, 200, true, (fanIn, _, random, sizes) -> Tensor.randn(random, sizes).mul(1.0 / fanIn), random)
 * }</pre>
 */
@FunctionalInterface
public interface Initialization {
    /** The default of PyTorch's Linear and Conv2d: weight and bias uniform from -1/√fanIn to 1/√fanIn. */
    Initialization PYTORCH = UniformWeights.pytorch();

    /** For ReLU (He et al. 2015, https://arxiv.org/abs/1502.01852): normal with deviation √(2 / fanIn), bias 0. */
    Initialization KAIMING_NORMAL =
            (fanIn, _, random, sizes) -> Tensor.randn(random, sizes).mul(Math.sqrt(2.0 / fanIn));

    /** As KAIMING_NORMAL with the same deviation, but uniform: from -√(6 / fanIn) to √(6 / fanIn), bias 0. */
    Initialization KAIMING_UNIFORM =
            (fanIn, _, random, sizes) -> UniformWeights.draw(Math.sqrt(6.0 / fanIn), random, sizes);

    /** Of Glorot and Bengio 2010: normal with deviation √(2 / (fanIn + fanOut)), bias 0. */
    Initialization XAVIER_NORMAL =
            (fanIn, fanOut, random, sizes) -> Tensor.randn(random, sizes).mul(Math.sqrt(2 / ((double) fanIn + fanOut)));

    /** As XAVIER_NORMAL with the same deviation, but uniform: from -√(6 / (fanIn + fanOut)) to that, bias 0. */
    Initialization XAVIER_UNIFORM = (fanIn, fanOut, random, sizes) ->
            UniformWeights.draw(Math.sqrt(6 / ((double) fanIn + fanOut)), random, sizes);

    /**
     * A random rotation (Saxe et al. 2013, https://arxiv.org/abs/1312.6120), bias 0: the columns of the weight have
     * length 1 and are at right angles, or its rows where it has fewer rows. They are made from normal numbers by
     * Gram and Schmidt's method in float64, which gives PyTorch's with its choice of signs. It takes some n³ steps.
     */
    Initialization ORTHOGONAL = (_, _, random, sizes) -> Orthogonal.draw(random, sizes);

    /** Weight and bias 0, where all units of a layer stay alike. */
    Initialization ZEROS = (_, _, _, sizes) -> Tensor.zeros(sizes);

    /** Normal with a given deviation, such as 0.02 in GPT-2, bias 0. */
    static Initialization normal(double deviation) {
        if (!(deviation >= 0) || Double.isInfinite(deviation)) {
            throw new IllegalArgumentException(
                    "normal: the deviation must be at least 0 and finite, it is " + deviation);
        }
        return (_, _, random, sizes) -> Tensor.randn(random, sizes).mul(deviation);
    }

    /**
     * Normal with a given deviation, but nothing outside of -limit to limit, bias 0: PyTorch's {@code trunc_normal_},
     * whose limits are 2 by default, whatever the deviation.
     *
     * @param deviation that of the distribution before it is cut; more than 0
     * @param limit more than 0
     */
    static Initialization truncatedNormal(double deviation, double limit) {
        return new TruncatedNormal(deviation, limit);
    }

    /**
     * A weight of these sizes.
     *
     * @param fanIn the number of inputs that an output is the sum of
     * @param fanOut the number of outputs that an input is part of
     * @return FLOAT32 (sizes)
     */
    Tensor weight(int fanIn, int fanOut, TorchRandom random, int... sizes);

    /** A weight (fanIn, fanOut). */
    default Tensor weight(int fanIn, int fanOut, TorchRandom random) {
        return weight(fanIn, fanOut, random, fanIn, fanOut);
    }

    /**
     * A bias, zeros unless another is said; it uses the random generator only where it is not 0.
     *
     * @return FLOAT32 (size)
     */
    default Tensor bias(int fanIn, int size, TorchRandom random) {
        return Tensor.zeros(size);
    }

    /** This initialisation with weights multiplied by a gain, such as 5/3 before tanh; the bias stays. */
    default Initialization withGain(double gain) {
        return new ScaledInitialization(this, gain);
    }
}
