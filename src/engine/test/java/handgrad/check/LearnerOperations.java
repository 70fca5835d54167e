package handgrad.check;

import static handgrad.check.result.Cause.Kind.BROADCAST_NOT_SUMMED;
import static handgrad.check.result.Cause.Kind.CONSTANT_FACTOR;
import static handgrad.check.result.Cause.Kind.MISSING_MEAN;
import static handgrad.check.result.Cause.Kind.MISSING_TERM;
import static handgrad.check.result.Cause.Kind.OVERWRITTEN;
import static handgrad.check.result.Cause.Kind.SIGN;
import static handgrad.check.result.Cause.Kind.TRANSPOSED;
import static handgrad.check.result.Cause.Kind.VARIANCE;
import static handgrad.check.result.Cause.Kind.WRONG_AXIS;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** LearnerOperations as a learner writes them, with the mistakes that learners make. */
final class LearnerOperations {
    private LearnerOperations() {}

    static List<LearnerOperation> all() {
        return List.of(
                addOfARow(),
                subtractionOfAColumn(),
                productWithARow(),
                productWithAColumn(),
                productWithAScalar(),
                productOfSquares(),
                quotientByAColumn(),
                additionOverThreeDimensions(),
                sumOfRows(),
                meanOfColumns(),
                meanOfAll(),
                maximum(),
                unbiasedVariance(),
                biasedVariance(),
                matrixProduct(),
                squareMatrixProduct(),
                linear(),
                exponential(),
                logarithm(),
                tanh(),
                relu(),
                square(),
                reciprocal(),
                squareRoot(),
                softmax(),
                logSoftmax(),
                crossEntropy(),
                batchNorm(false),
                batchNorm(true),
                layerNorm(),
                rootMeanSquareNorm(),
                embedding(),
                productWithItself(),
                twoUses(),
                twoUsesInAProduct(),
                attentionScores());
    }

    private static Function<TorchRandom, Tensor[]> normal(int[]... shapes) {
        return random -> Arrays.stream(shapes)
                .map(shape -> Tensor.randn(random, shape).to(DType.FLOAT64))
                .toArray(Tensor[]::new);
    }

    /** Numbers from 0.5 to 2.5. */
    private static Function<TorchRandom, Tensor[]> positive(int... shape) {
        return random -> new Tensor[] {
            Tensor.rand(random, shape).to(DType.FLOAT64).mul(2).add(0.5)
        };
    }

    private static int[] shape(int... sizes) {
        return sizes;
    }

    private static Tensor ones(Tensor like) {
        return Tensor.zeros(DType.FLOAT64, like.shape()).fill(1);
    }

    private static Tensor row(Tensor matrix, int row) {
        return matrix.indexSelect(0, Tensor.of(new int[] {row}, 1));
    }

    private static Tensor column(Tensor matrix, int column) {
        return matrix.indexSelect(1, Tensor.of(new int[] {column}, 1));
    }

    private static LearnerOperation addOfARow() {
        return new LearnerOperation(
                        "x + row", normal(shape(5, 7), shape(7)), x -> x[0].add(x[1]), (d, x) -> d, (d, x) -> d.sum(0))
                .fault("not summed", 1, (d, x) -> d, BROADCAST_NOT_SUMMED)
                .fault("first row only", 1, (d, x) -> row(d, 0).reshape(7), BROADCAST_NOT_SUMMED)
                .fault("last row only", 1, (d, x) -> row(d, 4).reshape(7), OVERWRITTEN, BROADCAST_NOT_SUMMED)
                .fault("mean for sum", 1, (d, x) -> d.mean(0), MISSING_MEAN)
                .fault("summed over dimension 1", 1, (d, x) -> d.sum(1), WRONG_AXIS)
                .fault("summed over all", 1, (d, x) -> d.sum(), WRONG_AXIS);
    }

    private static LearnerOperation subtractionOfAColumn() {
        return new LearnerOperation(
                        "x - column",
                        normal(shape(5, 5), shape(5, 1)),
                        x -> x[0].sub(x[1]),
                        (d, x) -> d,
                        (d, x) -> d.sum(1, true).neg())
                .fault("not summed", 1, (d, x) -> d.neg(), BROADCAST_NOT_SUMMED)
                .fault("first column only", 1, (d, x) -> column(d, 0).neg(), BROADCAST_NOT_SUMMED)
                .fault("summed over dimension 0", 1, (d, x) -> d.sum(0, true).neg(), WRONG_AXIS)
                .fault("same, right shape", 1, (d, x) -> d.sum(0, true).neg().reshape(5, 1), WRONG_AXIS)
                .fault("sign of the sum", 1, (d, x) -> d.sum(1, true), SIGN);
    }

    private static LearnerOperation productWithARow() {
        return new LearnerOperation(
                        "x ∘ row",
                        normal(shape(6, 6), shape(1, 6)),
                        x -> x[0].mul(x[1]),
                        (d, x) -> d.mul(x[1]),
                        (d, x) -> d.mul(x[0]).sum(0, true))
                .fault("not summed", 1, (d, x) -> d.mul(x[0]), BROADCAST_NOT_SUMMED)
                .fault("first row only", 1, (d, x) -> row(d.mul(x[0]), 0), BROADCAST_NOT_SUMMED)
                .fault("wrong axis", 1, (d, x) -> d.mul(x[0]).sum(1, true).reshape(1, 6), WRONG_AXIS)
                .fault("mean for sum", 1, (d, x) -> d.mul(x[0]).mean(0, true), MISSING_MEAN);
    }

    private static LearnerOperation productWithAColumn() {
        return new LearnerOperation(
                        "x ∘ column",
                        normal(shape(4, 6), shape(4, 1)),
                        x -> x[0].mul(x[1]),
                        (d, x) -> d.mul(x[1]),
                        (d, x) -> d.mul(x[0]).sum(1, true))
                .fault("not summed", 1, (d, x) -> d.mul(x[0]), BROADCAST_NOT_SUMMED)
                .fault("second column only", 1, (d, x) -> column(d.mul(x[0]), 1), BROADCAST_NOT_SUMMED)
                .fault("wrong axis", 1, (d, x) -> d.mul(x[0]).sum(0, true), WRONG_AXIS)
                .fault("last column overwrites", 1, (d, x) -> column(d.mul(x[0]), 5), OVERWRITTEN);
    }

    private static LearnerOperation productWithAScalar() {
        return new LearnerOperation(
                        "x ∘ scalar",
                        normal(shape(4, 3), shape()),
                        x -> x[0].mul(x[1]),
                        (d, x) -> d.mul(x[1]),
                        (d, x) -> d.mul(x[0]).sum())
                .fault("not summed", 1, (d, x) -> d.mul(x[0]), BROADCAST_NOT_SUMMED)
                .fault("summed over dimension 0 only", 1, (d, x) -> d.mul(x[0]).sum(0), BROADCAST_NOT_SUMMED);
    }

    private static LearnerOperation productOfSquares() {
        return new LearnerOperation(
                        "a ∘ b",
                        normal(shape(5, 5), shape(5, 5)),
                        x -> x[0].mul(x[1]),
                        (d, x) -> d.mul(x[1]),
                        (d, x) -> d.mul(x[0]))
                .fault("transposed", 0, (d, x) -> d.mul(x[1]).t(), TRANSPOSED);
    }

    private static LearnerOperation quotientByAColumn() {
        return new LearnerOperation(
                        "x / column",
                        random -> new Tensor[] {
                            Tensor.randn(random, 4, 6).to(DType.FLOAT64),
                            Tensor.rand(random, 4, 1).to(DType.FLOAT64).add(0.5)
                        },
                        x -> x[0].div(x[1]),
                        (d, x) -> d.div(x[1]),
                        (d, x) -> d.mul(x[0]).div(x[1].pow(2)).sum(1, true).neg())
                .fault("not summed", 1, (d, x) -> d.mul(x[0]).div(x[1].pow(2)).neg(), BROADCAST_NOT_SUMMED)
                .fault("sign", 1, (d, x) -> d.mul(x[0]).div(x[1].pow(2)).sum(1, true), SIGN)
                .fault(
                        "square forgotten",
                        1,
                        (d, x) -> d.mul(x[0]).div(x[1]).sum(1, true).neg(),
                        MISSING_TERM)
                .fault("not divided", 0, (d, x) -> d, MISSING_TERM)
                .fault(
                        "first column only",
                        1,
                        (d, x) -> column(d.mul(x[0]).div(x[1].pow(2)).neg(), 0),
                        BROADCAST_NOT_SUMMED);
    }

    private static LearnerOperation additionOverThreeDimensions() {
        return new LearnerOperation(
                        "x (3, 4, 5) + (4, 1)",
                        normal(shape(3, 4, 5), shape(4, 1)),
                        x -> x[0].add(x[1]),
                        (d, x) -> d,
                        (d, x) -> d.sum(0).sum(1, true))
                .fault("not summed over dimension 0", 1, (d, x) -> d.sum(2, true), BROADCAST_NOT_SUMMED)
                .fault("not summed over dimension 2", 1, (d, x) -> d.sum(0), BROADCAST_NOT_SUMMED)
                .fault("not summed at all", 1, (d, x) -> d, BROADCAST_NOT_SUMMED)
                .fault("mean over the batch", 1, (d, x) -> d.mean(0).sum(1, true), MISSING_MEAN);
    }

    private static LearnerOperation sumOfRows() {
        return new LearnerOperation(
                        "Σ0",
                        normal(shape(5, 5)),
                        x -> x[0].sum(0),
                        (d, x) -> ones(x[0]).mul(d))
                .fault("repeated along the wrong axis", 0, (d, x) -> ones(x[0]).mul(d.reshape(5, 1)), WRONG_AXIS)
                .fault("divided by n", 0, (d, x) -> ones(x[0]).mul(d).div(5), MISSING_MEAN);
    }

    private static LearnerOperation meanOfColumns() {
        return new LearnerOperation(
                        "mean1",
                        normal(shape(6, 6)),
                        x -> x[0].mean(1, true),
                        (d, x) -> ones(x[0]).mul(d).div(6))
                .fault("1/n missing", 0, (d, x) -> ones(x[0]).mul(d), MISSING_MEAN)
                .fault("1/n twice", 0, (d, x) -> ones(x[0]).mul(d).div(36), MISSING_MEAN)
                .fault("wrong axis", 0, (d, x) -> ones(x[0]).mul(d.t()).div(6), WRONG_AXIS);
    }

    private static LearnerOperation meanOfAll() {
        return new LearnerOperation(
                        "mean of squares",
                        normal(shape(4, 7)),
                        x -> x[0].pow(2).mean(0).mean(0),
                        (d, x) -> x[0].mul(2).mul(d).div(x[0].shape().elements()))
                .fault("1/n missing", 0, (d, x) -> x[0].mul(2).mul(d), MISSING_MEAN)
                .fault("1/rows only", 0, (d, x) -> x[0].mul(2).mul(d).div(4), MISSING_MEAN)
                .fault("2 forgotten", 0, (d, x) -> x[0].mul(d).div(28), CONSTANT_FACTOR);
    }

    private static Tensor isMaximum(Tensor x) {
        return x.argmax(1).oneHot(x.size(1)).to(DType.FLOAT64);
    }

    private static LearnerOperation maximum() {
        return new LearnerOperation(
                        "max1",
                        normal(shape(6, 6)),
                        x -> x[0].max(1, true),
                        (d, x) -> isMaximum(x[0]).mul(d))
                .fault("wrong axis", 0, (d, x) -> isMaximum(x[0].t()).t().mul(d), WRONG_AXIS, MISSING_TERM);
    }

    private static Tensor centered(Tensor x, int dimension) {
        return x.sub(x.mean(dimension, true));
    }

    private static LearnerOperation unbiasedVariance() {
        return new LearnerOperation(
                        "var0 / (n - 1)",
                        normal(shape(9, 4)),
                        x -> x[0].var(0, Variance.UNBIASED, true),
                        (d, x) -> centered(x[0], 0).mul(d).mul(2.0 / (x[0].size(0) - 1)))
                .fault("divided by n", 0, (d, x) -> centered(x[0], 0).mul(d).mul(2 / 9.0), VARIANCE)
                .fault("not divided", 0, (d, x) -> centered(x[0], 0).mul(d).mul(2), MISSING_MEAN)
                .fault("mean forgotten", 0, (d, x) -> x[0].mul(d).mul(2 / 8.0), MISSING_TERM)
                .fault("2 forgotten", 0, (d, x) -> centered(x[0], 0).mul(d).div(8), CONSTANT_FACTOR);
    }

    private static LearnerOperation biasedVariance() {
        return new LearnerOperation(
                        "var1 / n",
                        normal(shape(5, 8)),
                        x -> x[0].var(1, Variance.BIASED, true),
                        (d, x) -> centered(x[0], 1).mul(d).mul(2 / 8.0))
                .fault("divided by n - 1", 0, (d, x) -> centered(x[0], 1).mul(d).mul(2 / 7.0), VARIANCE)
                .fault(
                        "mean over dimension 0",
                        0,
                        (d, x) -> centered(x[0], 0).mul(d).mul(2 / 8.0),
                        WRONG_AXIS,
                        MISSING_TERM)
                .fault("mean forgotten", 0, (d, x) -> x[0].mul(d).mul(2 / 8.0), MISSING_TERM);
    }

    private static LearnerOperation matrixProduct() {
        return new LearnerOperation(
                        "a · b",
                        normal(shape(4, 5), shape(5, 6)),
                        x -> x[0].matmul(x[1]),
                        (d, x) -> d.matmul(x[1].t()),
                        (d, x) -> x[0].t().matmul(d))
                .fault("dbᵀ", 1, (d, x) -> d.t().matmul(x[0]), TRANSPOSED)
                .fault("daᵀ", 0, (d, x) -> x[1].matmul(d.t()), TRANSPOSED)
                .fault("last row overwrites", 1, (d, x) -> row(x[0], 3).t().matmul(row(d, 3)), OVERWRITTEN)
                .fault("first row only", 1, (d, x) -> row(x[0], 0).t().matmul(row(d, 0)), BROADCAST_NOT_SUMMED)
                .fault("divided by the batch", 1, (d, x) -> x[0].t().matmul(d).div(4), MISSING_MEAN);
    }

    private static LearnerOperation squareMatrixProduct() {
        return new LearnerOperation(
                        "square a · b",
                        normal(shape(5, 5), shape(5, 5)),
                        x -> x[0].matmul(x[1]),
                        (d, x) -> d.matmul(x[1].t()),
                        (d, x) -> x[0].t().matmul(d))
                .fault("b not transposed", 0, (d, x) -> d.matmul(x[1]), TRANSPOSED)
                .fault("a not transposed", 1, (d, x) -> x[0].matmul(d), TRANSPOSED)
                .fault("factors exchanged", 1, (d, x) -> d.matmul(x[0].t()), TRANSPOSED)
                .fault("result transposed", 1, (d, x) -> x[0].t().matmul(d).t(), TRANSPOSED);
    }

    private static LearnerOperation linear() {
        return new LearnerOperation(
                        "x · weight + bias",
                        normal(shape(7, 3), shape(3, 4), shape(4)),
                        x -> x[0].matmul(x[1]).add(x[2]),
                        (d, x) -> d.matmul(x[1].t()),
                        (d, x) -> x[0].t().matmul(d),
                        (d, x) -> d.sum(0))
                .fault("bias not summed", 2, (d, x) -> d, BROADCAST_NOT_SUMMED)
                .fault("bias of the first row", 2, (d, x) -> row(d, 0).reshape(4), BROADCAST_NOT_SUMMED)
                .fault("bias of the last row", 2, (d, x) -> row(d, 6).reshape(4), OVERWRITTEN)
                .fault("bias summed over dimension 1", 2, (d, x) -> d.sum(1), WRONG_AXIS)
                .fault("weight transposed", 1, (d, x) -> d.t().matmul(x[0]), TRANSPOSED)
                .fault("weight of the last row", 1, (d, x) -> row(x[0], 6).t().matmul(row(d, 6)), OVERWRITTEN)
                .fault("mean over the batch", 2, (d, x) -> d.mean(0), MISSING_MEAN);
    }

    private static LearnerOperation exponential() {
        return new LearnerOperation("exp", normal(shape(4, 5)), x -> x[0].exp(), (d, x) -> d.mul(x[0].exp()))
                .fault("factor forgotten", 0, (d, x) -> d, MISSING_TERM);
    }

    private static LearnerOperation logarithm() {
        return new LearnerOperation("log", positive(4, 5), x -> x[0].log(), (d, x) -> d.div(x[0]))
                .fault("sign", 0, (d, x) -> d.div(x[0]).neg(), SIGN);
    }

    private static LearnerOperation tanh() {
        return new LearnerOperation(
                        "tanh",
                        normal(shape(4, 5)),
                        x -> x[0].tanh(),
                        (d, x) -> d.mul(x[0].tanh().pow(2).neg().add(1)))
                .fault("1 - y² forgotten", 0, (d, x) -> d, MISSING_TERM)
                .fault("1 forgotten", 0, (d, x) -> d.mul(x[0].tanh().pow(2)).neg(), MISSING_TERM);
    }

    private static LearnerOperation relu() {
        return new LearnerOperation("relu", normal(shape(4, 5)), x -> x[0].relu(), (d, x) -> d.mul(positive(x[0])))
                .fault("negative side too", 0, (d, x) -> d, MISSING_TERM);
    }

    private static Tensor positive(Tensor x) {
        var mask = x.copy();
        for (int i = 0; i < x.shape().elements(); i++) {
            mask.setFlat(i, x.getFlat(i) > 0 ? 1 : 0);
        }
        return mask;
    }

    private static LearnerOperation square() {
        return new LearnerOperation(
                        "x²",
                        normal(shape(4, 5)),
                        x -> x[0].pow(2),
                        (d, x) -> d.mul(x[0]).mul(2))
                .fault("2 forgotten", 0, (d, x) -> d.mul(x[0]), CONSTANT_FACTOR)
                .fault("x forgotten", 0, (d, x) -> d.mul(2), MISSING_TERM);
    }

    private static LearnerOperation reciprocal() {
        return new LearnerOperation(
                        "1/x",
                        positive(4, 5),
                        x -> x[0].pow(-1),
                        (d, x) -> d.div(x[0].pow(2)).neg())
                .fault("sign", 0, (d, x) -> d.div(x[0].pow(2)), SIGN);
    }

    private static LearnerOperation squareRoot() {
        return new LearnerOperation(
                        "√x",
                        positive(4, 5),
                        x -> x[0].sqrt(),
                        (d, x) -> d.div(x[0].sqrt()).div(2))
                .fault("½ forgotten", 0, (d, x) -> d.div(x[0].sqrt()), CONSTANT_FACTOR);
    }

    private static Tensor softmax(Tensor x, int dimension) {
        var counts = x.exp();
        return counts.div(counts.sum(dimension, true));
    }

    private static LearnerOperation softmax() {
        return new LearnerOperation(
                        "softmax",
                        normal(shape(6, 6)),
                        x -> softmax(x[0], 1),
                        (d, x) -> softmax(x[0], 1)
                                .mul(d.sub(d.mul(softmax(x[0], 1)).sum(1, true))))
                .fault("sum forgotten", 0, (d, x) -> softmax(x[0], 1).mul(d), MISSING_TERM)
                .fault(
                        "sum over dimension 0",
                        0,
                        (d, x) -> softmax(x[0], 1)
                                .mul(d.sub(d.mul(softmax(x[0], 1)).sum(0, true))),
                        WRONG_AXIS)
                .fault(
                        "sum added",
                        0,
                        (d, x) -> softmax(x[0], 1)
                                .mul(d.add(d.mul(softmax(x[0], 1)).sum(1, true))),
                        SIGN)
                .fault(
                        "mean for sum",
                        0,
                        (d, x) -> softmax(x[0], 1)
                                .mul(d.sub(d.mul(softmax(x[0], 1)).mean(1, true))),
                        MISSING_MEAN);
    }

    private static LearnerOperation logSoftmax() {
        return new LearnerOperation(
                        "log softmax",
                        normal(shape(4, 7)),
                        x -> softmax(x[0], 1).log(),
                        (d, x) -> d.sub(softmax(x[0], 1).mul(d.sum(1, true))))
                .fault("softmax forgotten", 0, (d, x) -> d, MISSING_TERM)
                .fault("added", 0, (d, x) -> d.add(softmax(x[0], 1).mul(d.sum(1, true))), SIGN)
                .fault("sum forgotten", 0, (d, x) -> d.sub(softmax(x[0], 1)), MISSING_TERM);
    }

    private static Tensor oneHot(Tensor targets) {
        return targets.oneHot(7).to(DType.FLOAT64);
    }

    private static LearnerOperation crossEntropy() {
        return new LearnerOperation(
                        "cross-entropy",
                        random ->
                                new Tensor[] {Tensor.randn(random, 5, 7).to(DType.FLOAT64), Tensor.randint(random, 7, 5)
                                },
                        x -> softmax(x[0], 1)
                                .log()
                                .mul(oneHot(x[1]))
                                .sum(1)
                                .mean(0)
                                .neg(),
                        (d, x) -> softmax(x[0], 1).sub(oneHot(x[1])).mul(d).div(x[0].size(0)))
                .fault(
                        "1/n forgotten",
                        0,
                        (d, x) -> softmax(x[0], 1).sub(oneHot(x[1])).mul(d),
                        MISSING_MEAN)
                .fault("one-hot forgotten", 0, (d, x) -> softmax(x[0], 1).mul(d).div(5), MISSING_TERM)
                .fault("softmax forgotten", 0, (d, x) -> oneHot(x[1]).mul(d).div(-5), MISSING_TERM)
                .fault(
                        "sign",
                        0,
                        (d, x) -> oneHot(x[1]).sub(softmax(x[0], 1)).mul(d).div(5),
                        SIGN)
                .fault(
                        "1/n for the softmax only",
                        0,
                        (d, x) -> softmax(x[0], 1).div(5).sub(oneHot(x[1])).mul(d),
                        MISSING_MEAN)
                .fault(
                        "softmax over the batch",
                        0,
                        (d, x) -> softmax(x[0], 0).sub(oneHot(x[1])).mul(d).div(5),
                        WRONG_AXIS,
                        MISSING_TERM);
    }

    private static final double EPSILON = 1e-5;

    private static Tensor inverse(Tensor x, int dimension, boolean unbiased) {
        return x.var(dimension, unbiased ? Variance.UNBIASED : Variance.BIASED, true)
                .add(EPSILON)
                .pow(-0.5);
    }

    private static Tensor normalized(Tensor x, int dimension, boolean unbiased) {
        return centered(x, dimension).mul(inverse(x, dimension, unbiased));
    }

    /** dX of a normalisation: inverse ∘ (g - mean · Σ g / n - variance · normalized ∘ Σ (g ∘ normalized) / n). */
    private static Tensor normalizationBackward(
            Tensor g, Tensor x, int dimension, boolean unbiased, double mean, double variance) {
        var unit = normalized(x, dimension, unbiased);
        return inverse(x, dimension, unbiased)
                .mul(g.sub(g.mean(dimension, true).mul(mean))
                        .sub(unit.mul(g.mul(unit).mean(dimension, true)).mul(variance)));
    }

    private static LearnerOperation batchNorm(boolean unbiased) {
        double n = 9;
        double variance = unbiased ? n / (n - 1) : 1;
        double other = unbiased ? 1 : n / (n - 1);
        return new LearnerOperation(
                        unbiased ? "batch norm, unbiased" : "batch norm, biased",
                        normal(shape(9, 4), shape(4), shape(4)),
                        x -> normalized(x[0], 0, unbiased).mul(x[1]).add(x[2]),
                        (d, x) -> normalizationBackward(
                                d.mul(x[1]), x[0], 0, unbiased, 1, unbiased ? 1 + 1 / (x[0].size(0) - 1.0) : 1),
                        (d, x) -> d.mul(normalized(x[0], 0, unbiased)).sum(0),
                        (d, x) -> d.sum(0))
                .fault(
                        "other variance",
                        0,
                        (d, x) -> normalizationBackward(d.mul(x[1]), x[0], 0, unbiased, 1, other),
                        VARIANCE)
                .fault(
                        "variance term forgotten",
                        0,
                        (d, x) -> normalizationBackward(d.mul(x[1]), x[0], 0, unbiased, 1, 0),
                        MISSING_TERM)
                .fault(
                        "mean term forgotten",
                        0,
                        (d, x) -> normalizationBackward(d.mul(x[1]), x[0], 0, unbiased, 0, variance),
                        MISSING_TERM)
                .fault(
                        "sign of the variance term",
                        0,
                        (d, x) -> normalizationBackward(d.mul(x[1]), x[0], 0, unbiased, 1, -variance),
                        SIGN)
                .fault(
                        "statistics taken for constants",
                        0,
                        (d, x) -> d.mul(x[1]).mul(inverse(x[0], 0, unbiased)),
                        MISSING_TERM)
                .fault(
                        "gain forgotten",
                        0,
                        (d, x) -> normalizationBackward(d, x[0], 0, unbiased, 1, variance),
                        MISSING_TERM)
                .fault(
                        "1/n forgotten in the variance term",
                        0,
                        (d, x) -> normalizationBackward(d.mul(x[1]), x[0], 0, unbiased, 1, variance * n),
                        MISSING_MEAN)
                .fault("gain not summed", 1, (d, x) -> d.mul(normalized(x[0], 0, unbiased)), BROADCAST_NOT_SUMMED)
                .fault("gain times x", 1, (d, x) -> d.mul(x[0]).sum(0), MISSING_TERM)
                .fault("bias not summed", 2, (d, x) -> d, BROADCAST_NOT_SUMMED);
    }

    private static LearnerOperation layerNorm() {
        return new LearnerOperation(
                        "layer norm",
                        normal(shape(4, 8), shape(8), shape(8)),
                        x -> normalized(x[0], 1, false).mul(x[1]).add(x[2]),
                        (d, x) -> normalizationBackward(d.mul(x[1]), x[0], 1, false, 1, 1),
                        (d, x) -> d.mul(normalized(x[0], 1, false)).sum(0),
                        (d, x) -> d.sum(0))
                .fault(
                        "unbiased variance",
                        0,
                        (d, x) -> normalizationBackward(d.mul(x[1]), x[0], 1, false, 1, 8 / 7.0),
                        VARIANCE)
                .fault(
                        "mean term forgotten",
                        0,
                        (d, x) -> normalizationBackward(d.mul(x[1]), x[0], 1, false, 0, 1),
                        MISSING_TERM)
                .fault(
                        "variance term forgotten",
                        0,
                        (d, x) -> normalizationBackward(d.mul(x[1]), x[0], 1, false, 1, 0),
                        MISSING_TERM)
                .fault(
                        "gain summed over dimension 1",
                        1,
                        (d, x) -> d.mul(normalized(x[0], 1, false)).sum(1),
                        WRONG_AXIS)
                .fault("bias of the last row", 2, (d, x) -> row(d, 3).reshape(8), OVERWRITTEN);
    }

    private static LearnerOperation rootMeanSquareNorm() {
        return new LearnerOperation(
                        "x / √mean x²",
                        normal(shape(4, 7)),
                        x -> x[0].mul(x[0].pow(2).mean(1, true).pow(-0.5)),
                        (d, x) -> {
                            var inverse = x[0].pow(2).mean(1, true).pow(-0.5);
                            var along = d.mul(x[0]).mean(1, true);
                            return inverse.mul(d).sub(x[0].mul(along).mul(inverse.pow(3)));
                        })
                .fault(
                        "second term forgotten",
                        0,
                        (d, x) -> d.mul(x[0].pow(2).mean(1, true).pow(-0.5)),
                        MISSING_TERM);
    }

    private static LearnerOperation embedding() {
        return new LearnerOperation(
                        "embedding",
                        random -> new Tensor[] {
                            Tensor.randn(random, 4, 3).to(DType.FLOAT64), Tensor.of(new int[] {2, 0, 2, 1, 3, 0}, 2, 3)
                        },
                        x -> x[0].index(x[1]),
                        (d, x) -> Tensor.zeros(DType.FLOAT64, x[0].shape()).indexAdd(x[1], d))
                .fault("overwritten", 0, LearnerOperations::overwritingScatter, OVERWRITTEN)
                .fault(
                        "first position only",
                        0,
                        (d, x) -> Tensor.zeros(DType.FLOAT64, x[0].shape()).indexAdd(column(x[1], 0), column(d, 0)),
                        BROADCAST_NOT_SUMMED,
                        MISSING_TERM,
                        OVERWRITTEN);
    }

    private static Tensor overwritingScatter(Tensor dOut, Tensor... x) {
        var dTable = Tensor.zeros(DType.FLOAT64, x[0].shape());
        int columns = x[0].size(1);
        for (int i = 0; i < x[1].shape().elements(); i++) {
            for (int c = 0; c < columns; c++) {
                dTable.set(dOut.getFlat(i * columns + c), x[1].ints()[i], c);
            }
        }
        return dTable;
    }

    private static LearnerOperation productWithItself() {
        return new LearnerOperation(
                        "x ∘ x",
                        normal(shape(4, 5)),
                        x -> x[0].mul(x[0]),
                        (d, x) -> d.mul(x[0]).mul(2))
                .fault("one use only", 0, (d, x) -> d.mul(x[0]), CONSTANT_FACTOR, OVERWRITTEN);
    }

    private static LearnerOperation twoUses() {
        return new LearnerOperation(
                        "x ∘ w + x",
                        normal(shape(4, 5), shape(4, 5)),
                        x -> x[0].mul(x[1]).add(x[0]),
                        (d, x) -> d.mul(x[1]).add(d),
                        (d, x) -> d.mul(x[0]))
                .fault("second use overwrites", 0, (d, x) -> d, OVERWRITTEN, MISSING_TERM)
                .fault("second use forgotten", 0, (d, x) -> d.mul(x[1]), OVERWRITTEN, MISSING_TERM);
    }

    private static LearnerOperation twoUsesInAProduct() {
        return new LearnerOperation(
                        "x · w + tanh x",
                        normal(shape(6, 5), shape(5, 5)),
                        x -> x[0].matmul(x[1]).add(x[0].tanh()),
                        (d, x) -> d.matmul(x[1].t())
                                .add(d.mul(x[0].tanh().pow(2).neg().add(1))),
                        (d, x) -> x[0].t().matmul(d))
                .fault(
                        "product forgotten",
                        0,
                        (d, x) -> d.mul(x[0].tanh().pow(2).neg().add(1)),
                        OVERWRITTEN,
                        MISSING_TERM)
                .fault("tanh forgotten", 0, (d, x) -> d.matmul(x[1].t()), OVERWRITTEN, MISSING_TERM);
    }

    private static LearnerOperation attentionScores() {
        return new LearnerOperation(
                        "q · kᵀ / √size",
                        normal(shape(5, 4), shape(5, 4)),
                        x -> x[0].matmul(x[1].t()).div(2),
                        (d, x) -> d.matmul(x[1]).div(2),
                        (d, x) -> d.t().matmul(x[0]).div(2))
                .fault("1/√size forgotten", 0, (d, x) -> d.matmul(x[1]), CONSTANT_FACTOR)
                .fault("d not transposed", 1, (d, x) -> d.matmul(x[0]).div(2), TRANSPOSED);
    }
}
