package handgrad.golden;

import handgrad.nn.BagOfWords;
import handgrad.nn.Gru;
import handgrad.nn.Layer;
import handgrad.nn.Lstm;
import handgrad.nn.MakemoreGru;
import handgrad.nn.Rnn;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The first weights of recurrent layers, as PyTorch's modules and makemore's linear layers draw them. */
@Tag("no-kernel")
class RecurrentDrawsGoldenTest {
    private static final long SEED = 2147483647;
    private static final double TOLERANCE = 1e-6;

    private final Golden golden = Golden.read("recurrent-draws");

    private static Layer drawn(Function<TorchRandom, Layer> maker) {
        return maker.apply(TorchRandom.seeded(SEED));
    }

    private void requireModule(String name, Layer layer) {
        var state = layer.stateDict();
        var names = Map.of(
                "input.weight", "weight_ih_l0",
                "hidden.weight", "weight_hh_l0",
                "input.bias", "bias_ih_l0",
                "hidden.bias", "bias_hh_l0");
        names.forEach((own, torch) -> {
            var tensor = Objects.requireNonNull(state.get(own));
            golden.assertRelative(
                    name + "." + torch, own.endsWith("bias") ? tensor : tensor.transpose(0, 1), TOLERANCE);
        });
    }

    /** The weight of a Linear of [x, h], (out, in + hidden), from columns of the two weights here. */
    private void requireLinear(String name, Layer layer, int gate) {
        var state = layer.stateDict();
        var weight = Tensor.cat(
                0,
                Objects.requireNonNull(state.get("input.weight")),
                Objects.requireNonNull(state.get("hidden.weight")));
        golden.assertRelative(name + ".weight", weight.narrow(1, 7 * gate, 7).transpose(0, 1), TOLERANCE);
        golden.assertRelative(
                name + ".bias", Objects.requireNonNull(state.get("input.bias")).narrow(0, 7 * gate, 7), TOLERANCE);
    }

    @Test
    void draws_the_numbers_of_pytorch() {
        requireModule("rnn", drawn(random -> new Rnn(5, 7, random)));
        requireModule("gru", drawn(random -> new Gru(5, 7, random)));
        requireModule("lstm", drawn(random -> new Lstm(5, 7, random)));
        requireLinear("linear0", drawn(random -> Rnn.makemore(5, 7, random)), 0);
        for (int gate = 0; gate < 3; gate++) {
            requireLinear("linear" + gate, drawn(random -> new MakemoreGru(5, 7, random)), gate);
        }
        var bow = drawn(random -> new BagOfWords(5, 7, random)).stateDict();
        for (int i = 0; i < 2; i++) {
            var prefix = "mlp.f." + 2 * i;
            golden.assertRelative(
                    "bow" + i + ".weight",
                    Objects.requireNonNull(bow.get(prefix + ".weight")).transpose(0, 1),
                    TOLERANCE);
            golden.assertRelative("bow" + i + ".bias", Objects.requireNonNull(bow.get(prefix + ".bias")), TOLERANCE);
        }
        golden.assertAllUsed();
    }
}
