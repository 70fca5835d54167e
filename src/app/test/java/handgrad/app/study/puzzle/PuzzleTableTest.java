package handgrad.app.study.puzzle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.app.study.puzzle.PuzzleTable.Row;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PuzzleTableTest {
    static Stream<Named<Row>> rows() {
        return PuzzleTable.rows().stream().map(row -> Named.of(row.name(), row));
    }

    /** Every fourth of them, which each build trains. */
    static Stream<Named<Row>> some() {
        var rows = rows().toList();
        return IntStream.range(0, rows.size()).filter(i -> i % 4 == 0).mapToObj(rows::get);
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("rows")
    void everyRowHasTheKnownShareOfFailures(Row row) {
        aRowHasTheKnownShareOfFailures(row);
    }

    @ParameterizedTest
    @MethodSource("some")
    void aRowHasTheKnownShareOfFailures(Row row) {
        var run = PuzzleRun.train(row.puzzle(), PuzzleTable.SEEDS, PuzzleTable.STEPS);
        assertThat(row.agrees(run))
                .as("%s: %s fails, known %s", row.name(), run.share(run.fails()), row.knownFails())
                .isTrue();
    }

    @Test
    void normalisedOverThePairNoSeedFails() {
        for (int width : new int[] {1, 2}) {
            var puzzle = Puzzle.of(Puzzle.Activation.RELU, width).withNorm(Puzzle.Norm.PLAIN);
            var run = PuzzleRun.train(puzzle, PuzzleTable.SEEDS, PuzzleTable.STEPS);
            assertThat(run.fails()).isZero();
            assertThat(run.bornDead()).isZero();
        }
    }

    /** The closed forms, beside the share of starts without a gradient; the interval is of 20,000 starts. */
    @ParameterizedTest
    @CsvSource({
        "PYTORCH, 1, 1, 0.375",
        "PYTORCH, 2, 1, 0.140625",
        "HE, 1, 1, 0.5",
        "HE, 4, 1, 0.0625",
        "XAVIER, 2, 3, 0.578125",
        "RANDOMISED_ASYMMETRIC, 1, 1, 0.07557"
    })
    void theShareBornDeadFollowsTheClosedForm(StartingWeights start, int width, int depth, double share) {
        var puzzle = Puzzle.of(Puzzle.Activation.RELU, width).withStart(start).withDepth(depth);
        assertThat(puzzle.bornDead()).isCloseTo(share, within(1e-5));
        var run = PuzzleRun.train(puzzle, 20_000, 0);
        var interval = Interval.of(run.bornDead(), run.seeds());
        assertThat(share).isBetween(interval.low() - 0.003, interval.high() + 0.003);
    }
}
