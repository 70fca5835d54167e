package handgrad.app.study.batchnorm;

import handgrad.nn.Layer;
import handgrad.nn.Parts;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The noise that Santurkar et al. 2018 (appendix A) add behind each batch normalisation, to bring back a shift that
 * changes at every step. For each unit μ is uniform from -½ to ½ and σ from 1 to 1.25; then each element gets a factor
 * of its own, normal with mean σ and deviation 0.1, and a summand, uniform within 0.1 of μ. Each pixel of a channel is
 * an element of one unit.
 */
final class Noise implements Layer {
    private static final double SHIFT = 0.5;
    private static final double SMALLEST_SCALE = 1;
    private static final double LARGEST_SCALE = 1.25;
    private static final double JITTER = 0.1;

    private final TorchRandom random;
    private boolean held;
    private @Nullable Drawn drawn;

    private record Drawn(Tensor factor, Tensor summand) {}

    Noise(TorchRandom random) {
        this.random = random;
    }

    /**
     * Keeps the noise of the last forward for those that follow, or ends that; so a loss can be asked for at many
     * points.
     */
    void hold(boolean hold) {
        held = hold;
    }

    /** out = factor ∘ x + summand, of the shape of x, (N, units) or (N, channels, height, width). */
    @Override
    public Tensor forward(Tensor x) {
        var noise = held && drawn != null ? drawn : draw(x);
        drawn = noise;
        return x.mul(noise.factor).add(noise.summand);
    }

    private Drawn draw(Tensor x) {
        int[] sizes = x.shape().toArray();
        int[] units = sizes.clone();
        for (int d = 0; d < units.length; d++) {
            units[d] = d == 1 ? sizes[d] : 1;
        }
        var shift = uniform(-SHIFT, SHIFT, units);
        var scale = uniform(SMALLEST_SCALE, LARGEST_SCALE, units);
        var summand = uniform(-JITTER, JITTER, sizes).add(shift);
        var factor = Tensor.randn(random, sizes).mul(JITTER).add(scale);
        return new Drawn(factor.to(x.dtype()), summand.to(x.dtype()));
    }

    private Tensor uniform(double low, double high, int... sizes) {
        return Tensor.rand(random, sizes).mul(high - low).add(low);
    }

    /** dX = factor ∘ dOut. */
    @Override
    public Tensor backward(Tensor dOut) {
        if (drawn == null) {
            throw new IllegalStateException("Noise.backward: call forward first");
        }
        return dOut.mul(drawn.factor);
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
