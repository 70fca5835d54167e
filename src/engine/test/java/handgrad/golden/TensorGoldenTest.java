package handgrad.golden;

import handgrad.tensor.DType;
import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
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
}
