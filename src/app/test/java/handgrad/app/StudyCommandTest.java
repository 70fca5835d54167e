package handgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudyCommandTest {
    @TempDir
    private Path folder;

    @Test
    void withoutANameListsTheStudies() {
        var result = CommandResult.of("study");
        assertThat(result.code()).isZero();
        assertThat(result.out().lines())
                .extracting(line -> line.replaceFirst(" .*", ""))
                .containsExactly(
                        "zero-init",
                        "batchnorm-fold",
                        "trigram",
                        "published",
                        "not-puzzle",
                        "transforms",
                        "batchnorm",
                        "scale",
                        "./handgrad");
    }

    @Test
    void namesAnUnknownStudyAndTheNearest() {
        assertThat(CommandResult.of("study", "trigran"))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad study: unknown command trigran, did you mean trigram?; see handgrad study --help\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zero-init", "batchnorm-fold", "trigram"})
    void eachPrintsATableAndFindingsInAtMost79ColumnsOrSo(String study) throws IOException {
        var data = Files.writeString(
                folder.resolve("names.txt"), "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\n");
        var result = CommandResult.of("study", study, "--quick", "--data", data.toString());
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("dev").doesNotContain("NaN");
        assertThat(result.out().lines()).hasSizeGreaterThan(10).allMatch(line -> line.length() <= 90);
    }

    @Test
    void refusesDataThatIsNoListOfNames() {
        var none = folder.resolve("none").toString();
        assertThat(CommandResult.of("study", "trigram", "--data", none))
                .isEqualTo(new CommandResult(2, "", "handgrad: --data: " + none + ": there is no such file\n"));
    }
}
