package handgrad.golden;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.tensor.DType;
import handgrad.tensor.Functional;
import handgrad.tensor.SortOrder;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.LinkedHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations on tensors against PyTorch. */
class TensorGoldenTest {
    private static double tolerance(DType dtype) {
        return dtype == DType.FLOAT64 ? 1e-12 : 1e-5;
    }

    /** A product of batches into a given tensor. */
    private interface Forward {
        void run(Tensor a, Tensor b, Tensor out);
    }

    /** Its gradients, added to given tensors. */
    private interface Backward {
        void run(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void products_of_batches_follow_pytorch(DType dtype) {
        var golden = Golden.read("batched-matmul");
        var a = golden.get("nn.a", dtype);
        var b = golden.get("nn.b", dtype);
        golden.assertRelative("nn.out", a.matmul(b), tolerance(dtype));
        requireStep(golden, "nn", dtype, Functional::batchedMatmul, Functional::batchedMatmulBackward);
        requireStep(
                golden, "tn", dtype, Functional::batchedMatmulTransposeA, Functional::batchedMatmulTransposeABackward);
        requireStep(
                golden, "nt", dtype, Functional::batchedMatmulTransposeB, Functional::batchedMatmulTransposeBBackward);
        golden.assertAllUsed();
    }

    private static void requireStep(Golden golden, String form, DType dtype, Forward forward, Backward backward) {
        var a = golden.get(form + ".a", dtype);
        var b = golden.get(form + ".b", dtype);
        var out = Tensor.zeros(dtype, golden.get(form + ".out").shape());
        forward.run(a, b, out);
        golden.assertRelative(form + ".out", out, tolerance(dtype));
        var dA = Tensor.zeros(dtype, a.shape());
        var dB = Tensor.zeros(dtype, b.shape());
        backward.run(a, b, golden.get(form + ".out.grad", dtype), dA, dB);
        golden.assertRelative(form + ".a.grad", dA, tolerance(dtype));
        golden.assertRelative(form + ".b.grad", dB, tolerance(dtype));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void other_operations_follow_pytorch(DType dtype) {
        var golden = Golden.read("words");
        var x = golden.get("x", dtype);
        var rounded = golden.get("rounded", dtype);
        var y = golden.get("y", dtype);
        var columns = golden.get("columns");
        var results = new LinkedHashMap<String, Tensor>();
        results.put("sigmoid", x.sigmoid());
        results.put("softmax", x.softmax(1));
        results.put("log-softmax", x.logSoftmax(0));
        results.put("log-sum-exp", x.logSumExp(2, true));
        results.put("clamp", x.clamp(-0.5, 0.75));
        results.put("rsub", x.rsub(2));
        results.put("maximum", rounded.maximum(y));
        results.put("minimum", rounded.minimum(y));
        results.put("where", Tensor.where(columns, x, y));
        results.put("stack", Tensor.stack(-2, x, rounded));
        results.put("variance-biased", x.var(1, Variance.BIASED));
        results.put("deviation-unbiased", x.std(0, Variance.UNBIASED, true));
        results.put("cumsum", x.cumsum(1));
        results.put("ascending", rounded.sort(1).values());
        results.put("ascending-indices", rounded.sort(1).indices());
        results.put("descending", rounded.sort(0, SortOrder.DESCENDING).values());
        results.put("descending-indices", rounded.sort(0, SortOrder.DESCENDING).indices());
        results.put("largest", x.topK(3, 1).values());
        results.put("largest-indices", x.topK(3, 1).indices());
        results.put("gather", x.gather(1, golden.get("indices")));
        results.put("scatter-add", x.copy().scatterAdd(2, columns, rounded));
        results.forEach((name, result) -> {
            if (result.dtype() == DType.INT32) {
                assertThat(result).as(name).isEqualTo(golden.get(name));
            } else {
                golden.assertRelative(name, result, tolerance(dtype));
            }
        });
        golden.assertAllUsed();
    }
}
