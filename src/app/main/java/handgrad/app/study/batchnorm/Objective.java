package handgrad.app.study.batchnorm;

import handgrad.nn.CrossEntropyLoss;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What a network minimises: a loss and its gradient. */
interface Objective {
    /** The loss of an output against what it should be. */
    double forward(Tensor output, Tensor target);

    /** The gradient of the last loss with respect to the output. */
    Tensor backward();

    /** The mean cross-entropy of logits against classes. */
    static Objective crossEntropy() {
        var loss = new CrossEntropyLoss();
        return new Objective() {
            @Override
            public double forward(Tensor output, Tensor target) {
                return loss.forward(output, target);
            }

            @Override
            public Tensor backward() {
                return loss.backward();
            }
        };
    }

    /** Σ (output - target)² over all elements. */
    static Objective sumOfSquares() {
        return new Objective() {
            private @Nullable Tensor difference;

            @Override
            public double forward(Tensor output, Tensor target) {
                difference = output.sub(target);
                return difference.mul(difference).sum().item();
            }

            // d = 2 (output - target)
            @Override
            public Tensor backward() {
                if (difference == null) {
                    throw new IllegalStateException("sumOfSquares.backward: call forward first");
                }
                return difference.mul(2);
            }
        };
    }
}
