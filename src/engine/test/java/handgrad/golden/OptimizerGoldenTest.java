package handgrad.golden;

import handgrad.nn.Linear;
import handgrad.nn.Parameter;
import handgrad.optim.Adam;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.optim.Optimizer;
import handgrad.optim.ParameterGroup;
import handgrad.optim.ParameterGroups;
import handgrad.optim.RMSprop;
import handgrad.optim.RMSpropOptions;
import handgrad.optim.Sgd;
import handgrad.optim.SgdOptions;
import handgrad.optim.WeightAverage;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Five steps of each optimiser against PyTorch. */
@Tag("no-product")
class OptimizerGoldenTest {
    private static final int STEPS = 5;

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void follows_pytorch(DType dtype) {
        double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 1e-6;
        var golden = Golden.read("adam");
        var decay = AdamOptions.PYTORCH.withWeightDecay(0.5);
        var momentum = SgdOptions.PYTORCH.withMomentum(0.9);
        golden.assertRelative("adam", trained(golden, dtype, Adam::new), tolerance);
        golden.assertRelative("adam-l2", trained(golden, dtype, p -> new Adam(p, decay)), 10 * tolerance);
        golden.assertRelative("adamw", trained(golden, dtype, p -> new AdamW(p, decay)), tolerance);
        golden.assertRelative("sgd", trained(golden, dtype, Sgd::new), tolerance);
        golden.assertRelative(
                "sgd-decay",
                trained(golden, dtype, p -> new Sgd(p, SgdOptions.PYTORCH.withWeightDecay(0.5))),
                tolerance);
        golden.assertRelative(
                "momentum",
                trained(
                        golden,
                        dtype,
                        p -> new Sgd(p, momentum.withDampening(0.25).withWeightDecay(0.5))),
                tolerance);
        golden.assertRelative(
                "nesterov", trained(golden, dtype, p -> new Sgd(p, momentum.withNesterov(true))), tolerance);
        var rms = RMSpropOptions.PYTORCH;
        golden.assertRelative("rmsprop", trained(golden, dtype, RMSprop::new), tolerance);
        golden.assertRelative(
                "rmsprop-alpha",
                trained(
                        golden,
                        dtype,
                        p -> new RMSprop(p, rms.withAlpha(0.8).withEpsilon(1e-3).withWeightDecay(0.5))),
                tolerance);
        golden.assertRelative(
                "rmsprop-momentum", trained(golden, dtype, p -> new RMSprop(p, rms.withMomentum(0.9))), tolerance);
        golden.assertRelative(
                "rmsprop-centered",
                trained(golden, dtype, p -> new RMSprop(p, rms.withMomentum(0.9).withCentered(true))),
                tolerance);
        golden.assertAllUsed();
    }

    /** The value after each step. */
    private static Tensor trained(Golden golden, DType dtype, Function<List<Parameter>, Optimizer> optimizer) {
        var parameter = new Parameter("weight", golden.get("start").to(dtype).copy());
        var optimiser = optimizer.apply(List.of(parameter));
        var values = new Tensor[STEPS];
        for (int step = 0; step < STEPS; step++) {
            var grad = golden.get("grads", dtype).narrow(0, step, 1).reshape(3, 21);
            parameter.grad().copyFrom(grad);
            optimiser.step(0.01);
            values[step] = parameter.value().copy().reshape(1, 3, 21);
        }
        return Tensor.cat(0, values);
    }

    /** Decay on the matrix alone, twice the learning rate for the vector, and gradients clipped within the step. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void follows_pytorch_in_groups_and_clipped(DType dtype) {
        double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 1e-6;
        var golden = Golden.read("parameter-groups");
        var adam = AdamOptions.PYTORCH.withWeightDecay(0.5);
        var sgd = SgdOptions.PYTORCH.withWeightDecay(0.5);
        var optimizers = Map.<String, Function<ParameterGroups, Optimizer>>of(
                "adam", groups -> new Adam(groups, adam),
                "adamw", groups -> new AdamW(groups, adam),
                "sgd", groups -> new Sgd(groups, sgd),
                "momentum", groups -> new Sgd(groups, sgd.withMomentum(0.9)));
        optimizers.forEach((name, optimizer) -> golden.assertRelative(
                name, trainedInGroups(golden, dtype, optimizer), name.equals("adam") ? 10 * tolerance : tolerance));
        golden.assertAllUsed();
    }

    private static Tensor trainedInGroups(Golden golden, DType dtype, Function<ParameterGroups, Optimizer> optimizer) {
        var weight = new Parameter("weight", golden.get("weight").to(dtype).copy());
        var bias = new Parameter("bias", golden.get("bias").to(dtype).copy());
        var optimiser = optimizer.apply(ParameterGroups.of(
                ParameterGroup.of(List.of(weight)),
                ParameterGroup.of(List.of(bias)).withRateFactor(2).withDecayFactor(0)));
        var values = new Tensor[STEPS];
        var norms = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            weight.grad()
                    .copyFrom(
                            golden.get("weight.grads", dtype).narrow(0, step, 1).reshape(3, 7));
            bias.grad()
                    .copyFrom(golden.get("bias.grads", dtype).narrow(0, step, 1).reshape(7));
            norms[step] = optimiser.clippedStep(0.01, 3);
            values[step] =
                    Tensor.cat(0, weight.value().reshape(-1), bias.value()).reshape(1, -1);
        }
        golden.assertRelative("norms", Tensor.of(norms, STEPS), 1e-12);
        return Tensor.cat(0, values);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void an_average_follows_pytorch(DType dtype) {
        var golden = Golden.read("weight-average");
        var layer = new Linear(Tensor.zeros(7, 3), Tensor.zeros(3));
        layer.to(dtype);
        var average = new WeightAverage(layer, 0.9);
        var averages = new Tensor[STEPS];
        for (int step = 0; step < STEPS; step++) {
            layer.parameters()
                    .get(0)
                    .value()
                    .copyFrom(golden.get("weights").narrow(0, step, 1).reshape(7, 3));
            layer.parameters()
                    .get(1)
                    .value()
                    .copyFrom(golden.get("biases").narrow(0, step, 1).reshape(3));
            average.update();
            try (var _ = average.swapIn()) {
                var weight = layer.parameters().get(0).value();
                var bias = layer.parameters().get(1).value();
                averages[step] = Tensor.cat(0, weight.reshape(-1), bias).reshape(1, -1);
            }
        }
        golden.assertRelative("averages", Tensor.cat(0, averages), dtype == DType.FLOAT64 ? 1e-15 : 1e-6);
        golden.assertAllUsed();
    }
}
