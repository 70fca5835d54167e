package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;

/**
 * The first weights of a GPT-2 (Radford et al. 2019, section 2.3), in the order in which nanoGPT draws them with
 * PyTorch: every table and weight in the order of the modules, the tied one twice, then once more the two of each block
 * whose result is added to the block's input. A weight is drawn as PyTorch stores it, (fanOut, fanIn).
 */
final class Gpt2Draws {
    private static final double DEVIATION = 0.02;

    private Gpt2Draws() {}

    static void draw(Gpt model, TorchRandom random) {
        var named = model.namedParameters();
        named.forEach((name, parameter) -> {
            if (name.endsWith(".bias")) {
                parameter.value().fill(0);
            } else if (parameter.value().shape().rank() == 2) {
                draw(name, parameter, DEVIATION, random);
            }
        });
        var tokens = named.get("tokens.weight");
        if (model.options().tied() && tokens != null) {
            draw("tokens.weight", tokens, DEVIATION, random);
        }
        double added = DEVIATION / Math.sqrt(2.0 * model.options().layers());
        named.forEach((name, parameter) -> {
            if (name.endsWith("projection.weight") || name.endsWith("contract.weight")) {
                draw(name, parameter, added, random);
            }
        });
    }

    private static void draw(String name, Parameter parameter, double deviation, TorchRandom random) {
        var value = parameter.value();
        boolean table = name.equals("tokens.weight") || name.equals("positions.weight");
        value.copyFrom(
                table
                        ? normal(random, deviation, value.size(0), value.size(1))
                        : normal(random, deviation, value.size(1), value.size(0))
                                .transpose(0, 1));
    }

    private static Tensor normal(TorchRandom random, double deviation, int rows, int columns) {
        return Tensor.randn(random, rows, columns).mul(deviation);
    }
}
