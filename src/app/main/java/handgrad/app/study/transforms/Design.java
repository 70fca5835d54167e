package handgrad.app.study.transforms;

import handgrad.tensor.Tensor;
import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The matrix X of a linear model, a column of ones and one for each feature, by its singular values: X = U Σ Vᵀ.
 *
 * <p>Everything that the study says of a model follows from them. H = XᵀX / n, the second derivative of the loss ‖Xw -
 * y‖² / 2n, has the eigenvalues λ = σ² / n and the eigenvectors V. The weights of least squares are V Σ⁻¹ Uᵀ y. The
 * leverage of a row, how much its own target moves its own prediction, is the square sum of its row of U. And gradient
 * descent on ΣVᵀ and Uᵀy, which has only p rows, takes the very steps of that on X and y: the gradient is the same,
 * since U has orthonormal columns, and the loss is less by the constant that no weights can reach.
 */
final class Design {
    private final RealMatrix u;
    private final RealMatrix v;
    private final double[] singular;
    private final int rows;

    private Design(SingularValueDecomposition decomposition, int rows) {
        u = decomposition.getU();
        v = decomposition.getV();
        singular = decomposition.getSingularValues();
        this.rows = rows;
    }

    /** The design of these features, one array for each, all finite; more rows than features. */
    static Design of(double[][] columns) {
        return new Design(new SingularValueDecomposition(matrix(columns)), columns[0].length);
    }

    /** (n, p): ones, then the features. */
    static RealMatrix matrix(double[][] columns) {
        int rows = columns[0].length;
        var x = new Array2DRowRealMatrix(rows, columns.length + 1);
        double[] ones = new double[rows];
        Arrays.fill(ones, 1);
        x.setColumn(0, ones);
        for (int j = 0; j < columns.length; j++) {
            x.setColumn(j + 1, columns[j]);
        }
        return x;
    }

    /** The eigenvalues of XᵀX / n, the largest first. */
    double[] eigenvalues() {
        return Arrays.stream(singular).map(sigma -> sigma * sigma / rows).toArray();
    }

    double largest() {
        return eigenvalues()[0];
    }

    double smallest() {
        return eigenvalues()[singular.length - 1];
    }

    /** κ = λmax / λmin. */
    double condition() {
        return largest() / smallest();
    }

    /** Whether a column is a sum of multiples of others, as far as float64 can tell. */
    boolean isSingular() {
        return !(singular[singular.length - 1] > rows * Math.ulp(singular[0]));
    }

    /** The part of each column in the direction of the smallest eigenvalue, the ones first. */
    double[] weakest() {
        return v.getColumn(singular.length - 1);
    }

    /** The weights w of least squares, the constant first. */
    double[] fit(double[] y) {
        double[] scaled = u.preMultiply(y);
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] /= singular[i];
        }
        return v.operate(scaled);
    }

    /** The largest leverage of a row, from p/n to 1. */
    double largestLeverage() {
        return Arrays.stream(u.getData())
                .mapToDouble(
                        row -> Arrays.stream(row).map(value -> value * value).sum())
                .max()
                .orElseThrow();
    }

    /** The step size of the fewest steps, 2 / (λmax + λmin). */
    double bestStep() {
        return 2 / (largest() + smallest());
    }

    /** No step size above it is stable: 2 / λmax. */
    double largestStableStep() {
        return 2 / largest();
    }

    /** The diagonal of H⁻¹: how far the weights can be off, each, at the same loss. */
    double[] inverseDiagonal() {
        double[] values = eigenvalues();
        double[] diagonal = new double[columns()];
        Arrays.setAll(diagonal, i -> {
            double sum = 0;
            for (int k = 0; k < values.length; k++) {
                sum += v.getEntry(i, k) * v.getEntry(i, k) / values[k];
            }
            return sum;
        });
        return diagonal;
    }

    /** ½ eᵀHe: how much more than the least the loss is at a distance e from the best weights. */
    double excess(double[] e) {
        double[] along = v.preMultiply(e);
        double[] values = eigenvalues();
        double sum = 0;
        for (int k = 0; k < values.length; k++) {
            sum += values[k] * along[k] * along[k] / 2;
        }
        return sum;
    }

    /** The steps in which a factor of (κ - 1) / (κ + 1) per step makes a millionth, a whole number of them. */
    long predictedSteps() {
        double factor = (condition() - 1) / (condition() + 1);
        return Math.max(1, (long) Math.ceil(Math.log(GradientDescent.TARGET) / Math.log(factor)));
    }

    /** Gradient descent towards y. */
    GradientDescent descent(double[] y) {
        return descent(Tensor.of(u.preMultiply(y), columns(), 1).mul(scale()));
    }

    /** Gradient descent towards weights of zero. */
    GradientDescent descent() {
        return descent(Tensor.of(new double[columns()], columns(), 1));
    }

    /** ΣVᵀ and Uᵀy, scaled so that a mean over p rows is one over n. */
    private GradientDescent descent(Tensor y) {
        int p = columns();
        double[] x = new double[p * p];
        for (int i = 0; i < p; i++) {
            for (int j = 0; j < p; j++) {
                x[i * p + j] = scale() * singular[i] * v.getEntry(j, i);
            }
        }
        return new GradientDescent(Tensor.of(x, p, p), y);
    }

    private double scale() {
        return Math.sqrt((double) columns() / rows);
    }

    private int columns() {
        return singular.length;
    }

    /** The start that the prediction is of: along the directions of the largest and the smallest eigenvalue alike. */
    Tensor worstStart() {
        var start = v.getColumnVector(0).add(v.getColumnVector(columns() - 1));
        return Tensor.of(start.toArray(), columns(), 1);
    }

    /** Weights of zero. */
    Tensor zeroStart() {
        return Tensor.of(new double[columns()], columns(), 1);
    }
}
