package handgrad.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class PythonRandomTest {
    /** Every seed of the fixture replayed from its first call to its last. */
    @Test
    void drawsAsPythonDoes() {
        var calls = Fixture.read("python.txt");
        assertThat(calls).filteredOn(call -> call.name().equals("seed")).hasSize(7);
        var random = PythonRandom.seeded(0);
        for (var call : calls) {
            switch (call.name()) {
                case "seed" ->
                    random = PythonRandom.seeded(Long.parseLong(call.arguments().getFirst()));
                case "random" -> {
                    double[] drawn = Stream.generate(random::random)
                            .limit(call.argument(0))
                            .mapToDouble(Double::doubleValue)
                            .toArray();
                    assertThat(drawn).as(call.toString()).isEqualTo(call.doubles());
                }
                case "randrange" -> {
                    var drawn = new int[call.argument(1)];
                    for (int i = 0; i < drawn.length; i++) {
                        drawn[i] = random.randrange(call.argument(0));
                    }
                    assertThat(drawn).as(call.toString()).isEqualTo(call.integers());
                }
                case "shuffle" -> {
                    List<Integer> shuffled = new ArrayList<>(
                            IntStream.range(0, call.argument(0)).boxed().toList());
                    random.shuffle(shuffled);
                    assertThat(shuffled.stream().mapToInt(Integer::intValue).toArray())
                            .as(call.toString())
                            .isEqualTo(call.integers());
                }
                default -> throw new IllegalArgumentException("the fixture names an unknown call: " + call);
            }
        }
    }

    @Test
    void refusesAnEmptyRange() {
        var random = PythonRandom.seeded(42);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.randrange(0))
                .withMessage("randrange: n 0 must be positive");
    }
}
