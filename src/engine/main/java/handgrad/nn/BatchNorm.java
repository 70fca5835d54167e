package handgrad.nn;

import handgrad.tensor.Tensor;

/**
 * Batch normalisation: {@link BatchNorm1d} of features, {@link BatchNorm2d} of the channels of images.
 *
 * <p>In training it uses the mean and variance of the batch and moves the running statistics towards them; in
 * evaluation it uses the running statistics. Where PyTorch, Keras and the lectures differ, {@link BatchNormOptions} has
 * an option.
 */
public sealed interface BatchNorm extends Layer permits BatchNorm1d, BatchNorm2d {
    /** What the methods here are made of. */
    BatchNormState state();

    /** The conventions. */
    default BatchNormOptions options() {
        return state().options;
    }

    /** Whether the layer normalises by the batch, as in training, or by the running statistics. */
    default boolean isTraining() {
        return state().parts.isTraining();
    }

    /** The weight γ, (features). */
    default Parameter weight() {
        return state().weight;
    }

    /** The bias β, (features). */
    default Parameter bias() {
        return state().bias;
    }

    /** The running mean, (features); (L, features) where each position has its own. */
    default Tensor runningMean() {
        return state().running.mean();
    }

    /** The running variance or deviation, as the options say, of the shape of the running mean. */
    default Tensor runningSpread() {
        return state().running.spread();
    }

    /** weight, bias, running_mean and running_var, or running_std where the options follow the deviation. */
    @Override
    default Parts parts() {
        return state().parts;
    }
}
