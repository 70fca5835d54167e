package handgrad.golden;

import handgrad.nn.Parameter;
import handgrad.optim.Adam;
import handgrad.optim.AdamOptions;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Five steps of Adam and of AdamW against PyTorch. */
class AdamGoldenTest {
    private static final int STEPS = 5;

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void follows_pytorch(DType dtype) {
        double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 1e-6;
        var golden = Golden.read("adam");
        golden.assertRelative("adam", trained(golden, dtype, 0), tolerance);
        golden.assertRelative("adamw", trained(golden, dtype, 0.5), tolerance);
        golden.assertAllUsed();
    }

    /** The value after each step. */
    private static Tensor trained(Golden golden, DType dtype, double weightDecay) {
        var parameter = new Parameter("weight", golden.get("start").to(dtype).copy());
        var adam = new Adam(List.of(parameter), AdamOptions.PYTORCH.withWeightDecay(weightDecay));
        var values = new Tensor[STEPS];
        for (int step = 0; step < STEPS; step++) {
            var grad = golden.get("grads", dtype).narrow(0, step, 1).reshape(3, 21);
            parameter.grad().copyFrom(grad);
            adam.step(0.01);
            values[step] = parameter.value().copy().reshape(1, 3, 21);
        }
        return Tensor.cat(0, values);
    }
}
