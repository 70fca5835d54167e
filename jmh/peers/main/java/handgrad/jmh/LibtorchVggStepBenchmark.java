package handgrad.jmh;

import handgrad.data.Batch;
import handgrad.jmh.peer.Libtorch;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.Conv2d;
import handgrad.nn.Flatten;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.MaxPool2d;
import handgrad.nn.Parameter;
import handgrad.nn.Relu;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The step of {@link VggStepBenchmark} by libtorch with autograd, from the same weights on the same batches. Before it
 * is measured its first losses are compared with handgrad's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            Programs.BUNDLED_LIBRARIES
        })
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class LibtorchVggStepBenchmark {
    /** The losses that are compared; later ones drift apart, because sums have another order. */
    private static final int LOSSES = 3;

    private static final double TOLERANCE = 1e-4;

    private List<Tensor[]> batches;
    private List<UnaryOperator<Tensor>> operations;
    private List<Tensor> parameters;
    private Scalar minusLearningRate;
    private int at;

    /** Copies weights and batches, and compares the losses of the first steps. */
    @Setup
    public void copy(VggProblem problem) {
        Libtorch.load(problem.threads);
        minusLearningRate = new Scalar(-VggProblem.LEARNING_RATE);
        batches = problem.batches().stream().map(this::batch).toList();
        build(problem);
        var losses = problem.losses();
        for (int i = 0; i < LOSSES; i++) {
            double loss = libtorch();
            if (!(Math.abs(loss - losses.get(i)) <= TOLERANCE)) {
                throw new IllegalStateException(
                        "the loss of step %d is %.6f, handgrad's is %.6f; it computes something else"
                                .formatted(i, loss, losses.get(i)));
            }
        }
    }

    private Tensor[] batch(Batch batch) {
        var y = IntStream.of(batch.y().ints()).asLongStream().toArray();
        return new Tensor[] {tensor(batch.x()), torch.tensor(y)};
    }

    private static Tensor tensor(handgrad.tensor.Tensor values) {
        long[] sizes = IntStream.of(values.shape().toArray()).asLongStream().toArray();
        return torch.tensor(values.floats().clone()).view(sizes).clone();
    }

    private void build(VggProblem problem) {
        operations = new ArrayList<>();
        parameters = new ArrayList<>();
        problem.build().layers().forEach(layer -> operations.add(operation(layer)));
    }

    private UnaryOperator<Tensor> operation(Layer layer) {
        return switch (layer) {
            case Conv2d convolution -> convolution(convolution);
            case BatchNorm2d norm -> {
                var gain = new TensorOptional(parameter(tensor(norm.weight().value())));
                var bias = new TensorOptional(parameter(tensor(norm.bias().value())));
                var mean = new TensorOptional(tensor(norm.runningMean()));
                var variance = new TensorOptional(tensor(norm.runningSpread()));
                double momentum = norm.options().momentum();
                double epsilon = norm.options().epsilon();
                yield x -> torch.batch_norm(x, gain, bias, mean, variance, true, momentum, epsilon, false);
            }
            case Relu _ -> Tensor::relu;
            case MaxPool2d _ ->
                x -> torch.max_pool2d(
                        x, new long[] {2, 2}, new long[] {2, 2}, new long[] {0, 0}, new long[] {1, 1}, false);
            case Flatten _ -> x -> x.view(x.size(0), -1);
            case Linear linear -> {
                var weight = parameter(tensor(linear.weight().value()));
                var bias = optional(linear.bias());
                yield x -> torch.addmm(bias.get(), x, weight);
            }
            default ->
                throw new IllegalStateException(
                        "libtorch's side has no " + layer.getClass().getSimpleName());
        };
    }

    /** The weight (in/groups·area, out) is PyTorch's (out, in/groups, height, width), flattened and transposed. */
    private UnaryOperator<Tensor> convolution(Conv2d layer) {
        var window = layer.window();
        var flat = tensor(layer.weight().value());
        var weight = parameter(flat.t()
                .contiguous()
                .view(
                        flat.size(1),
                        flat.size(0) / window.area(),
                        window.kernel().height(),
                        window.kernel().width()));
        var bias = optional(layer.bias());
        long[] stride = {window.stride().height(), window.stride().width()};
        long[] padding = {window.padding().height(), window.padding().width()};
        return x -> torch.conv2d(x, weight, bias, stride, padding, new long[] {1, 1}, layer.groups());
    }

    private TensorOptional optional(Parameter bias) {
        return bias == null ? new TensorOptional() : new TensorOptional(parameter(tensor(bias.value())));
    }

    private Tensor parameter(Tensor tensor) {
        tensor.set_requires_grad(true);
        parameters.add(tensor);
        return tensor;
    }

    /** One step; returns the loss of its batch. */
    @Benchmark
    public double libtorch() {
        var batch = batches.get(at++ % batches.size());
        try (var _ = new PointerScope()) {
            var x = batch[0];
            for (var operation : operations) {
                x = operation.apply(x);
            }
            var loss = torch.cross_entropy_loss(x, batch[1]);
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
