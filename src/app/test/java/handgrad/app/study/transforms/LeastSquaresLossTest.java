package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.GradientCheck;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LeastSquaresLossTest {
    @Test
    void isHalfTheMeanSquare() {
        var y = Tensor.of(new double[] {1, 2, 5}, 3, 1);
        assertThat(new LeastSquaresLoss().forward(Tensor.of(new double[] {2, 2, 3}, 3, 1), y))
                .isEqualTo(5 / 6.0);
    }

    @Test
    void itsGradientIsThatOfCentralDifferences() {
        var y = Tensor.randn(TorchRandom.seeded(3), 7, 1).to(DType.FLOAT64);
        GradientCheck.of(x -> Tensor.of(new double[] {new LeastSquaresLoss().forward(x[0], y)}), (dOut, x) -> {
                    var loss = new LeastSquaresLoss();
                    loss.forward(x[0], y);
                    return new Tensor[] {loss.backward().mul(dOut.item())};
                })
                .input(Shape.of(7, 1))
                .assertPasses();
    }

    @Test
    void theModelWithBatchNormPasses() {
        var random = TorchRandom.seeded(4);
        GradientCheck.of(new Sequential(new BatchNorm1d(3), new Linear(3, 1, random)))
                .input(Shape.of(9, 3))
                .assertPasses();
    }
}
