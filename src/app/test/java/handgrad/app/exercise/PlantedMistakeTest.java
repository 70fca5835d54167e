package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mistakes that learners make, each planted in a solution: the check names the gradient and the cause. They stand in
 * the folder {@code planted}, which {@link WrongGradient} describes.
 */
class PlantedMistakeTest {
    private static final Map<String, PlantedMistakes> EXERCISES = new HashMap<>();

    @TempDir
    private static Path folder;

    @AfterAll
    static void forget() {
        EXERCISES.clear();
    }

    static List<WrongGradient> mistakes() throws IOException, URISyntaxException {
        var resource = Objects.requireNonNull(PlantedMistakeTest.class.getResource("planted"));
        return WrongGradient.explained(Path.of(resource.toURI()));
    }

    /** Those of every third exercise, which each build checks. */
    static List<WrongGradient> some() throws IOException, URISyntaxException {
        return mistakes().stream().filter(PlantedMistakeTest::isOfSome).toList();
    }

    static List<WrongGradient> others() throws IOException, URISyntaxException {
        return mistakes().stream().filter(mistake -> !isOfSome(mistake)).toList();
    }

    private static boolean isOfSome(WrongGradient mistake) {
        return Exercise.all().indexOf(Exercise.named(mistake.exercise())) % 3 == 0;
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("others")
    void is_named_in_every_exercise(WrongGradient mistake) throws Exception {
        is_named(mistake);
    }

    @ParameterizedTest
    @MethodSource("some")
    void is_named(WrongGradient mistake) throws Exception {
        var planted = EXERCISES.get(mistake.exercise());
        if (planted == null) {
            var all = mistakes().stream()
                    .filter(each -> each.exercise().equals(mistake.exercise()))
                    .toList();
            planted = new PlantedMistakes(Exercise.named(mistake.exercise()), all, folder);
            EXERCISES.put(mistake.exercise(), planted);
        }
        var wrong = planted.check(mistake).orElseThrow();
        assertThat(wrong.name()).isEqualTo(mistake.gradient());
        var cause = Objects.requireNonNull(wrong.cause());
        assertThat(cause.kind().name())
                .as(cause.sentence())
                .satisfies(kind -> assertThat(mistake.hasKind(kind)).as(kind).isTrue());
        assertThat(mistake.hasWords(cause.explanation()))
                .as(cause.explanation())
                .isTrue();
    }
}
