package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;

/** An initialisation whose weights are multiplied by a gain: {@link Initialization#withGain}. */
record ScaledInitialization(Initialization initialization, double gain) implements Initialization {
    ScaledInitialization {
        if (!Double.isFinite(gain)) {
            throw new IllegalArgumentException("withGain: the gain must be finite, it is " + gain);
        }
    }

    @Override
    public Tensor weight(int fanIn, int fanOut, TorchRandom random, int... sizes) {
        return initialization.weight(fanIn, fanOut, random, sizes).mul(gain);
    }

    @Override
    public Tensor bias(int fanIn, int size, TorchRandom random) {
        return initialization.bias(fanIn, size, random);
    }
}
