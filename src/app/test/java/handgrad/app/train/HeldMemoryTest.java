package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.data.Batch;
import handgrad.diagnostics.MemoryEstimate;
import handgrad.models.LectureModel;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.Conv2d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Dropout;
import handgrad.nn.Flatten;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.MaxPool2d;
import handgrad.nn.Parameter;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.optim.Adam;
import handgrad.optim.Optimizer;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is estimated is what the arrays of a training take, as the JVM counts them. */
class HeldMemoryTest {
    private static final Pattern ARRAYS = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +\\[[FDI] ");

    @ParameterizedTest
    @EnumSource
    void of_each_lecture_model(LectureModel model) throws Exception {
        int rows = model.isBigram() ? 20_000 : model.isConvolution() ? 16 : 1_000;
        var options = TrainOptions.lecture(model, TrainOptions.BUNDLED);
        int seen = options.blockSize();
        IntFunction<Batch> batches =
                n -> model.isConvolution() ? batch(n * Trainer.CROP, n, Trainer.CROP + seen - 1) : batch(n, n, seen);
        compare(() -> options.network(TorchRandom.seeded(1)), model::optimizer, batches, rows);
    }

    private static Batch batch(int targets, int... inputs) {
        return new Batch(Tensor.zeros(DType.INT32, Shape.of(inputs)), Tensor.zeros(DType.INT32, Shape.of(targets)));
    }

    @Test
    void of_a_perceptron_with_adam() throws Exception {
        compare(
                () -> {
                    var random = TorchRandom.seeded(1);
                    return new Sequential(
                            new Linear(784, 300, random),
                            new Relu(),
                            new Dropout(0.5, random),
                            new Linear(300, 10, random));
                },
                Adam::new,
                n -> new Batch(Tensor.zeros(n, 784), Tensor.zeros(DType.INT32, Shape.of(n))),
                500);
    }

    @Test
    void of_wide_convolutions_with_adam() throws Exception {
        compare(
                () -> {
                    var random = TorchRandom.seeded(1);
                    return new Sequential(
                            new Conv2d(64, 256, 3, random),
                            new Relu(),
                            new Conv2d(256, 256, 3, random),
                            new Flatten(1, 3),
                            new Linear(256 * 16, 10, random));
                },
                Adam::new,
                n -> new Batch(Tensor.zeros(n, 64, 8, 8), Tensor.zeros(DType.INT32, Shape.of(n))),
                16);
    }

    @Test
    void of_a_convolutional_network_with_adam() throws Exception {
        compare(
                () -> {
                    var random = TorchRandom.seeded(1);
                    return new Sequential(
                            new Conv2d(1, 16, 3, random),
                            new BatchNorm2d(16),
                            new Relu(),
                            new MaxPool2d(2),
                            new Flatten(1, 3),
                            new Linear(16 * 13 * 13, 10, random));
                },
                Adam::new,
                n -> new Batch(Tensor.zeros(n, 1, 28, 28), Tensor.zeros(DType.INT32, Shape.of(n))),
                64);
    }

    private static void compare(
            Supplier<Layer> newModel,
            Function<List<Parameter>, Optimizer> newOptimizer,
            IntFunction<Batch> batches,
            int rows)
            throws Exception {
        var estimate = MemoryEstimate.of(newModel, newOptimizer, new CrossEntropyLoss(), batches, rows);
        // In a thread of its own, which has nothing from earlier tests.
        try (var thread = Executors.newSingleThreadExecutor()) {
            long held = thread.submit(() -> held(newModel, newOptimizer, batches, rows))
                    .get();
            assertThat((double) estimate.total()).isBetween(0.9 * held, 1.1 * held);
        }
    }

    private static long held(
            Supplier<Layer> newModel,
            Function<List<Parameter>, Optimizer> newOptimizer,
            IntFunction<Batch> batches,
            int rows)
            throws Exception {
        long before = arrays();
        var model = newModel.get();
        var optimizer = newOptimizer.apply(model.parameters());
        var loss = new CrossEntropyLoss();
        var batch = batches.apply(rows);
        try {
            for (int step = 0; step < 2; step++) {
                loss.forward(model.forward(batch.x()), batch.y());
                optimizer.zeroGrad();
                model.backward(loss.backward());
                optimizer.step(0.001);
            }
            return arrays() - before;
        } finally {
            for (var used : List.of(model, optimizer, loss, batch)) {
                Reference.reachabilityFence(used);
            }
        }
    }

    /** The bytes of all arrays of numbers that something still refers to. */
    private static long arrays() throws Exception {
        var histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return ARRAYS.matcher(histogram)
                .results()
                .mapToLong(row -> Long.parseLong(row.group(1)))
                .sum();
    }
}
