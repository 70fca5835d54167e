package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.exercise.WrongGradientScore.Outcome;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mistakes whose causes were decided before any message was seen: they are caught, and most are explained. */
@Tag("long")
class WrongGradientScoreTest {
    @Test
    void fresh_mistakes_are_caught_and_most_are_explained() throws Exception {
        var folder = Objects.requireNonNull(WrongGradientScoreTest.class.getResource("fresh"));
        var results = WrongGradientScore.of(Path.of(folder.toURI()));
        var table = WrongGradientScore.table(results);
        assertThat(WrongGradientScore.percent(results, Outcome.NOT_CAUGHT))
                .as(table)
                .isLessThanOrEqualTo(2);
        assertThat(WrongGradientScore.percent(results, Outcome.RIGHT)).as(table).isGreaterThanOrEqualTo(80);
    }
}
