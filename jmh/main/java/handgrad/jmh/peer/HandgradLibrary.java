package handgrad.jmh.peer;

import handgrad.nn.CrossEntropyLoss;
import handgrad.optim.Sgd;
import handgrad.tensor.Backend;

/** handgrad itself. */
final class HandgradLibrary implements Library {
    @Override
    public String title() {
        return "handgrad";
    }

    @Override
    public String version() {
        return Backend.vectors() + "; " + Backend.blas();
    }

    @Override
    public boolean supports(Workload workload) {
        return true;
    }

    @Override
    public TrainingStep start(Workload workload, int threads) {
        Backend.setThreads(threads);
        var model = workload.build();
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        return batch -> {
            double value = loss.forward(model.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(Workload.LEARNING_RATE);
            return value;
        };
    }
}
