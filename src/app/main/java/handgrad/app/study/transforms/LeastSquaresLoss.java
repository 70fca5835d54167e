package handgrad.app.study.transforms;

import handgrad.tensor.Tensor;

/** Half the mean squared error: its second derivative in the weights of a linear model on X is XᵀX / n. */
final class LeastSquaresLoss {
    private Tensor difference = Tensor.zeros(0, 1);

    /** loss = Σ (out - y)² / 2n, over the n rows; out and y are (n, 1). Keeps out - y for backward. */
    double forward(Tensor out, Tensor y) {
        difference = out.sub(y);
        double sum = 0;
        for (int i = 0; i < difference.size(0); i++) {
            double d = difference.getFlat(i);
            sum += d * d;
        }
        return sum / (2 * difference.size(0));
    }

    /** dOut = (out - y) / n. */
    Tensor backward() {
        return difference.div(difference.size(0));
    }
}
