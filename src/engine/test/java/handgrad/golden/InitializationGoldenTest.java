package handgrad.golden;

import handgrad.nn.Initialization;
import handgrad.random.TorchRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each initialisation after PyTorch's {@code manual_seed}. */
@Tag("no-kernel")
class InitializationGoldenTest {
    private static final long SEED = 2147483647L;
    private static final int[][] SIZES = {{30, 20}, {20, 30}, {16, 16}, {3, 4}, {4, 3}};

    private static Map<String, Initialization> initializations() {
        var named = new LinkedHashMap<String, Initialization>();
        named.put("pytorch", Initialization.PYTORCH);
        named.put("kaiming-normal", Initialization.KAIMING_NORMAL);
        named.put("kaiming-uniform", Initialization.KAIMING_UNIFORM);
        named.put("xavier-normal", Initialization.XAVIER_NORMAL.withGain(5.0 / 3));
        named.put("xavier-uniform", Initialization.XAVIER_UNIFORM);
        named.put("normal", Initialization.normal(0.02));
        named.put("orthogonal", Initialization.ORTHOGONAL);
        named.put("orthogonal-gain", Initialization.ORTHOGONAL.withGain(Math.sqrt(2)));
        named.put("truncated-normal", Initialization.truncatedNormal(1, 2));
        named.put("truncated-normal-0.5", Initialization.truncatedNormal(0.5, 0.25));
        named.put("truncated-normal-0.02", Initialization.truncatedNormal(0.02, 2));
        return named;
    }

    @Test
    void draws_the_numbers_of_pytorch() {
        var golden = Golden.read("initialization");
        initializations().forEach((name, initialization) -> {
            for (int[] sizes : SIZES) {
                var weight = initialization.weight(sizes[0], sizes[1], TorchRandom.seeded(SEED));
                // PyTorch decomposes in float32, with an error that grows with the condition of the matrix.
                double tolerance = name.startsWith("orthogonal") ? 1e-5 : 1e-6;
                golden.assertRelative(name + "." + sizes[0] + "x" + sizes[1], weight, tolerance);
            }
        });
        // A whole layer, weight before bias; PyTorch's weight is (out, in).
        var random = TorchRandom.seeded(SEED);
        var weight = Initialization.PYTORCH.weight(20, 30, random, 30, 20);
        golden.assertRelative("linear.weight", weight, 1e-6);
        golden.assertRelative("linear.bias", Initialization.PYTORCH.bias(20, 30, random), 1e-6);
        golden.assertAllUsed();
    }
}
