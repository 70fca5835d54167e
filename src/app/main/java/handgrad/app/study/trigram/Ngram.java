package handgrad.app.study.trigram;

import handgrad.models.Counts;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;

/**
 * A model of characters that is a table: for each context one row of log-probabilities. It is found either by counting
 * or by gradient descent, and both have one number that keeps it from believing its counts: a smoothing added to each,
 * or a penalty on the squares of the weights.
 *
 * @param strength the smoothing or the penalty
 * @param logProbabilities (Vᵀ, V) of V symbols for contexts of T characters, FLOAT64
 */
record Ngram(double strength, Tensor logProbabilities) {
    /** Part 1's learning rate. */
    private static final double LR = 50;

    /** The shares of the counts, each increased by a smoothing of at least 0. */
    static Ngram counted(Counts train, double smoothing) {
        return new Ngram(smoothing, train.logProbabilities(smoothing));
    }

    /**
     * Part 1's network of one layer, trained on all rows at every step from weights of zero.
     *
     * <p>A row of the data adds to the loss what any other row of the same context and next character adds, so the sums
     * over the rows are sums over the counts; the steps are those of the network on the rows, up to rounding.
     *
     * <pre>
     * loss = -Σ counts ∘ ln softmax(W) / N + penalty · mean(W²)
     * dW = (softmax(W) ∘ Σ over next of counts - counts) / N + 2 · penalty / n · W
     * </pre>
     *
     * N is the number of rows, n the number of weights.
     */
    static Ngram network(Counts train, double penalty, int steps) {
        var counts = train.counts();
        var contexts = counts.sum(1, true);
        var weight = Tensor.zeros(DType.FLOAT64, counts.shape());
        double decay = 2 * penalty / weight.shape().elements();
        for (int step = 0; step < steps; step++) {
            var odds = weight.exp();
            var softmax = odds.div(odds.sum(1, true));
            var dWeight = softmax.mul(contexts).sub(counts).div(train.rows()).add(weight.mul(decay));
            weight = weight.sub(dWeight.mul(LR));
        }
        return new Ngram(penalty, weight.sub(weight.exp().sum(1, true).log()));
    }

    /** The mean negative log-probability of these rows. */
    double loss(Counts data) {
        return data.loss(logProbabilities);
    }
}
