package handgrad.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("no-kernel")
class RandomStateTest {
    private final TorchRandom random = TorchRandom.seeded(42);

    private static float[] normals(TorchRandom random, int count) {
        var drawn = new float[count];
        random.randn(drawn);
        return drawn;
    }

    private static int[] integers(TorchRandom random, int count) {
        var drawn = new int[count];
        random.randint(Integer.MIN_VALUE, Integer.MAX_VALUE, drawn);
        return drawn;
    }

    /** Odd numbers of normal draws leave the second of a pair; 624 words end a state of the twister. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 15, 16, 311, 623, 624, 625, 1500})
    void what_was_drawn_since_is_drawn_again(int before) {
        for (int i = 0; i < before; i++) {
            random.randint(27);
        }
        normals(random, before % 16);
        var state = random.state();
        var copy = random.copy();
        var other = TorchRandom.seeded(7);
        other.setState(RandomState.of(state.toArray()));
        var normals = normals(random, 5);
        var integers = integers(random, 1300);
        var later = random.state();
        random.setState(state);
        for (var again : new TorchRandom[] {random, copy, other}) {
            assertThat(normals(again, 5)).isEqualTo(normals);
            assertThat(integers(again, 1300)).isEqualTo(integers);
            assertThat(again.state()).isEqualTo(later).hasSameHashCodeAs(later).isNotEqualTo(state);
        }
    }

    @Test
    void a_copy_goes_its_own_way() {
        var copy = random.copy();
        var first = integers(random, 700);
        assertThat(integers(copy, 700)).isEqualTo(first);
        copy.randint(27);
        assertThat(copy.state()).isNotEqualTo(random.state());
    }

    @Test
    void a_generator_goes_on_as_another_one_and_as_a_seeded_one() {
        normals(random, 3);
        integers(random, 10);
        var other = TorchRandom.seeded(7);
        normals(other, 1);
        other.set(random);
        assertThat(other.state()).isEqualTo(random.state());
        assertThat(normals(other, 1)).isEqualTo(normals(random, 1));
        assertThat(integers(other, 700)).isEqualTo(integers(random, 700));
        normals(other, 1);
        other.seed(-5);
        assertThat(other.state()).isEqualTo(TorchRandom.seeded(-5).state());
        assertThat(integers(other, 700)).isEqualTo(integers(TorchRandom.seeded(-5), 700));
    }

    @Test
    void its_integers_are_copies() {
        var state = random.state();
        var integers = state.toArray();
        var made = RandomState.of(integers);
        integers[3]++;
        state.toArray()[5]++;
        assertThat(made).isEqualTo(state).isEqualTo(random.state());
        assertThat(RandomState.of(integers)).isNotEqualTo(state);
    }

    @Test
    void what_is_no_state_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RandomState.of(1, 2, 3))
                .withMessage("RandomState: wants 628 integers, there are 3");
        requireRefused(624, 625, "RandomState: the position must be from 0 to 624, it is 625");
        requireRefused(624, -1, "RandomState: the position must be from 0 to 624, it is -1");
        requireRefused(625, 2, "RandomState: integer 625 must be 0 or 1, it is 2");
        var zeros = random.state().toArray();
        Arrays.fill(zeros, 0, 624, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RandomState.of(zeros))
                .withMessage("RandomState: the words are all 0; such a generator draws nothing else");
    }

    private void requireRefused(int index, int value, String message) {
        var integers = random.state().toArray();
        integers[index] = value;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RandomState.of(integers))
                .withMessage(message);
    }
}
