package handgrad.golden;

import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.nn.TiedLinear;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A training in which the output layer uses the table of the embedding. */
@Tag("composition")
class TiedGoldenTest {
    private static final int STEPS = 5;

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void follows_pytorch(DType dtype) {
        double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 1e-5;
        var golden = Golden.read("tied-training");
        var embedding = new Embedding(golden.get("table", dtype).copy());
        var hidden = new Linear(
                golden.get("weight", dtype).copy(), golden.get("bias", dtype).copy());
        var model = new Sequential(embedding, hidden, new Tanh(), new TiedLinear(embedding.weight()));
        var adam = new AdamW(model.parameters(), AdamOptions.PYTORCH.withWeightDecay(0.1));
        var loss = new CrossEntropyLoss();
        double[] losses = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            adam.zeroGrad();
            losses[step] = loss.forward(model.forward(row(golden, "x", step)), row(golden, "y", step));
            model.backward(loss.backward());
            if (step == 0) {
                golden.assertRelative("table.grad", embedding.weight().grad(), tolerance);
            }
            adam.step(0.01);
        }
        golden.assertRelative("losses", Tensor.of(losses, STEPS), tolerance);
        golden.assertRelative("table.after", embedding.weight().value(), tolerance);
        golden.assertRelative("weight.after", hidden.weight().value(), tolerance);
        golden.assertRelative("bias.after", hidden.parameters().getLast().value(), tolerance);
        golden.assertAllUsed();
    }

    private static Tensor row(Golden golden, String name, int step) {
        return golden.get(name).narrow(0, step, 1).reshape(-1);
    }
}
