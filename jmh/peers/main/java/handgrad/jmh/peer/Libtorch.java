package handgrad.jmh.peer;

import handgrad.data.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** libtorch with autograd, on PyTorch's fused operations where there are some, called through JavaCPP. */
public final class Libtorch implements Library {
    @Override
    public String title() {
        return "libtorch";
    }

    @Override
    public String version() {
        try {
            return "libtorch, JavaCPP preset " + Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public boolean supports(Workload workload) {
        return true;
    }

    @Override
    public TrainingStep start(Workload workload, int threads) {
        load(threads);
        return new Network(workload);
    }

    /**
     * Loads libtorch, and has it compute on so many threads. JavaCPP unpacks a library and loads it before it unpacks
     * the next, and the first one needs the one that is unpacked here: where that is not there yet, the dynamic loader
     * takes that of a PyTorch that the system has, which ends the JVM.
     */
    public static void load(int threads) {
        try {
            var library = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/" + System.mapLibraryName("torch_cpu");
            if (Loader.cacheResource(torch.class, library) == null) {
                throw new IllegalStateException("the class path has no " + library);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        torch.set_num_threads(threads);
    }

    /** A part of the network; every tensor is (rows, columns). */
    private interface Operation {
        Tensor apply(Tensor x);
    }

    private static final class Network implements TrainingStep {
        private final List<Operation> operations = new ArrayList<>();
        private final List<Tensor> parameters = new ArrayList<>();
        private final IdentityHashMap<Batch, Tensor[]> batches = new IdentityHashMap<>();
        private final Scalar minusLearningRate = new Scalar(-Workload.LEARNING_RATE);

        Network(Workload workload) {
            int positions = workload.sizes().blockSize();
            int width = 0;
            for (var part : workload.parts()) {
                switch (part) {
                    case Part.Embedding(var table) -> {
                        var weight = parameter(table);
                        width = table.size(1);
                        operations.add(x -> torch.embedding(weight, x).view(-1, weight.size(1)));
                    }
                    case Part.Flatten(int n) -> {
                        long columns = (long) n * width;
                        positions /= n;
                        operations.add(x -> x.view(-1, columns));
                    }
                    case Part.Linear(var weight, var bias) -> {
                        var w = parameter(weight);
                        var b = bias == null ? null : parameter(bias);
                        width = weight.size(1);
                        operations.add(b == null ? x -> torch.mm(x, w) : x -> torch.addmm(b, x, w));
                    }
                    case Part.BatchNorm norm -> {
                        operations.add(batchNorm(norm, (long) workload.batchSize() * positions));
                    }
                    case Part.Tanh() -> operations.add(Tensor::tanh);
                }
            }
        }

        private Operation batchNorm(Part.BatchNorm norm, long n) {
            var gain = parameter(norm.gain());
            var bias = new TensorOptional(parameter(norm.bias()));
            var mean = new TensorOptional(torch.zeros(gain.size(0)));
            var variance = new TensorOptional(torch.ones(gain.size(0)));
            double ratio = (n - 1.0) / n;
            var scale = new Scalar(Math.sqrt(ratio));
            double epsilon = norm.epsilon() * ratio;
            return x -> torch.batch_norm(
                    x,
                    new TensorOptional(gain.mul(scale)),
                    bias,
                    mean,
                    variance,
                    true,
                    norm.momentum(),
                    epsilon,
                    false);
        }

        /** A copy that autograd gives a gradient; (1, features) becomes (features). */
        private Tensor parameter(handgrad.tensor.Tensor value) {
            int[] sizes = value.shape().toArray();
            var copy = torch.tensor(value.floats().clone());
            var shaped = sizes.length == 2 && sizes[0] > 1
                    ? copy.view(sizes[0], sizes[1]).clone()
                    : copy;
            shaped.set_requires_grad(true);
            parameters.add(shaped);
            return shaped;
        }

        private static Tensor indices(handgrad.tensor.Tensor values) {
            long[] longs = new long[values.ints().length];
            for (int i = 0; i < longs.length; i++) {
                longs[i] = values.ints()[i];
            }
            return torch.tensor(longs);
        }

        @Override
        public double run(Batch batch) {
            var pair = batches.computeIfAbsent(batch, b -> new Tensor[] {indices(b.x()), indices(b.y())});
            try (var _ = new PointerScope()) {
                var x = pair[0];
                for (var operation : operations) {
                    x = operation.apply(x);
                }
                var loss = torch.cross_entropy_loss(x, pair[1]);
                loss.backward();
                try (var _ = new NoGradGuard()) {
                    for (var parameter : parameters) {
                        var gradient = parameter.mutable_grad();
                        parameter.add_(gradient, minusLearningRate);
                        gradient.reset();
                    }
                }
                return loss.item_float();
            }
        }
    }
}
