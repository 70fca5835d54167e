package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.exercise.WrongGradientScore.Outcome;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes whose causes were decided before any message was seen: they are caught, and most are explained. */
@Tag("long")
class WrongGradientScoreTest {
    @ParameterizedTest
    @CsvSource({"fresh, 92", "notebooks, 92", "planted, 88", "marking, 83"})
    void wrong_gradients_are_caught_and_most_are_explained(String name, double right) throws Exception {
        var folder = Objects.requireNonNull(WrongGradientScoreTest.class.getResource(name));
        var results = WrongGradientScore.of(Path.of(folder.toURI()));
        var table = WrongGradientScore.table(results);
        assertThat(WrongGradientScore.percent(results, Outcome.NOT_CAUGHT))
                .as(table)
                .isLessThanOrEqualTo(2);
        assertThat(WrongGradientScore.percent(results, Outcome.RIGHT)).as(table).isGreaterThanOrEqualTo(right);
    }
}
