package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.requireIndices;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.BinaryOperation;
import handgrad.kernel.Elementwise;
import handgrad.kernel.Reduction;
import handgrad.kernel.Rows;
import handgrad.kernel.Update;
import handgrad.kernel.route.Form;
import handgrad.random.TorchRandom;
import org.jspecify.annotations.Nullable;

/**
 * The operations that layers and losses are made of, each a forward pass with its backward pass under it. More of them
 * stand in {@link Activations}, {@link Grouped}, {@link Sequences}, {@link LossFunctions}, {@link Convolutions},
 * {@link Normalizations} and {@link ImageNormalizations}; optimisers are made of {@link Updates}.
 *
 * <p>They write into tensors that the caller gives, so that a layer can reuse its buffers and a training step allocates
 * nothing. A result that is "written" is overwritten; one that is "added to" accumulates. All floating tensors of a
 * call have one type, FLOAT32 or FLOAT64; a wrong shape or type throws an {@link IllegalArgumentException} that names
 * it.
 */
public final class Functional {
    private Functional() {}

    /**
     * out = table[indices].
     *
     * @param table (rows, columns)
     * @param indices (…), INT32, each from 0 to rows - 1
     * @param out (…, columns), written
     */
    public static void embedding(Tensor table, Tensor indices, Tensor out) {
        require("embedding", "out", out, table.dtype());
        requireElements("embedding", "out", out, indices.shape().elements(), table.size(1));
        requireIndices("embedding", indices, table.size(0));
        Rows.gather(
                table.elements(), table.size(1), indices.ints(), indices.shape().elements(), out.elements());
        if (Tracing.isOn()) {
            Tracing.record(Op.EMBEDDING, out, table, indices);
        }
    }

    /**
     * dTable[indices] += dOut: a row that is used twice gets both gradients.
     *
     * @param indices (…), INT32
     * @param dOut (…, columns)
     * @param dTable (rows, columns), added to
     */
    public static void embeddingBackward(Tensor indices, Tensor dOut, Tensor dTable) {
        Selection.addRows(dTable, indices, dOut, -1);
    }

    /**
     * out = table[indices], and zeros where the index is that of padding, whatever the table has there.
     *
     * @param table (rows, columns)
     * @param indices (…), INT32
     * @param padding an index, from 0 to rows - 1
     * @param out (…, columns), written
     */
    public static void paddedEmbedding(Tensor table, Tensor indices, int padding, Tensor out) {
        requirePadding("paddedEmbedding", padding, table);
        embedding(table, indices, out);
        Rows.clear(
                out.elements(), table.size(1), indices.ints(), indices.shape().elements(), padding);
    }

    /**
     * dTable[indices] += dOut, but for the row of padding, on which no output depends.
     *
     * @param indices (…), INT32
     * @param padding an index, from 0 to rows - 1
     * @param dOut (…, columns)
     * @param dTable (rows, columns), added to
     */
    public static void paddedEmbeddingBackward(Tensor indices, int padding, Tensor dOut, Tensor dTable) {
        requirePadding("paddedEmbeddingBackward", padding, dTable);
        Selection.addRows(dTable, indices, dOut, padding);
    }

    /**
     * out = x + the first T rows of a table of positions, to each sequence the same.
     *
     * @param x (N, T, columns)
     * @param table (rows, columns), with at least T rows
     * @param out (N, T, columns), written; neither x nor table
     */
    public static void addPositions(Tensor x, Tensor table, Tensor out) {
        int columns = positions("addPositions", "x", x, table);
        require("addPositions", "out", out, table.dtype());
        requireElements("addPositions", "out", out, x.size(0), columns);
        requireApart("addPositions", "out", out, "x", x);
        requireApart("addPositions", "out", out, "table", table);
        Rows.fill(table.elements(), columns, out.elements(), x.size(0));
        Update.addScaled(out.elements(), 1, x.elements(), x.shape().elements());
        if (Tracing.isOn()) {
            Tracing.record(Op.ADD, out, x, table.narrow(0, 0, x.size(1)));
        }
    }

    /**
     * dTable[:T] += Σ over N of dOut, with the error of {@link Tensor#sum(int, boolean)}; the gradient of x is dOut.
     *
     * @param dOut (N, T, columns)
     * @param dTable (rows, columns), added to
     */
    public static void addPositionsBackward(Tensor dOut, Tensor dTable) {
        int columns = positions("addPositionsBackward", "dOut", dOut, dTable);
        Reduction.addRows(dOut.elements(), 0, dOut.size(0), columns, dTable.elements(), 0);
    }

    /** The elements of a sequence. */
    private static int positions(String operation, String name, Tensor x, Tensor table) {
        require(operation, name, x, table.dtype());
        if (x.shape().rank() != 3 || table.shape().rank() != 2 || x.size(2) != table.size(1)) {
            throw new IllegalArgumentException(operation + ": wants " + name
                    + " (N, T, columns) and positions (rows, columns), they are " + x.shape() + " and "
                    + table.shape());
        }
        if (x.size(1) > table.size(0)) {
            throw new IllegalArgumentException(operation + ": " + name + " " + x.shape() + " has " + x.size(1)
                    + " positions, the table has " + table.size(0) + "; cut the sequences, or make the table longer");
        }
        return x.size(1) * x.size(2);
    }

    private static void requirePadding(String operation, int padding, Tensor table) {
        if (padding < 0 || padding >= table.size(0)) {
            throw new IllegalArgumentException(operation + ": the index of padding must be one of the " + table.size(0)
                    + " rows, from 0, it is " + padding);
        }
    }

    /**
     * out = x · weight + bias.
     *
     * @param x (…, fanIn)
     * @param weight (fanIn, fanOut)
     * @param bias (fanOut), or null for none
     * @param out (…, fanOut), written; neither x nor weight
     */
    public static void linear(Tensor x, Tensor weight, @Nullable Tensor bias, Tensor out) {
        int fanIn = weight.size(0);
        int fanOut = weight.size(1);
        int rows = rows("linear", "x", x, fanIn);
        require("linear", "x", x, weight.dtype());
        require("linear", "out", out, weight.dtype());
        requireElements("linear", "out", out, rows, fanOut);
        requireApart("linear", "out", out, "x", x);
        requireApart("linear", "out", out, "weight", weight);
        if (bias != null) {
            require("linear", "bias", bias, weight.dtype());
            requireElements("linear", "bias", bias, 1, fanOut);
            Rows.fill(bias.elements(), fanOut, out.elements(), rows);
        }
        MatrixForms.multiply(Form.NN, x, weight, rows, fanOut, fanIn, bias != null, out);
        if (Tracing.isOn()) {
            Tracing.record(Op.LINEAR, out, bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
        }
    }

    /**
     * The gradients of {@link #linear} for its parameters: dWeight += xᵀ · dOut, dBias += Σ over rows of dOut, with the
     * error of {@link Tensor#sum(int, boolean)}.
     *
     * @param x (…, fanIn)
     * @param dOut (…, fanOut)
     * @param dWeight (fanIn, fanOut), added to
     * @param dBias (fanOut), added to, or null for none
     */
    public static void linearBackwardParameters(Tensor x, Tensor dOut, Tensor dWeight, @Nullable Tensor dBias) {
        int fanIn = dWeight.size(0);
        int fanOut = dWeight.size(1);
        int rows = rows("linearBackward", "x", x, fanIn);
        require("linearBackward", "x", x, dWeight.dtype());
        require("linearBackward", "dOut", dOut, dWeight.dtype());
        requireElements("linearBackward", "dOut", dOut, rows, fanOut);
        MatrixForms.multiply(Form.TN, x, dOut, fanIn, fanOut, rows, true, dWeight);
        if (dBias != null) {
            require("linearBackward", "dBias", dBias, dWeight.dtype());
            requireElements("linearBackward", "dBias", dBias, 1, fanOut);
            Reduction.addRows(dOut.elements(), 0, rows, fanOut, dBias.elements(), 0);
        }
    }

    /**
     * The gradient of {@link #linear} for its input: dX = dOut · weightᵀ.
     *
     * @param dOut (…, fanOut)
     * @param weight (fanIn, fanOut)
     * @param dX (…, fanIn), written; neither dOut nor weight
     */
    public static void linearBackwardInput(Tensor dOut, Tensor weight, Tensor dX) {
        int fanIn = weight.size(0);
        int fanOut = weight.size(1);
        int rows = rows("linearBackward", "dOut", dOut, fanOut);
        require("linearBackward", "dOut", dOut, weight.dtype());
        require("linearBackward", "dX", dX, weight.dtype());
        requireElements("linearBackward", "dX", dX, rows, fanIn);
        requireApart("linearBackward", "dX", dX, "dOut", dOut);
        requireApart("linearBackward", "dX", dX, "weight", weight);
        MatrixForms.multiply(Form.NT, dOut, weight, rows, fanIn, fanOut, false, dX);
    }

    /**
     * out = x · weightᵀ, as where the last layer of a language model uses the table of its embedding.
     *
     * @param x (…, columns)
     * @param weight (rows, columns)
     * @param out (…, rows), written; neither x nor weight
     */
    public static void linearTransposed(Tensor x, Tensor weight, Tensor out) {
        int outputs = weight.size(0);
        int columns = weight.size(1);
        int rows = rows("linearTransposed", "x", x, columns);
        require("linearTransposed", "x", x, weight.dtype());
        require("linearTransposed", "out", out, weight.dtype());
        requireElements("linearTransposed", "out", out, rows, outputs);
        requireApart("linearTransposed", "out", out, "x", x);
        requireApart("linearTransposed", "out", out, "weight", weight);
        MatrixForms.multiply(Form.NT, x, weight, rows, outputs, columns, false, out);
        if (Tracing.isOn()) {
            Tracing.record(Op.MATMUL_TRANSPOSE_B, out, x, weight);
        }
    }

    /**
     * The gradients of {@link #linearTransposed}: dX = dOut · weight, dWeight += dOutᵀ · x.
     *
     * @param x (…, columns)
     * @param weight (rows, columns)
     * @param dOut (…, rows)
     * @param dX (…, columns), written; neither dOut nor weight
     * @param dWeight (rows, columns), added to
     */
    public static void linearTransposedBackward(Tensor x, Tensor weight, Tensor dOut, Tensor dX, Tensor dWeight) {
        int outputs = weight.size(0);
        int columns = weight.size(1);
        int rows = rows("linearTransposedBackward", "x", x, columns);
        require("linearTransposedBackward", "x", x, weight.dtype());
        require("linearTransposedBackward", "dOut", dOut, weight.dtype());
        requireElements("linearTransposedBackward", "dOut", dOut, rows, outputs);
        requireAlike("linearTransposedBackward", "dX", x, dX);
        requireAlike("linearTransposedBackward", "dWeight", weight, dWeight);
        requireApart("linearTransposedBackward", "dX", dX, "dOut", dOut);
        requireApart("linearTransposedBackward", "dX", dX, "weight", weight);
        MatrixForms.multiply(Form.NN, dOut, weight, rows, columns, outputs, false, dX);
        MatrixForms.multiply(Form.TN, dOut, x, outputs, columns, rows, true, dWeight);
    }

    /**
     * Leaves out elements of x at random and scales the others, so that the mean stays.
     *
     * <pre>
     * mask = 1 / (1 - p) with probability 1 - p, otherwise 0;  out = x ∘ mask
     * </pre>
     *
     * <p>The mask is drawn from the first element to the last by {@link TorchRandom#bernoulli(double, float[])}, as
     * PyTorch draws it, and is the same in both types. For p = 0 and p = 1 nothing is drawn.
     *
     * @param x (…)
     * @param p the probability of leaving an element out, from 0 to 1
     * @param mask (…), written; not x
     * @param out (…), written; may be x
     */
    public static void dropout(Tensor x, double p, TorchRandom random, Tensor mask, Tensor out) {
        requireAlike("dropout", "mask", x, mask);
        requireAlike("dropout", "out", x, out);
        requireApart("dropout", "mask", mask, "x", x);
        requireApart("dropout", "out", out, "mask", mask);
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("dropout: p must be from 0 to 1, it is " + p);
        }
        drawMask(p, random, mask);
        multiply(x, mask, out);
        if (Tracing.isOn()) {
            Tracing.record(Op.DROPOUT, new double[] {p}, out, x);
        }
    }

    private static void drawMask(double p, TorchRandom random, Tensor mask) {
        if (p == 0 || p == 1) {
            mask.fill(1 - p);
            return;
        }
        switch (mask.dtype()) {
            case FLOAT32 -> random.bernoulli(1 - p, mask.floats());
            case FLOAT64 -> random.bernoulli(1 - p, mask.doubles());
            case INT32 -> throw new IllegalArgumentException("dropout: wants FLOAT32 or FLOAT64, mask is INT32");
        }
        int n = mask.shape().elements();
        Elementwise.binary(BinaryOperation.DIVIDE, mask.elements(), 1 - p, mask.elements(), n);
    }

    private static void multiply(Tensor a, Tensor b, Tensor out) {
        int n = out.shape().elements();
        Elementwise.multiply(a.elements(), b.elements(), out.elements(), n);
    }

    /**
     * dX = dOut ∘ mask.
     *
     * @param mask (…), as forward wrote it
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void dropoutBackward(Tensor mask, Tensor dOut, Tensor dX) {
        requireAlike("dropoutBackward", "dOut", mask, dOut);
        requireAlike("dropoutBackward", "dX", mask, dX);
        multiply(dOut, mask, dX);
    }

    /**
     * out = a · b of each two matrices; the dimensions before the last two broadcast. A matrix that is repeated is read
     * where it is. The bits do not depend on the number of threads.
     *
     * @param a (…, m, k)
     * @param b (…, k, n)
     * @param out (…, m, n), written; neither a nor b
     */
    public static void batchedMatmul(Tensor a, Tensor b, Tensor out) {
        BatchedMatmul.forward("batchedMatmul", Form.NN, a, b, out);
    }

    /**
     * dA += dOut · bᵀ, dB += aᵀ · dOut, each summed over the matrices for which forward repeated it, in their order.
     *
     * @param dOut (…, m, n)
     * @param dA (…, m, k), as a; added to
     * @param dB (…, k, n), as b; added to
     */
    public static void batchedMatmulBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
        BatchedMatmul.requireBackward("batchedMatmulBackward", Form.NN, a, b, dOut, dA, dB);
        BatchedMatmul.multiply(Form.NT, dOut, b, dA, true);
        BatchedMatmul.multiply(Form.TN, a, dOut, dB, true);
    }

    /**
     * out = aᵀ · b of each two matrices, as {@link #batchedMatmul}.
     *
     * @param a (…, k, m)
     * @param b (…, k, n)
     * @param out (…, m, n), written; neither a nor b
     */
    public static void batchedMatmulTransposeA(Tensor a, Tensor b, Tensor out) {
        BatchedMatmul.forward("batchedMatmulTransposeA", Form.TN, a, b, out);
    }

    /**
     * dA += b · dOutᵀ, dB += a · dOut, each summed over the matrices for which forward repeated it, in their order.
     *
     * @param dOut (…, m, n)
     * @param dA (…, k, m), as a; added to
     * @param dB (…, k, n), as b; added to
     */
    public static void batchedMatmulTransposeABackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
        BatchedMatmul.requireBackward("batchedMatmulTransposeABackward", Form.TN, a, b, dOut, dA, dB);
        BatchedMatmul.multiply(Form.NT, b, dOut, dA, true);
        BatchedMatmul.multiply(Form.NN, a, dOut, dB, true);
    }

    /**
     * out = a · bᵀ of each two matrices, as {@link #batchedMatmul}: the scores of an attention, queries · keysᵀ.
     *
     * @param a (…, m, k)
     * @param b (…, n, k)
     * @param out (…, m, n), written; neither a nor b
     */
    public static void batchedMatmulTransposeB(Tensor a, Tensor b, Tensor out) {
        BatchedMatmul.forward("batchedMatmulTransposeB", Form.NT, a, b, out);
    }

    /**
     * dA += dOut · b, dB += dOutᵀ · a, each summed over the matrices for which forward repeated it, in their order.
     *
     * @param dOut (…, m, n)
     * @param dA (…, m, k), as a; added to
     * @param dB (…, n, k), as b; added to
     */
    public static void batchedMatmulTransposeBBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
        BatchedMatmul.requireBackward("batchedMatmulTransposeBBackward", Form.NT, a, b, dOut, dA, dB);
        BatchedMatmul.multiply(Form.NN, dOut, b, dA, true);
        BatchedMatmul.multiply(Form.TN, dOut, a, dB, true);
    }
}
