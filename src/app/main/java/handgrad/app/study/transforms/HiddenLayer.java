package handgrad.app.study.transforms;

import handgrad.data.Split;
import handgrad.models.LectureModel;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The activations h of the hidden layer of makemore part 3's network, before and after BatchNorm, in one batch: the
 * eigenvalues of hᵀh / n, the largest first.
 *
 * @param before of what goes into BatchNorm
 * @param after of what comes out
 * @param afterTanh of what the last layer gets
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record HiddenLayer(double[] before, double[] after, double[] afterTanh) {
    private static final int ROWS = 1_000;

    /** An eigenvalue below this share of the largest is rounding. */
    private static final double ROUNDING = 1e-20;

    /**
     * Trains with the lecture's seed, batches and first learning rate for so many steps, then looks at a batch in
     * FLOAT64.
     */
    static HiddenLayer of(Split split, int steps) {
        var defaults = LectureModel.MLP_BN.defaults();
        var sizes = defaults.sizes().withVocabulary(split.train().alphabet().size());
        var random = TorchRandom.seeded(defaults.seed());
        if (!(LectureModel.MLP_BN.build(sizes, random) instanceof Sequential network)) {
            throw new IllegalStateException("mlp-bn is no Sequential");
        }
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(network.parameters());
        for (int step = 0; step < steps; step++) {
            var batch = split.train().batch(defaults.batchSize(), random);
            loss.forward(network.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            network.backward(loss.backward());
            sgd.step(defaults.lr());
        }
        network.to(DType.FLOAT64);
        var h = split.train().x().narrow(0, 0, Math.min(ROWS, split.train().size()));
        double[] before = {};
        for (var layer : network.layers()) {
            if (layer instanceof BatchNorm1d) {
                before = eigenvalues(h);
            }
            h = layer.forward(h);
            if (layer instanceof BatchNorm1d) {
                return new HiddenLayer(before, eigenvalues(h), eigenvalues(new Tanh().forward(h)));
            }
        }
        throw new IllegalStateException("mlp-bn has no BatchNorm1d");
    }

    /** How many eigenvalues are more than rounding: the dimensions that the activations fill. */
    static int rank(double[] eigenvalues) {
        return Math.toIntExact(Arrays.stream(eigenvalues)
                .filter(value -> value > ROUNDING * eigenvalues[0])
                .count());
    }

    /** The condition number within these dimensions. */
    static double condition(double[] eigenvalues) {
        return eigenvalues[0] / eigenvalues[rank(eigenvalues) - 1];
    }

    /** The squares of the singular values of h, over n: exacter than the eigenvalues of the product. */
    private static double[] eigenvalues(Tensor h) {
        var matrix = new Array2DRowRealMatrix(h.size(0), h.size(1));
        for (int i = 0; i < h.size(0); i++) {
            for (int j = 0; j < h.size(1); j++) {
                matrix.setEntry(i, j, h.get(i, j));
            }
        }
        return Arrays.stream(new SingularValueDecomposition(matrix).getSingularValues())
                .map(sigma -> sigma * sigma / h.size(0))
                .toArray();
    }
}
