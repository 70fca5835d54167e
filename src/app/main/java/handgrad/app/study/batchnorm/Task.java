package handgrad.app.study.batchnorm;

import handgrad.data.Batch;
import handgrad.nn.Parameter;
import handgrad.nn.Sequential;
import java.util.List;
import java.util.function.Supplier;

/**
 * A model at its start, and what it has to learn.
 *
 * @param batches gives the next batch, which may overwrite the one before it
 */
record Task(Sequential model, Objective objective, Supplier<Batch> batches) {
    /** The loss of a batch; its gradients then stand in the parameters. */
    double lossAndGradients(Batch batch) {
        double loss = loss(batch);
        model.parameters().forEach(Parameter::zeroGrad);
        model.backward(objective.backward());
        return loss;
    }

    /** The loss of a batch. */
    double loss(Batch batch) {
        return objective.forward(model.forward(batch.x()), batch.y());
    }

    /** The model's layers as the paper counts them. */
    List<Stage> stages() {
        return Stage.of(model);
    }
}
