package handgrad.app.study.transforms;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;

/** What is done to the features before the linear model; in the order of the tables. */
enum Transform {
    RAW("raw", train -> Fitted.eachColumn(train, _ -> x -> x)),
    CENTRED(
            "centred",
            train -> Fitted.eachColumn(train, column -> {
                double mean = FeatureMoments.of(column).mean();
                return x -> x - mean;
            })),
    STANDARDISED("standardised", Transform::standardised),
    LOG("log", train -> Fitted.eachColumn(train, _ -> Math::log)),
    LOG_STANDARDISED("log + standardised", train -> standardisedAfter(train, _ -> Math::log)),
    /** The exponent is that of greatest likelihood, for each feature; standardised after it, as scikit-learn does. */
    BOX_COX(
            "Box-Cox + standardised",
            train -> standardisedAfter(train, column -> {
                double lambda = Power.fitBoxCox(column);
                double[] logs = Arrays.stream(column).map(Math::log).toArray();
                double origin = Power.origin(logs);
                double unit = Power.unitOfBoxCox(logs, lambda, origin);
                return x -> Power.boxCox(x, lambda, origin, unit);
            })),
    /** As Box-Cox, for values of any sign. */
    YEO_JOHNSON(
            "Yeo-Johnson + standardised",
            train -> standardisedAfter(train, column -> {
                double lambda = Power.fitYeoJohnson(column);
                double origin = Power.origin(Arrays.stream(column)
                        .filter(x -> x >= 0)
                        .map(Math::log1p)
                        .toArray());
                double unit = Power.unitOfYeoJohnson(column, lambda, origin);
                return x -> Power.yeoJohnson(x, lambda, origin, unit);
            })),
    WHITENED("whitened", Transform::whitened),
    BATCH_NORM("BatchNorm in the model", Transform::batchNorm);

    /** The rows that need every value to be positive. */
    static final List<Transform> OF_POSITIVE = List.of(LOG, LOG_STANDARDISED, BOX_COX);

    /** All rows of training are one batch, whose statistics are those of evaluation. */
    private static final BatchNormOptions WHOLE_BATCH = BatchNormOptions.PYTORCH
            .withRunning(BatchNormOptions.Running.BIASED_VARIANCE)
            .withMomentum(1);

    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // a method without state
    private final Function<double[][], Fitted> fit;

    Transform(String title, Function<double[][], Fitted> fit) {
        this.title = title;
        this.fit = fit;
    }

    /** Its name in tables. */
    String title() {
        return title;
    }

    /** The exponent of each feature; empty for what is no power transform. */
    double[] exponents(double[][] train) {
        return switch (this) {
            case BOX_COX -> Arrays.stream(train).mapToDouble(Power::fitBoxCox).toArray();
            case YEO_JOHNSON ->
                Arrays.stream(train).mapToDouble(Power::fitYeoJohnson).toArray();
            default -> new double[0];
        };
    }

    /** Takes what it needs, such as means, from the features of the training rows alone. */
    Fitted fit(double[][] train) {
        return fit.apply(train);
    }

    /** A transform of features, one array for each. */
    @FunctionalInterface
    interface Fitted {
        double[][] apply(double[][] columns);

        default Fitted then(Fitted next) {
            return columns -> next.apply(apply(columns));
        }

        /** A function for each column, made from the column that it is fitted on. */
        static Fitted eachColumn(double[][] train, Function<double[], DoubleUnaryOperator> fit) {
            var functions = Arrays.stream(train).map(fit).toList();
            return columns -> {
                double[][] out = new double[columns.length][];
                Arrays.setAll(
                        out,
                        j -> Arrays.stream(columns[j]).map(functions.get(j)).toArray());
                return out;
            };
        }
    }

    private static Fitted standardisedAfter(double[][] train, Function<double[], DoubleUnaryOperator> fit) {
        var first = Fitted.eachColumn(train, fit);
        return first.then(standardised(first.apply(train)));
    }

    private static Fitted standardised(double[][] train) {
        return Fitted.eachColumn(train, column -> FeatureMoments.of(column)::standardised);
    }

    /**
     * out = R^-½ · z with z the standardised features and R their correlations: no correlation is left, and each
     * feature stays as near to itself as it can (ZCA-cor; Kessy, Lewin and Strimmer, Optimal whitening and
     * decorrelation, 2018).
     */
    private static Fitted whitened(double[][] train) {
        var standardised = standardised(train);
        var z = new Array2DRowRealMatrix(standardised.apply(train));
        var correlations = z.multiplyTransposed(z).scalarMultiply(1.0 / z.getColumnDimension());
        var eigen = new EigenDecompositionSymmetric(correlations);
        var root = eigen.getSquareRoot();
        var inverseRoot = MatrixUtils.inverse(root);
        return standardised.then(columns ->
                inverseRoot.multiply(new Array2DRowRealMatrix(columns)).getData());
    }

    /** The layer itself, with gain 1 and bias 0. */
    private static Fitted batchNorm(double[][] train) {
        var layer = new BatchNorm1d(train.length, WHOLE_BATCH);
        layer.to(DType.FLOAT64);
        layer.forward(tensor(train));
        layer.train(false);
        return columns -> columns(layer.forward(tensor(columns)));
    }

    /** Features as a tensor (N, features) of FLOAT64. */
    static Tensor tensor(double[][] columns) {
        int rows = columns[0].length;
        double[] elements = new double[rows * columns.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns.length; j++) {
                elements[i * columns.length + j] = columns[j][i];
            }
        }
        return Tensor.of(elements, rows, columns.length);
    }

    private static double[][] columns(Tensor x) {
        double[][] columns = new double[x.size(1)][x.size(0)];
        for (int j = 0; j < columns.length; j++) {
            for (int i = 0; i < columns[j].length; i++) {
                columns[j][i] = x.get(i, j);
            }
        }
        return columns;
    }
}
