package handgrad.jmh.gpt;

import handgrad.data.Batch;
import handgrad.jmh.peer.TrainingStep;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Gpt;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.tensor.Backend;

/** handgrad itself. */
final class HandgradGpt implements GptPeer {
    @Override
    public String title() {
        return "handgrad";
    }

    @Override
    public String version() {
        return Backend.vectors() + "; " + Backend.blas();
    }

    @Override
    public Step start(GptWorkload workload, int threads) {
        Backend.setThreads(threads);
        return new Step(workload);
    }

    /** A step; its matrix products can be done alone afterwards. */
    static final class Step implements TrainingStep {
        private final GptWorkload workload;
        private final Gpt model;
        private final CrossEntropyLoss loss = CrossEntropyLoss.inPlace();
        private final AdamW adam;

        private Step(GptWorkload workload) {
            this.workload = workload;
            model = workload.build();
            var options = AdamOptions.PYTORCH
                    .withBetas(GptWorkload.BETA1, GptWorkload.BETA2)
                    .withEpsilon(GptWorkload.EPSILON);
            adam = new AdamW(model.parameters(), options);
        }

        @Override
        public double run(Batch batch) {
            double value = loss.forward(model.forward(batch.x()), batch.y());
            adam.zeroGrad();
            model.backward(loss.backward());
            adam.step(workload.learningRate());
            return value;
        }

        /** The products of a step, on the weights of the model. */
        GptProducts products() {
            return new GptProducts(model, workload.batchSize(), workload.positions());
        }
    }
}
