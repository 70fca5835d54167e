package handgrad.jmh.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.random.TorchRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GptProductsTest {
    private static final GptOptions SMALL = GptOptions.MAKEMORE.withSizes(2, 2, 16);

    /** Each weight of a step's products has its gradient from one of them, and nothing else is written. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reachEveryWeightThatIsMultiplied(boolean tied) {
        var model = new Gpt(SMALL.withTied(tied), TorchRandom.seeded(1));
        var before = model.stateDict().copy();
        new GptProducts(model, 2, 16).run();
        var reached = model.namedParameters().entrySet().stream()
                .filter(entry -> IntStream.range(0, entry.getValue().grad().floats().length)
                        .anyMatch(i -> entry.getValue().grad().floats()[i] != 0))
                .map(entry -> entry.getKey().replaceFirst("blocks\\.\\d\\.", ""))
                .collect(Collectors.toSet());
        assertThat(reached)
                .containsExactlyInAnyOrder(
                        tied ? "tokens.weight" : "head.weight",
                        "attention.qkv.weight",
                        "attention.projection.weight",
                        "expand.weight",
                        "contract.weight");
        model.stateDict()
                .forEach((name, value) -> assertThat(value.floats())
                        .as(name)
                        .isEqualTo(before.get(name).floats()));
    }

    @Test
    void refuseAttentionInTiles() {
        var model = new Gpt(SMALL.withBlockSize(65), TorchRandom.seeded(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GptProducts(model, 1, 65))
                .withMessage("GptProducts: attention beyond one tile is not done, up to 64 positions are, here are 65");
    }
}
