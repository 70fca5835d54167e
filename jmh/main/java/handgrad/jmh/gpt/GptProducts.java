package handgrad.jmh.gpt;

import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.matmul.Product;
import handgrad.kernel.route.Form;
import handgrad.kernel.runtime.Parallel;
import handgrad.nn.Gpt;
import handgrad.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The matrix products of a training step of a GPT and nothing else: each one of forward and backward at its size, by
 * the route that the step takes and in the step's order, with the weights and gradients of the model. Every layer has
 * arrays of its own for its inputs and outputs, as in the step, so that as much memory is read and written.
 */
final class GptProducts {
    /** What {@link handgrad.kernel.attention.CausalAttention} has: the queries of a tile, the least work of a range. */
    private static final int TILE = 64;

    private static final long BLOCK_WORK = 1L << 19;

    private final Map<String, Parameter> parameters;
    private final int sequences;
    private final int positions;
    private final int width;
    private final int heads;
    private final ThreadLocal<float[][]> tiles =
            ThreadLocal.withInitial(() -> new float[][] {new float[TILE * TILE], new float[TILE * TILE]});
    private final List<Runnable> products = new ArrayList<>();

    /** The products of a step on (sequences, positions). */
    GptProducts(Gpt model, int sequences, int positions) {
        if (positions > TILE) {
            throw new IllegalArgumentException("GptProducts: attention beyond one tile is not done, up to " + TILE
                    + " positions are, here are " + positions);
        }
        var options = model.options();
        parameters = model.namedParameters();
        this.sequences = sequences;
        this.positions = positions;
        width = options.embedding();
        heads = options.heads();
        var backward = new ArrayList<List<Runnable>>();
        for (int i = 0; i < options.layers(); i++) {
            var block = "blocks." + i + ".";
            backward.add(linear(block + "attention.qkv"));
            backward.add(attention());
            backward.add(linear(block + "attention.projection"));
            backward.add(linear(block + "expand"));
            backward.add(linear(block + "contract"));
        }
        backward.add(options.tied() ? tiedHead() : linear("head"));
        backward.reversed().forEach(products::addAll);
    }

    /** Does all of them once. */
    void run() {
        products.forEach(Runnable::run);
    }

    /** out = x · weight, on top of the bias where there is one; then dWeight += xᵀ · dOut and dX = dOut · weightᵀ. */
    private List<Runnable> linear(String name) {
        var weight = parameter(name + ".weight");
        boolean bias = parameters.containsKey(name + ".bias");
        int fanIn = weight.value().size(0);
        int fanOut = weight.value().size(1);
        int rows = sequences * positions;
        float[] w = weight.value().floats();
        float[] dW = weight.grad().floats();
        float[] x = values(rows * fanIn);
        float[] out = values(rows * fanOut);
        float[] dOut = values(rows * fanOut);
        float[] dX = values(rows * fanIn);
        products.add(product(Form.NN, rows, fanOut, fanIn, bias, x, w, out));
        return List.of(
                product(Form.TN, fanIn, fanOut, rows, true, x, dOut, dW),
                product(Form.NT, rows, fanIn, fanOut, false, dOut, w, dX));
    }

    /**
     * logits = x · tableᵀ; then dX = dLogits · table and dTable += dLogitsᵀ · x. The gradient stands where the logits
     * were.
     */
    private List<Runnable> tiedHead() {
        var table = parameter("tokens.weight");
        int vocabulary = table.value().size(0);
        int rows = sequences * positions;
        float[] w = table.value().floats();
        float[] dW = table.grad().floats();
        float[] x = values(rows * width);
        float[] logits = values(rows * vocabulary);
        float[] dX = values(rows * width);
        products.add(product(Form.NT, rows, vocabulary, width, false, x, w, logits));
        return List.of(
                product(Form.NN, rows, width, vocabulary, false, logits, w, dX),
                product(Form.TN, vocabulary, width, rows, true, logits, x, dW));
    }

    private Runnable product(Form form, int m, int n, int k, boolean accumulate, float[] a, float[] b, float[] c) {
        return () -> MatrixProduct.multiply(Product.ofThread(form, m, n, k).accumulate(accumulate), a, b, c);
    }

    /** Those of all heads, which the threads share. */
    private List<Runnable> attention() {
        int rows = sequences * positions;
        float[] qkv = values(3 * rows * width);
        float[] out = values(rows * width);
        float[] dOut = values(rows * width);
        float[] dQkv = values(3 * rows * width);
        products.add(() -> overHeads(head -> attentionForward(head, qkv, out)));
        return List.of(() -> overHeads(head -> attentionBackward(head, qkv, dOut, dQkv)));
    }

    private void overHeads(IntConsumer task) {
        long work = 2L * positions * positions * headSize();
        Parallel.ranges(sequences * heads, Math.clamp(BLOCK_WORK / work, 1, sequences * heads), (from, to) -> {
            for (int head = from; head < to; head++) {
                task.accept(head);
            }
        });
    }

    /** S = q kᵀ; out = S v. */
    private void attentionForward(int head, float[] qkv, float[] out) {
        float[] s = tiles.get()[0];
        int q = qOf(head);
        int k = q + width;
        int v = k + width;
        int ld = 3 * width;
        multiply(scores().a(q, ld).b(k, ld).c(0, stride()), qkv, qkv, s);
        multiply(values(Form.NN).a(0, stride()).b(v, ld).c(outOf(head), width), s, qkv, out);
    }

    /** S = q kᵀ; dS = dOut vᵀ; dV = Sᵀ dOut; dQ = dS k; dK = dSᵀ q. */
    private void attentionBackward(int head, float[] qkv, float[] dOut, float[] dQkv) {
        float[] s = tiles.get()[0];
        float[] dS = tiles.get()[1];
        int q = qOf(head);
        int k = q + width;
        int v = k + width;
        int ld = 3 * width;
        int out = outOf(head);
        multiply(scores().a(q, ld).b(k, ld).c(0, stride()), qkv, qkv, s);
        multiply(scores().a(out, width).b(v, ld).c(0, stride()), dOut, qkv, dS);
        multiply(values(Form.TN).a(0, stride()).b(out, width).c(v, ld), s, dOut, dQkv);
        multiply(values(Form.NN).a(0, stride()).b(k, ld).c(q, ld), dS, qkv, dQkv);
        multiply(values(Form.TN).a(0, stride()).b(q, ld).c(k, ld), dS, qkv, dQkv);
    }

    /** A product that gives (T, T). */
    private Product scores() {
        return Product.ofThread(Form.NT, positions, positions, headSize());
    }

    /** A product that gives (T, d). */
    private Product values(Form form) {
        return Product.ofThread(form, positions, headSize(), positions);
    }

    private static void multiply(Product product, float[] a, float[] b, float[] c) {
        MatrixProduct.multiplyInThread(product, a, b, c);
    }

    private int headSize() {
        return width / heads;
    }

    /** From a row of S to the next: whole vectors. */
    private int stride() {
        return Math.ceilDiv(positions, 16) * 16;
    }

    private int qOf(int head) {
        return head / heads * positions * 3 * width + head % heads * headSize();
    }

    private int outOf(int head) {
        return head / heads * positions * width + head % heads * headSize();
    }

    private Parameter parameter(String name) {
        var parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalStateException("GptProducts: the model has no " + name + ", only " + parameters.keySet());
        }
        return parameter;
    }

    /** Numbers from -1 to 1 that repeat after a prime, so that no row repeats with them. */
    private static float[] values(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i * 7919L % 65_537 / 32_768f - 1;
        }
        return values;
    }
}
