package handgrad.app.study.puzzle;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.study.puzzle.PuzzleLabel.State;
import org.junit.jupiter.api.Test;

class PuzzleLabelTest {
    private static final State START = new State(0.4, 0.1, 0.2, 0.9, false);

    @Test
    void eachStateHasItsLabel() {
        assertThat(label(START, new State(0.01, 0, 0, 1, false))).isEqualTo(PuzzleLabel.LEARNED);
        assertThat(label(START, new State(Double.NaN, 0.1, 0.1, 1, false))).isEqualTo(PuzzleLabel.DIVERGED);
        assertThat(label(START, new State(0.5, 0, 0.1, 1, false))).isEqualTo(PuzzleLabel.DIVERGED);
        assertThat(label(new State(0.4, 0, 0, 1, true), new State(0.25, 0, 0, 1, true)))
                .isEqualTo(PuzzleLabel.SYMMETRIC);
        assertThat(label(new State(0.4, 0, 0.2, 1, false), new State(0.25, 0, 0, 1, false)))
                .isEqualTo(PuzzleLabel.BORN_DEAD);
        assertThat(label(START, new State(0.25, 0, 0, 1, false))).isEqualTo(PuzzleLabel.DIED);
        assertThat(label(START, new State(0.25, 1e-3, 0.1, 0.049, false))).isEqualTo(PuzzleLabel.SATURATED);
        assertThat(label(START, new State(0.25, 1e-9, 1e-7, 0.9, false))).isEqualTo(PuzzleLabel.STUCK);
        assertThat(label(START, new State(0.25, 1e-3, 0.1, 0.9, false))).isEqualTo(PuzzleLabel.SLOW);
    }

    private static PuzzleLabel label(State start, State end) {
        return PuzzleLabel.of(start, end);
    }
}
