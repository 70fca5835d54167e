package handgrad.examples;

import handgrad.data.Dataset;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Sequential;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;

/** The loss of a model over a whole data set. */
final class Evaluation {
    /** Rows at a time: enough for fast products, few enough for their results to stay in the cache. */
    private static final int ROWS = 1024;

    private Evaluation() {}

    /** The mean loss over all rows, in evaluation mode; leaves the model in training mode. */
    static double loss(Sequential model, Dataset data) {
        model.train(false);
        var loss = new CrossEntropyLoss();
        double sum = 0;
        for (int from = 0; from < data.size(); from += ROWS) {
            int rows = Math.min(ROWS, data.size() - from);
            sum += rows * loss.forward(model.forward(rows(data.x(), from, rows)), rows(data.y(), from, rows));
        }
        model.train(true);
        return sum / data.size();
    }

    /** A copy of some rows of INT32 x (N, …). */
    private static Tensor rows(Tensor x, int from, int count) {
        var part = Tensor.zeros(DType.INT32, x.shape().with(0, count));
        int width = x.shape().elements(1, x.shape().rank());
        System.arraycopy(x.ints(), from * width, part.ints(), 0, count * width);
        return part;
    }
}
