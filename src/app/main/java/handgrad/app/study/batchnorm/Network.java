package handgrad.app.study.batchnorm;

import java.util.Map;

/** A network of the study, and how it is trained: by gradient descent at one learning rate, from given seeds. */
sealed interface Network permits DeepLinear, NamesNetwork, ImageNetwork {
    /** The name on the page and in results. */
    String title();

    /** How it is built and trained, in sentences for the page. */
    String description();

    /** All that its numbers depend on besides variant, seed and number of steps. */
    Map<String, String> options();

    /** The learning rate. */
    double lr();

    /** The step sizes of the landscape, as factors of the gradient. */
    double[] stepSizes();

    /** The model with fresh weights, which are those of every other variant of the seed, and its batches likewise. */
    Task start(Variant variant, long seed);
}
