package handgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.command.StopSignal;
import handgrad.app.command.StoppedException;
import handgrad.app.command.WrongInputException;
import handgrad.models.LectureModel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandgradTest {
    @Test
    void withoutACommandPrintsTheHelp() {
        var result = CommandResult.of();
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .startsWith("Usage: handgrad")
                .contains("run", "shell", "bench", "2     wrong input", "130   ended by SIGINT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train",
                "sample",
                "evaluate",
                "compare",
                "audio",
                "check",
                "gpt2",
                "exercise",
                "learn",
                "diagram",
                "study",
                "doctor",
                "shell",
                "run"
            })
    void theHelpListsACommandThatHelps(String command) {
        assertThat(CommandResult.of("--help").out()).containsPattern("(?m)^  " + command + " ");
        var result = CommandResult.of(command, "--help");
        assertThat(result.code()).isZero();
        assertThat(result.out()).startsWith("Usage: handgrad " + command + " ");
    }

    @Test
    void noHelpPrintsAWarning() {
        var standardError = System.err;
        var printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            var commands = names(CommandResult.of("--help").out(), "(?m)^  ([a-z0-9]+)  ");
            assertThat(commands).contains("train", "gpt2", "bench", "run");
            commands.forEach(command -> CommandResult.of(command, "--help"));
            var studies = names(CommandResult.of("study").out(), "(?m)^([a-z-]+)  ");
            assertThat(studies).contains("transforms", "zero-init");
            studies.forEach(study -> CommandResult.of("study", study, "--help"));
        } finally {
            System.setErr(standardError);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    private static List<String> names(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    @Test
    void versionNamesTheJdk() {
        var result = CommandResult.of("--version");
        assertThat(result.code()).isZero();
        assertThat(result.out().lines()).hasSize(2).first().asString().startsWith("handgrad ");
        assertThat(result.out()).contains("JDK " + Runtime.version(), System.getProperty("java.home"));
        assertThat(CommandResult.of("-V")).isEqualTo(result);
    }

    @Test
    void namesAnUnknownCommandAndTheNearest() {
        assertThat(CommandResult.of("runn", "x"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: unknown command runn, did you mean run?; see handgrad --help\n"));
    }

    @Test
    void namesAnUnknownOptionAndTheNearest() {
        assertThat(CommandResult.of("run", "--trce", "A.java"))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad run: unknown option --trce, did you mean --trace?; see handgrad run --help\n"));
    }

    @Test
    void namesAMissingParameter() {
        assertThat(CommandResult.of("run"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad run: Missing required parameter: 'FILE.java'; see handgrad run --help\n"));
    }

    @Test
    void everyErrorIsOneLineWithItsCode() {
        var err = new StringWriter();
        var writer = new PrintWriter(err, true);
        assertThat(ErrorReport.failure(new WrongInputException("names.txt, line 3: empty"), false, writer))
                .isEqualTo(2);
        assertThat(ErrorReport.failure(new OutOfMemoryError("Java heap space"), false, writer))
                .isEqualTo(1);
        assertThat(ErrorReport.failure(new IllegalStateException("first\n  second"), false, writer))
                .isEqualTo(70);
        assertThat(err.toString().lines())
                .containsExactly(
                        "handgrad: names.txt, line 3: empty",
                        "handgrad: out of memory: Java heap space; give more, as in ./handgrad -Xmx8g ..., or ask "
                                + "for less",
                        "handgrad: internal error: java.lang.IllegalStateException: first second; --trace shows where");
    }

    @Test
    void aCommandThatWasStoppedSaysItsLinesAlone() {
        var err = new StringWriter();
        var stopped = new StoppedException(StopSignal.TERM, "saved in runs/a", "go on: --resume\truns/a");
        assertThat(ErrorReport.failure(stopped, false, new PrintWriter(err, true)))
                .isEqualTo(143);
        assertThat(err.toString().lines()).containsExactly("saved in runs/a", "go on: --resume\\truns/a");
    }

    @Test
    void traceAddsTheStack() {
        var err = new StringWriter();
        ErrorReport.failure(new IllegalStateException("broken"), true, new PrintWriter(err));
        assertThat(err.toString()).contains("HandgradTest.traceAddsTheStack");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "diagram"})
    void theHelpOfACommandThatTakesAModelListsAll(String command) {
        var help = CommandResult.of(command, "--help");
        for (var model : LectureModel.values()) {
            assertThat(help.out()).containsPattern("\n" + model.title() + " +" + model.summary() + "\n");
        }
    }
}
