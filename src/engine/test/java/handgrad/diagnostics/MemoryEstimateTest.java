package handgrad.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.data.Batch;
import handgrad.nn.Conv2d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Flatten;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Parts;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.optim.Adam;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.TensorMemory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class MemoryEstimateTest {
    /** The number of steps that an optimiser keeps, one INT32. */
    private static final long STEP = 24;

    private static Layer perceptron() {
        var random = TorchRandom.seeded(1);
        return new Sequential(new Linear(100, 50, random), new Relu(), new Linear(50, 10, random));
    }

    private static Batch batch(int rows) {
        return new Batch(Tensor.zeros(rows, 100), Tensor.zeros(DType.INT32, Shape.of(rows)));
    }

    /** The bytes of an array of so many float32. */
    private static long array(int floats) {
        return 16 + 4L * floats;
    }

    @Test
    void countsEachArrayOfAPerceptron() {
        var estimate = MemoryEstimate.of(
                MemoryEstimateTest::perceptron, Adam::new, new CrossEntropyLoss(), MemoryEstimateTest::batch, 1_000);
        long weights = array(100 * 50) + array(50) + array(50 * 10) + array(10);
        assertThat(estimate.weights()).isEqualTo(weights);
        assertThat(estimate.gradients()).isEqualTo(weights);
        assertThat(estimate.optimizer()).isEqualTo(2 * weights + STEP);
        assertThat(estimate.kernels()).isZero();
        assertThat(estimate.batch()).isEqualTo(array(1_000 * 100) + array(1_000));
        // Outputs and gradients of inputs: of both linear layers, the ReLU and the loss.
        long buffers = array(1_000 * 50)
                + array(1_000 * 100)
                + 2 * array(1_000 * 50)
                + array(1_000 * 10)
                + array(1_000 * 50)
                + 2 * array(1_000 * 10);
        assertThat(estimate.buffers()).isEqualTo(buffers);
        assertThat(estimate.total()).isEqualTo(4 * weights + STEP + buffers + array(1_000 * 100) + array(1_000));
    }

    @Test
    void plainGradientDescentKeepsTheNumberOfItsSteps() {
        var estimate = MemoryEstimate.of(
                MemoryEstimateTest::perceptron, Sgd::new, new CrossEntropyLoss(), MemoryEstimateTest::batch, 1);
        assertThat(estimate.optimizer()).isEqualTo(STEP);
        assertThat(estimate.buffers()).isEqualTo(8 * 16 + 4L * (50 + 100 + 50 + 50 + 10 + 50 + 10 + 10));
    }

    @Test
    void anEvaluationNeedsTheOutputsAlone() {
        var estimate = MemoryEstimate.ofEvaluation(MemoryEstimateTest::perceptron, n -> Tensor.zeros(n, 100), 300);
        assertThat(estimate.buffers()).isEqualTo(2 * array(300 * 50) + array(300 * 10));
        assertThat(estimate.batch()).isEqualTo(array(300 * 100));
        assertThat(estimate.optimizer()).isZero();
    }

    /** 64-bit numbers take twice the memory. */
    @Test
    void countsTheTypeOfTheModel() {
        var single = MemoryEstimate.of(
                MemoryEstimateTest::perceptron, Adam::new, new CrossEntropyLoss(), MemoryEstimateTest::batch, 100);
        var estimate = MemoryEstimate.of(
                () -> {
                    var model = perceptron();
                    model.to(DType.FLOAT64);
                    return model;
                },
                Adam::new,
                new CrossEntropyLoss(),
                rows -> new Batch(batch(rows).x().to(DType.FLOAT64), batch(rows).y()),
                100);
        assertThat(estimate.optimizer()).isEqualTo(2 * single.optimizer() - 8 * 16 - STEP);
        assertThat(estimate.buffers()).isEqualTo(2 * single.buffers() - 8 * 16);
    }

    @Test
    void aConvolutionKeepsAGradientForEachPartOfABatch() {
        for (int rows : new int[] {3, 16, 100}) {
            var estimate = MemoryEstimate.of(
                    () -> {
                        var random = TorchRandom.seeded(1);
                        return new Sequential(
                                new Conv2d(2, 8, 3, random),
                                new Conv2d(8, 4, 3, random),
                                new Flatten(1, 3),
                                new Linear(64, 10, random));
                    },
                    Sgd::new,
                    new CrossEntropyLoss(),
                    n -> new Batch(Tensor.zeros(n, 2, 8, 8), Tensor.zeros(DType.INT32, Shape.of(n))),
                    rows);
            assertThat(estimate.kernels()).isEqualTo((Math.min(rows, 16) + 1) * array(8 * 9 * 4));
        }
    }

    @Test
    void countsAllThatALayerWithFreshTensorsMakesInAStep() {
        var twice = new Layer() {
            @Override
            public Tensor forward(Tensor x) {
                return x.add(1).mul(2);
            }

            @Override
            public Tensor backward(Tensor dOut) {
                return dOut.mul(2);
            }

            @Override
            public Parts parts() {
                return Parts.NONE;
            }
        };
        var estimate = MemoryEstimate.ofEvaluation(() -> twice, n -> Tensor.zeros(n, 10), 6);
        // 1 and 2 become tensors too.
        assertThat(estimate.buffers()).isEqualTo(2 * array(60) + 2 * 24);
        assertThat(estimate.weights()).isZero();
    }

    @Test
    void theTensorsOfANestedCountAreThoseOfTheOuterOneToo() {
        long[] inner = new long[1];
        long outer = TensorMemory.made(() -> {
            Tensor.zeros(3);
            inner[0] = TensorMemory.made(() -> Tensor.zeros(DType.FLOAT64, Shape.of(2)));
            Tensor.of(new float[100], 100).reshape(10, 10);
        });
        assertThat(inner[0]).isEqualTo(32);
        assertThat(outer).isEqualTo(32 + 32);
        assertThat(TensorMemory.bytes(Tensor.zeros(3))).isEqualTo(32);
    }

    @Test
    void refusesNoRows() {
        assertThatThrownBy(
                        () -> MemoryEstimate.ofEvaluation(MemoryEstimateTest::perceptron, n -> Tensor.zeros(n, 100), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MemoryEstimate: rows must be at least 1, they are 0");
    }
}
