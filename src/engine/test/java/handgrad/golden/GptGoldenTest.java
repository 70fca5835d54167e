package handgrad.golden;

import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A GPT beside PyTorch: logits, loss, every gradient, and the losses of ten steps of AdamW. */
@Tag("composition")
class GptGoldenTest {
    private static final int LOSSES = 11;

    private static final GptOptions OWN =
            new GptOptions(11, 6, 2, 2, 8, 0, true, false, false, GptOptions.Draws.PYTORCH);

    @ParameterizedTest
    @CsvSource({"own, FLOAT64, false", "own, FLOAT32, true", "tied, FLOAT64, true", "tied, FLOAT32, false"})
    void follows_pytorch(String name, DType dtype, boolean inPlace) {
        double tolerance = dtype == DType.FLOAT64 ? 1e-11 : 1e-4;
        var golden = Golden.read("gpt-" + name);
        boolean tied = name.equals("tied");
        var model = new Gpt(OWN.withBias(!tied).withTied(tied).withExactGelu(tied), TorchRandom.seeded(1));
        model.to(dtype);
        golden.load(model);
        var adam = new AdamW(
                model.parameters(), AdamOptions.PYTORCH.withBetas(0.9, 0.99).withWeightDecay(0.1));
        var loss = inPlace ? CrossEntropyLoss.inPlace() : new CrossEntropyLoss();
        var x = golden.get("x");
        var y = golden.get("y");
        double[] losses = new double[LOSSES];
        for (int step = 0; step < LOSSES; step++) {
            var logits = model.forward(x);
            if (step == 0) {
                golden.assertRelative("logits", logits, tolerance);
            }
            losses[step] = loss.forward(logits, y);
            adam.zeroGrad();
            model.backward(loss.backward());
            if (step == 0) {
                model.namedParameters()
                        .forEach((key, parameter) -> golden.assertRelative(key + ".grad", parameter.grad(), tolerance));
            }
            adam.step(0.01);
        }
        golden.assertRelative("losses", Tensor.of(losses, LOSSES), tolerance);
        golden.assertAllUsed();
    }
}
