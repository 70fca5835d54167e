package consumer;

import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Linear;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;

/** Learns which of four numbers is the largest. */
public final class ModuleConsumer {
    private ModuleConsumer() {}

    /** Prints what it runs on; ends with 1 where the training does not bring the loss down. */
    public static void main(String[] arguments) {
        var random = TorchRandom.seeded(1);
        var model = new Sequential(new Linear(4, 64, random), new Relu(), new Linear(64, 4, random));
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        double last = Double.NaN;
        for (int step = 0; step < 300; step++) {
            var x = Tensor.randn(random, 64, 4);
            last = loss.forward(model.forward(x), x.argmax(1));
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(0.1);
        }
        System.out.println("handgrad " + Backend.version() + ", " + Backend.vectors() + ", " + Backend.blas());
        if (!(last < 0.5)) {
            System.err.println("the loss is " + last);
            System.exit(1);
        }
    }
}
