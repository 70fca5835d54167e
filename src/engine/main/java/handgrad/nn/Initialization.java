package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;

/**
 * How the first weight and bias of a layer are drawn, with the fan-in and fan-out of an output and of an input. The
 * numbers are drawn as PyTorch draws them, in the order of the layer's tensors, which may not be PyTorch's.
 */
public enum Initialization {
    /** The default of PyTorch's Linear and Conv2d: weight and bias uniform from -1/√fanIn to 1/√fanIn. */
    PYTORCH,
    /** For ReLU (He et al. 2015, https://arxiv.org/abs/1502.01852): normal with deviation √(2 / fanIn), bias 0. */
    KAIMING_NORMAL,
    /** As KAIMING_NORMAL with the same deviation, but uniform: from -√(6 / fanIn) to √(6 / fanIn), bias 0. */
    KAIMING_UNIFORM,
    /** Of Glorot and Bengio 2010: normal with deviation √(2 / (fanIn + fanOut)), bias 0. */
    XAVIER_NORMAL,
    /** As XAVIER_NORMAL with the same deviation, but uniform: from -√(6 / (fanIn + fanOut)) to that, bias 0. */
    XAVIER_UNIFORM,
    /** Weight and bias 0, where all units of a layer stay alike. */
    ZEROS;

    /** A weight of these sizes. */
    Tensor weight(int fanIn, int fanOut, TorchRandom random, int... sizes) {
        return switch (this) {
            case PYTORCH -> uniform(pytorchBound(fanIn), random, sizes);
            case KAIMING_NORMAL -> Tensor.randn(random, sizes).mul(Math.sqrt(2.0 / fanIn));
            case KAIMING_UNIFORM -> uniform(Math.sqrt(6.0 / fanIn), random, sizes);
            case XAVIER_NORMAL -> Tensor.randn(random, sizes).mul(Math.sqrt(2 / ((double) fanIn + fanOut)));
            case XAVIER_UNIFORM -> uniform(Math.sqrt(6 / ((double) fanIn + fanOut)), random, sizes);
            case ZEROS -> Tensor.zeros(sizes);
        };
    }

    /** A bias of this size, which uses the random generator only where it is not 0. */
    Tensor bias(int fanIn, int size, TorchRandom random) {
        return this == PYTORCH ? uniform(pytorchBound(fanIn), random, size) : Tensor.zeros(size);
    }

    /** Without inputs there is nothing but the bias, which then is 0, as in PyTorch. */
    private static double pytorchBound(int fanIn) {
        return fanIn == 0 ? 0 : 1 / Math.sqrt(fanIn);
    }

    private static Tensor uniform(double bound, TorchRandom random, int... sizes) {
        return Tensor.rand(random, sizes).mul(2 * bound).add(-bound);
    }
}
