package handgrad.app.study.batchnorm;

/**
 * What a {@link Probe} measured at one step. Lists have a number for each layer but the first, before which nothing
 * moves.
 *
 * @param difference ‖G - G'‖₂ of the layer's weight, the internal covariate shift of the paper
 * @param cosine that of the angle between G and G'
 * @param drift how far the step moves the distribution of the layer's input: with mean and deviation of each unit
 *     before and after, √(Σ (Δmean² + Δdeviation²) / Σ deviation²)
 * @param gradient ‖g‖₂ over all parameters
 * @param lowestLoss the least loss along the gradient
 * @param highestLoss the greatest
 * @param lowestChange the least ‖g - g(θ')‖₂ along the gradient
 * @param highestChange the greatest
 * @param smoothness the greatest ‖g - g(θ')‖₂ / ‖θ - θ'‖₂, the effective β
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record ProbeResult(
        double[] difference,
        double[] cosine,
        double[] drift,
        double gradient,
        double lowestLoss,
        double highestLoss,
        double lowestChange,
        double highestChange,
        double smoothness) {}
