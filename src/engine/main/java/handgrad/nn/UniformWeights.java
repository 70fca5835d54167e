package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;

/** Uniform draws of {@link Initialization}. */
final class UniformWeights {
    private UniformWeights() {}

    /** Uniform from -bound to bound. */
    static Tensor draw(double bound, TorchRandom random, int... sizes) {
        return Tensor.rand(random, sizes).mul(2 * bound).add(-bound);
    }

    /** {@link Initialization#PYTORCH}, which draws the bias too. */
    static Initialization pytorch() {
        return new Initialization() {
            @Override
            public Tensor weight(int fanIn, int fanOut, TorchRandom random, int... sizes) {
                return draw(bound(fanIn), random, sizes);
            }

            @Override
            public Tensor bias(int fanIn, int size, TorchRandom random) {
                return draw(bound(fanIn), random, size);
            }
        };
    }

    /** Without inputs there is nothing but the bias, which then is 0, as in PyTorch. */
    private static double bound(int fanIn) {
        return fanIn == 0 ? 0 : 1 / Math.sqrt(fanIn);
    }
}
