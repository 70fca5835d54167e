package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/**
 * The draw of {@link Initialization#ORTHOGONAL}. A matrix of full rank is Q · R in one way only if the diagonal of R is
 * to be positive, which is the choice of signs that PyTorch makes after its decomposition. Gram and Schmidt's method
 * gives this Q directly. It is done twice, because the first time leaves angles that are right only to the rounding
 * error times the condition of the matrix.
 */
final class Orthogonal {
    private static final int TIMES = 2;

    private Orthogonal() {}

    /** A weight of these sizes, at least two, seen as a matrix of sizes[0] rows. */
    static Tensor draw(TorchRandom random, int... sizes) {
        if (sizes.length < 2) {
            throw new IllegalArgumentException(
                    "orthogonal: wants a weight of at least two dimensions, it is " + Shape.of(sizes));
        }
        var normal = Tensor.randn(random, sizes);
        if (normal.shape().elements() == 0) {
            return normal;
        }
        var matrix = normal.to(DType.FLOAT64).reshape(sizes[0], -1);
        boolean tall = matrix.size(0) >= matrix.size(1);
        var vectors = tall ? matrix.transpose(0, 1) : matrix;
        orthonormalize(vectors.doubles(), vectors.size(0), vectors.size(1));
        return (tall ? vectors.transpose(0, 1) : vectors).to(DType.FLOAT32).reshape(sizes);
    }

    /** Makes rows of length 1 at right angles, each in the plane of itself and those before it. */
    private static void orthonormalize(double[] rows, int count, int length) {
        for (int i = 0; i < count; i++) {
            for (int time = 0; time < TIMES; time++) {
                for (int j = 0; j < i; j++) {
                    addScaled(rows, i * length, -dot(rows, i * length, j * length, length), j * length, length);
                }
            }
            double norm = Math.sqrt(dot(rows, i * length, i * length, length));
            addScaled(rows, i * length, 1 / norm - 1, i * length, length);
        }
    }

    private static double dot(double[] rows, int a, int b, int length) {
        double sum = 0;
        for (int k = 0; k < length; k++) {
            sum += rows[a + k] * rows[b + k];
        }
        return sum;
    }

    /** Row a += factor · row b. */
    private static void addScaled(double[] rows, int a, double factor, int b, int length) {
        for (int k = 0; k < length; k++) {
            rows[a + k] += factor * rows[b + k];
        }
    }
}
