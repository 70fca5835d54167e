import handgrad.check.GradientCheck;
import handgrad.nn.Layer;
import handgrad.nn.MseLoss;
import handgrad.nn.Parameter;
import handgrad.nn.Parts;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;

/** A program on the class path: a layer of its own, checked and trained. */
public final class Consumer {
    /** out = weight ∘ x. */
    static final class Scale implements Layer {
        private final Parts parts = new Parts();
        private final Parameter weight = parts.add(new Parameter("weight", Tensor.ones(3)));
        private Tensor x = Tensor.zeros(1, 3);

        @Override
        public Tensor forward(Tensor x) {
            this.x = x;
            return x.mul(weight.value());
        }

        /** dWeight += Σ over rows of x ∘ dOut; dX = weight ∘ dOut. */
        @Override
        public Tensor backward(Tensor dOut) {
            weight.grad().addInPlace(x.mul(dOut).sum(0));
            return weight.value().mul(dOut);
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    /** Prints what it runs on; ends with 1 where the training does not find the factors. */
    public static void main(String[] arguments) {
        var random = TorchRandom.seeded(1);
        var factors = Tensor.of(new float[] {2, -1, 0.5f}, 3);
        var scale = new Scale();
        var sgd = new Sgd(scale.parameters());
        var loss = new MseLoss();
        for (int step = 0; step < 200; step++) {
            var x = Tensor.randn(random, 8, 3);
            loss.forward(scale.forward(x), x.mul(factors));
            sgd.zeroGrad();
            scale.backward(loss.backward());
            sgd.step(0.5);
        }
        double error = scale.weight.value().sub(factors).abs().sum().item();
        GradientCheck.of(new Scale()).input(Tensor.randn(random, 4, 3)).assertPasses();
        System.out.println("handgrad " + Backend.version() + ", " + Backend.vectors() + ", " + Backend.blas());
        if (!(error < 1e-3)) {
            System.err.println("the factors are wrong by " + error);
            System.exit(1);
        }
    }
}
