package handgrad.app.study.transforms;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.optim.Sgd;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;

/**
 * BatchNorm and a linear layer on the raw features, every parameter trained: the gain and the bias of BatchNorm too. A
 * weight then counts only together with its gain, so the loss is no longer quadratic, and no eigenvalue at the start
 * predicts it all the way.
 *
 * @param largestStep the largest step size with which the error is no larger after {@value #STABLE_STEPS} steps from
 *     weights of zero, gain 1 and bias 0
 * @param steps to a millionth of the error of the predictions with half of this step size; -1 where the limit came
 *     first
 */
record BatchNormModel(double largestStep, long steps) {
    private static final int STABLE_STEPS = 200;
    private static final double DIVERGED = 1e3;

    /** Measures it on these rows as one batch. */
    static BatchNormModel of(Observations train, long limit) {
        var x = Transform.tensor(train.columns());
        // The error is that against the best predictions, as everywhere; least squares reaches them in one go.
        // Standardised features give the same predictions, also where float64 cannot tell a raw one from a constant.
        double[][] columns = Transform.STANDARDISED.fit(train.columns()).apply(train.columns());
        double[] best = Design.matrix(columns).operate(Design.of(columns).fit(train.y()));
        var y = Tensor.of(best, best.length, 1);
        if (new Run(x, y).first == 0) {
            return new BatchNormModel(Double.POSITIVE_INFINITY, 0); // weights of zero are best
        }
        double largestStep = GradientDescent.largest(lr -> errorAfter(x, y, lr));
        return new BatchNormModel(largestStep, steps(x, y, largestStep / 2, limit));
    }

    private static long steps(Tensor x, Tensor y, double lr, long limit) {
        var run = new Run(x, y);
        for (long step = 0; step <= limit && run.error() < DIVERGED; step++) {
            if (run.error() <= GradientDescent.TARGET) {
                return step;
            }
            run.step(lr);
        }
        return -1;
    }

    private static double errorAfter(Tensor x, Tensor y, double lr) {
        var run = new Run(x, y);
        for (int step = 0; step < STABLE_STEPS && run.error() < DIVERGED; step++) {
            run.step(lr);
        }
        return run.error();
    }

    private static final class Run {
        private final Tensor x;
        private final Tensor y;
        private final Sequential model;
        private final LeastSquaresLoss loss = new LeastSquaresLoss();
        private final Sgd sgd;
        private final double first;
        private double value;

        Run(Tensor x, Tensor y) {
            this.x = x;
            this.y = y;
            model = new Sequential(new BatchNorm1d(x.size(1)), new Linear(Tensor.zeros(x.size(1), 1), Tensor.zeros(1)));
            model.to(DType.FLOAT64);
            sgd = new Sgd(model.parameters());
            first = loss.forward(model.forward(x), y);
            value = first;
        }

        double error() {
            return Math.sqrt(value / first);
        }

        void step(double lr) {
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(lr);
            value = loss.forward(model.forward(x), y);
        }
    }
}
