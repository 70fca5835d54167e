package handgrad.app.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CellTest {
    @ParameterizedTest
    @CsvSource({
        "0.1, 0.1",
        "' a b ', a b",
        "0.1|0.01, 0.1 0.01",
        "3..3, 3",
        "-2..1, -2 -1 0 1",
        "1..3|7, 1 2 3 7",
        "../names.txt, ../names.txt",
        "1..x, 1..x"
    })
    void hasItsValues(String cell, String values) {
        assertThat(String.join(" ", Cell.values(cell, 10))).isEqualTo(values);
    }

    @Test
    void hasNoneWhereItIsEmpty() {
        assertThat(Cell.values("", 10)).isEmpty();
        assertThat(Cell.values("  ", 10)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0.1|, has an empty value beside |",
        "|, has an empty value beside |",
        "'5..1', 'has the range 5..1, which goes down and so has no values'",
        "0..10, has the range 0..10 of more than 10 values",
        "-999999999999999999..999999999999999999, "
                + "has the range -999999999999999999..999999999999999999 of more than 10 values",
        "1..8|1..8, has more than 10 values"
    })
    void refuses(String cell, String message) {
        assertThatThrownBy(() -> Cell.values(cell, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void choosesOneOfEach() {
        assertThat(Cell.product(List.of(List.of("a", "b"), List.of("1"), List.of("x", "y"))))
                .containsExactly(
                        List.of("a", "1", "x"), List.of("a", "1", "y"), List.of("b", "1", "x"), List.of("b", "1", "y"));
    }

    @Test
    void hasTheEndsOfItsParts() {
        assertThat(Cell.ends("1..5|7|9..9", 10)).containsExactly("1", "5", "7", "9");
    }
}
