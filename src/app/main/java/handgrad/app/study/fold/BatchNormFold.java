package handgrad.app.study.fold;

import handgrad.app.train.Evaluation;
import handgrad.data.Split;
import handgrad.models.LectureModel;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.FoldedLinear;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;

/**
 * A trained model, and the same with each batch normalisation folded into the linear layer before it.
 *
 * @param model the model
 * @param norms how many batch normalisations were folded
 * @param parameters how many parameters the model has
 * @param foldedParameters how many are left
 * @param dev the loss on dev
 * @param foldedDev the loss of the folded model on dev
 * @param largestLogit the largest logit on the rows that are compared, in size
 * @param difference32 the largest difference of two logits on these rows in float32
 * @param difference64 the same in float64
 */
record BatchNormFold(
        LectureModel model,
        int norms,
        long parameters,
        long foldedParameters,
        double dev,
        double foldedDev,
        double largestLogit,
        double difference32,
        double difference64) {
    private static final int ROWS = 4096;

    /** Trains with the lecture's seed, batches and first learning rate, then folds. */
    static BatchNormFold run(LectureModel model, Split split, int steps) {
        var defaults = model.defaults();
        var sizes = defaults.sizes().withVocabulary(split.train().alphabet().size());
        var random = TorchRandom.seeded(defaults.seed());
        if (!(model.build(sizes, random) instanceof Sequential network)) {
            throw new IllegalArgumentException(model.title() + " is no Sequential");
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
        var folded = fold(network);
        double dev = Evaluation.loss("dev", network, split.dev());
        double foldedDev = Evaluation.loss("dev", folded, split.dev());
        var rows = split.dev().x().narrow(0, 0, Math.min(ROWS, split.dev().size()));
        // The two share layers, and so the tensors that these return.
        var logits = network.forward(rows).copy();
        double largestLogit = largest(logits);
        double difference32 = largest(folded.forward(rows).sub(logits));
        network.to(DType.FLOAT64);
        double difference64 = largest(fold(network).forward(rows).copy().sub(network.forward(rows)));
        return new BatchNormFold(
                model,
                network.layers().size() - folded.layers().size(),
                network.parameterCount(),
                folded.parameterCount(),
                dev,
                foldedDev,
                largestLogit,
                difference32,
                difference64);
    }

    /** The layers, each linear layer and the batch normalisation right after it as one; shares the other layers. */
    private static Sequential fold(Sequential network) {
        var layers = new ArrayList<Layer>();
        for (var layer : network.layers()) {
            if (layer instanceof BatchNorm1d norm && !layers.isEmpty() && layers.getLast() instanceof Linear linear) {
                layers.set(layers.size() - 1, FoldedLinear.of(linear, norm));
            } else {
                layers.add(layer);
            }
        }
        return new Sequential(layers.toArray(Layer[]::new));
    }

    private static double largest(Tensor tensor) {
        return tensor.reshape(tensor.shape().elements()).abs().max(0, false).item();
    }
}
