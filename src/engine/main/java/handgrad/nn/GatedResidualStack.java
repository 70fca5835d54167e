package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Sequences;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The dilated residual blocks of WaveNet (van den Oord et al. 2016, https://arxiv.org/abs/1609.03499), from (N, T,
 * channels) to the sum of their skip connections, (N, T', skipChannels), where T' = T - Σ dilations.
 *
 * <p>Block i convolves with kernel size 2 and its dilation, to filter and gate side by side, and activates: z_i = tanh
 * f ∘ σ(g). Its 1x1 convolution, a {@link Linear}, is added to the input to become the next block's input; the last
 * block has no next, so it has none.
 *
 * <p>A block without padding has fewer outputs than inputs, so the last positions of its input and, for the skip
 * connections, of its z are taken. The sum of the 1x1 skip convolutions is one product: the z side by side times their
 * weights one above the other.
 */
public final class GatedResidualStack implements Layer {
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("GatedResidualStack", parts);
    private final int channels;
    private final List<CausalConv1d> convolutions = new ArrayList<>();
    private final List<GatedActivation> activations = new ArrayList<>();
    private final List<Linear> residuals = new ArrayList<>();
    private final Linear skip;

    private final Tensor[] z;
    private final @Nullable Tensor[] inputs;
    private @Nullable Tensor sideBySide;
    private @Nullable Tensor dLast;

    /**
     * A stack with a block for each dilation; weights from the normal distribution with deviation 1/√fanIn, biases
     * zeros.
     *
     * @param dilations each at least 1, at least one
     */
    public GatedResidualStack(int channels, int skipChannels, int[] dilations, TorchRandom random) {
        if (dilations.length == 0) {
            throw new IllegalArgumentException("GatedResidualStack: wants at least one dilation");
        }
        this.channels = channels;
        for (int i = 0; i < dilations.length; i++) {
            convolutions.add(parts.add(
                    i + ".convolution",
                    new CausalConv1d(
                            channels,
                            Shape.of("GatedResidualStack", 2, channels).elements(),
                            dilations[i],
                            true,
                            random)));
            activations.add(parts.add(i + ".activation", new GatedActivation()));
            if (i < dilations.length - 1) {
                residuals.add(parts.add(i + ".residual", new Linear(channels, channels, random)));
            }
        }
        skip = parts.add(
                "skip",
                new Linear(
                        Shape.of("GatedResidualStack", dilations.length, channels)
                                .elements(),
                        skipChannels,
                        random));
        z = new Tensor[dilations.length];
        inputs = new Tensor[dilations.length];
    }

    /**
     * With x_0 = x and x[-T':] the last T' positions of x:
     *
     * <pre>
     * z_i = activation(convolution_i(x_i));  x_{i+1} = x_i[-T_i:] + residual_i(z_i);  out = Σ skip_i(z_i[-T':])
     * </pre>
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            var in = x;
            for (int i = 0; i < z.length; i++) {
                z[i] = activations.get(i).forward(convolutions.get(i).forward(in));
                if (i < residuals.size()) {
                    var residual = residuals.get(i).forward(z[i]);
                    var sum = Buffers.like(residual, inputs[i + 1]);
                    Sequences.crop(in, 0, sum);
                    Updates.addScaled(sum, 1, residual);
                    inputs[i + 1] = sum;
                    in = sum;
                }
            }
            sideBySide = Buffers.withLast(z[z.length - 1], z.length * channels, sideBySide);
            for (int i = 0; i < z.length; i++) {
                Sequences.crop(z[i], i * channels, sideBySide);
            }
            return pass.passedOn(skip.forward(sideBySide));
        }
    }

    /**
     * From the last block to the first, each z from the skip connection and the residual, each x from the convolution
     * and the sum. With dS_i the gradient of z_i[-T':] that the skip connections give:
     *
     * <pre>
     * dz_i = residual_iᵀ(dx_{i+1}), + dS_i in the last T' positions
     * dx_i = convolution_iᵀ(activationᵀ(dz_i)), + dx_{i+1} in the last T_i positions
     * </pre>
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var _ = passes.backward(dOut)) {
            var dSideBySide = skip.backward(dOut);
            int last = z.length - 1;
            dLast = Buffers.like(z[last], dLast);
            var dX = backward(last, dLast.fill(0), dSideBySide);
            for (int i = last - 1; i >= 0; i--) {
                var dNext = dX;
                dX = backward(i, residuals.get(i).backward(dNext), dSideBySide);
                Sequences.cropBackward(dNext, 0, dX);
            }
            return dX;
        }
    }

    /**
     * The gradient of block i's input but for the sum, from the part of dz_i that the residual gives, which it
     * completes.
     */
    private Tensor backward(int i, Tensor dZ, Tensor dSideBySide) {
        Sequences.cropBackward(dSideBySide, i * channels, dZ);
        return convolutions.get(i).backward(activations.get(i).backward(dZ));
    }

    /** The parameters as {@code 0.convolution.weight}, {@code 0.residual.bias}, … and {@code skip.weight}. */
    @Override
    public Parts parts() {
        return parts;
    }
}
