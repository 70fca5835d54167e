package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trainings that go on where they were interrupted. */
class ResumeTest {
    private static final List<String> NAMES = List.of(
            "emma", "olivia", "ava", "isabella", "sophia", "charlotte", "mia", "amelia", "harper", "evelyn", "abigail");

    @TempDir
    private Path folder;

    private Path names;

    @BeforeEach
    void writeNames() throws IOException {
        names = Files.write(folder.resolve("names.txt"), NAMES);
    }

    private CommandResult train(String run, String... options) {
        var all = Stream.of(
                "train",
                "--quiet",
                "--data",
                names.toString(),
                "--out",
                path(run).toString(),
                "--log-every",
                "3");
        return CommandResult.of(Stream.concat(all, Stream.of(options)).toArray(String[]::new));
    }

    private static CommandResult resume(Path run, String... options) {
        return CommandResult.of(
                Stream.concat(Stream.of("train", "--resume", run.toString(), "--log-every", "3"), Stream.of(options))
                        .toArray(String[]::new));
    }

    private Path path(String run) {
        return folder.resolve(run);
    }

    /** Makes a run that was interrupted after so many steps of one that is finished. */
    private static void interrupt(Path run, int step) throws IOException {
        for (var file : List.of("model.safetensors", "outcome.json", "diagnostics.json")) {
            Files.delete(run.resolve(file));
        }
        try (var files = Files.newDirectoryStream(run, "checkpoint-*")) {
            for (var file : files) {
                if (Integer.parseInt(file.getFileName().toString().replaceAll("\\D", "")) > step) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void assertAlike(Path run, Path whole) throws IOException {
        assertThat(run.resolve("model.safetensors")).hasSameBinaryContentAs(whole.resolve("model.safetensors"));
        assertThat(metrics(run)).isEqualTo(metrics(whole));
        assertThat(run.resolve("diagnostics.json")).hasSameTextualContentAs(whole.resolve("diagnostics.json"));
    }

    private static String metrics(Path run) throws IOException {
        return Files.readString(run.resolve("metrics.jsonl")).replaceAll(",\"seconds\":[^}]+", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bigram",
                "mlp",
                "mlp-bn",
                "deep",
                "backprop",
                "wavenet-small-bug",
                "wavenet",
                "dilated",
                "wavenet-gated"
            })
    void every_kind_of_model_ends_as_if_it_had_not_been_interrupted(String model) throws IOException {
        String[] sizes = model.equals("bigram") ? new String[0] : new String[] {"--hidden", "8", "--batch-size", "16"};
        String[] options = Stream.concat(
                        Stream.of(model, "--steps", "20", "--checkpoint-every", "5", "--keep", "9"), Stream.of(sizes))
                .toArray(String[]::new);
        assertThat(train("whole", options))
                .extracting(CommandResult::code, CommandResult::err)
                .containsExactly(0, "");
        train("run", options);
        interrupt(path("run"), 10);
        var result = resume(path("run"), "--threads", "2");
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("resumed  after step 10, from " + path("run") + "/checkpoint-10.safetensors");
        assertAlike(path("run"), path("whole"));
    }

    @Test
    void the_command_given_again_goes_on_and_a_finished_run_is_refused() throws IOException {
        String[] options = {"--steps", "12", "--hidden", "8", "--checkpoint-every", "4", "--keep", "9"};
        train("whole", options);
        train("run", options);
        interrupt(path("run"), 8);
        assertThat(train("run", options).code()).isZero();
        assertAlike(path("run"), path("whole"));
        assertThat(train("run", options))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: --out: " + path("run") + " holds a finished run of 12 steps; give more --steps to go"
                                + " on with it, or name another folder\n"));
    }

    @Test
    void a_finished_run_without_steps_is_refused_as_well() throws IOException {
        assertThat(train("run", "bigram-counted").code()).isZero();
        var metrics = metrics(path("run"));
        assertThat(train("run", "bigram-counted"))
                .isEqualTo(refused("--out: " + path("run") + " holds a finished run; name another folder"));
        assertThat(metrics(path("run"))).isEqualTo(metrics);
    }

    @Test
    void a_finished_run_grows_into_one_of_more_steps() throws IOException {
        String[] options = {"--hidden", "8", "--checkpoint-every", "4"};
        train(
                "whole",
                Stream.concat(Stream.of(options), Stream.of("--steps", "20")).toArray(String[]::new));
        train(
                "run",
                Stream.concat(Stream.of(options), Stream.of("--steps", "11")).toArray(String[]::new));
        assertThat(resume(path("run"), "--steps", "20", "--quiet").code()).isZero();
        assertThat(path("run").resolve("model.safetensors"))
                .hasSameBinaryContentAs(path("whole").resolve("model.safetensors"));
        assertThat(metrics(path("run"))).isEqualTo(metrics(path("whole")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        mlp               | MODEL was mlp-bn in %s, it is mlp now
        --lr 0.2          | --lr was 0.1 in %s, it is 0.2 now
        --seed 1          | --seed was 2147483647 in %s, it is 1 now
        --hidden 9        | --hidden was 8 in %s, it is 9 now
        --embedding 9     | --embedding was 10 in %s, it is 9 now
        --block-size 2    | --block-size was 3 in %s, it is 2 now
        --batch-size 8    | --batch-size was 32 in %s, it is 8 now
        --eval-every 3    | --eval-every was 0 in %s, it is 3 now
        --steps 11        | --steps was 12 in %s and can only grow, it is 11 now
        """)
    void a_changed_option_is_refused_by_name(String options, String message) throws IOException {
        train("run", "--steps", "12", "--hidden", "8", "--checkpoint-every", "4", "--keep", "9");
        interrupt(path("run"), 8);
        var end = options.startsWith("--steps") ? "" : "; leave it as it was, or name another folder";
        assertThat(resume(path("run"), options.split(" ")))
                .isEqualTo(new CommandResult(2, "", "handgrad: " + message.formatted(path("run")) + end + "\n"));
    }

    @Test
    void names_that_have_changed_are_refused_and_a_file_that_has_moved_is_not() throws IOException {
        train("run", "--steps", "12", "--hidden", "8", "--checkpoint-every", "4", "--keep", "9");
        interrupt(path("run"), 8);
        Files.write(names, NAMES.reversed());
        assertThat(resume(path("run")))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: --data: the names of " + names + " are not those that " + path("run")
                                + " was started on, of " + names + " then; name another folder\n"));
        var moved = Files.write(folder.resolve("moved.txt"), NAMES);
        assertThat(resume(path("run"), "--data", moved.toString()).code()).isZero();
    }

    @Test
    void a_damaged_checkpoint_is_set_aside_and_the_one_before_it_is_taken() throws IOException {
        String[] options = {"--steps", "12", "--hidden", "8", "--checkpoint-every", "4", "--keep", "9"};
        train("whole", options);
        train("run", options);
        interrupt(path("run"), 8);
        var newest = path("run").resolve("checkpoint-8.safetensors");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length - 5] ^= 1;
        Files.write(newest, bytes);
        var result = resume(path("run"));
        assertThat(result.code()).isZero();
        assertThat(result.err())
                .startsWith("handgrad: warning: " + newest + ": ")
                .endsWith("; it is kept as checkpoint-8.safetensors.damaged\n")
                .hasLineCount(1);
        assertThat(result.out()).contains("resumed  after step 4, from ");
        assertAlike(path("run"), path("whole"));
    }

    @Test
    void the_report_names_the_command_that_repeats_the_whole_run() throws IOException {
        train("run", "--steps", "12", "--hidden", "8", "--lr", "0.2", "--checkpoint-every", "4", "--keep", "9");
        interrupt(path("run"), 8);
        assertThat(resume(path("run"), "--quiet", "--report", "--threads", "1").code())
                .isZero();
        assertThat(path("run").resolve("report.html"))
                .content()
                .contains("./handgrad train mlp-bn --threads 1 --steps 12 --lr 0.2 --hidden 8 --data " + names);
    }

    @Test
    void goes_on_logging_as_it_did_unless_told_otherwise() throws IOException {
        String[] options = {"--steps", "12", "--hidden", "8", "--checkpoint-every", "4", "--keep", "9"};
        train("whole", options);
        train("run", options);
        interrupt(path("run"), 4);
        assertThat(CommandResult.of("train", "--quiet", "--resume", "" + path("run"))
                        .code())
                .isZero();
        assertAlike(path("run"), path("whole"));

        interrupt(path("run"), 8);
        assertThat(CommandResult.of("train", "--quiet", "--resume", "" + path("run"), "--log-every", "2")
                        .code())
                .isZero();
        assertThat(MetricsFile.read(path("run").resolve("metrics.jsonl")).steps())
                .extracting(MetricsLine.Step::step)
                .containsExactly(0, 3, 4, 6, 8, 10, 11);
        assertThat(path("run").resolve("options.json")).content().contains("\"logEvery\":2,");
    }

    @Test
    void the_command_given_again_without_log_every_logs_as_before() throws IOException {
        String[] again = {
            "train", "--quiet", "--data", "" + names, "--out", "" + path("run"), "--steps", "6", "--hidden", "8"
        };
        train("whole", "--steps", "6", "--hidden", "8");
        train("run", "--steps", "6", "--hidden", "8");
        interrupt(path("run"), 0);
        assertThat(CommandResult.of(again).code()).isZero();
        assertAlike(path("run"), path("whole"));
    }

    @Test
    void a_run_of_a_version_that_did_not_write_how_often_it_logged_logs_at_the_default() throws IOException {
        train("run", "--steps", "6", "--hidden", "8", "--checkpoint-every", "2", "--keep", "9");
        interrupt(path("run"), 2);
        var file = path("run").resolve("options.json");
        Files.writeString(file, Files.readString(file).replace("\"logEvery\":3,", ""));
        assertThat(CommandResult.of("train", "--quiet", "--resume", "" + path("run"))
                        .code())
                .isZero();
        assertThat(MetricsFile.read(path("run").resolve("metrics.jsonl")).steps())
                .extracting(MetricsLine.Step::step)
                .containsExactly(0, 5);
        Files.writeString(file, Files.readString(file).replace("\"logEvery\":10000,", "\"logEvery\":0,"));
        assertThat(CommandResult.of("train", "--resume", "" + path("run"), "--steps", "7"))
                .isEqualTo(refused(file + ": logEvery has the wrong value 0"));
    }

    @Test
    void a_run_without_a_checkpoint_begins_again() throws IOException {
        train("whole", "--steps", "6", "--hidden", "8");
        train("run", "--steps", "6", "--hidden", "8");
        interrupt(path("run"), 0);
        assertThat(resume(path("run"), "--quiet").code()).isZero();
        assertAlike(path("run"), path("whole"));
    }

    @Test
    void weights_to_begin_with_are_not_needed_to_go_on() throws IOException {
        train("first", "--steps", "3", "--hidden", "8");
        var weights = Files.move(path("first").resolve("model.safetensors"), folder.resolve("first.safetensors"));
        String[] options = {
            "--init", "" + weights, "--steps", "9", "--hidden", "8", "--checkpoint-every", "3", "--keep", "9"
        };
        train("whole", options);
        train("run", options);
        interrupt(path("run"), 3);
        Files.delete(weights);
        assertThat(resume(path("run"), "--quiet").code()).isZero();
        assertAlike(path("run"), path("whole"));
    }

    @Test
    void patience_ends_a_training_with_the_weights_that_were_best_on_dev() throws IOException {
        String[] options = {
            "--steps",
            "400",
            "--hidden",
            "8",
            "--lr",
            "1",
            "--eval-every",
            "5",
            "--patience",
            "3",
            "--checkpoint-every",
            "5",
            "--keep",
            "90"
        };
        assertThat(train("whole", options).code()).isZero();
        var outcome = RunOutcome.read(path("whole").resolve("outcome.json"));
        assertThat(outcome.done()).isLessThan(400);
        assertThat(metrics(path("whole"))
                        .lines()
                        .filter(line -> line.contains("\"split\":\"dev\""))
                        .toList())
                .hasSize(outcome.done() / 5 + 1);
        var evaluated = CommandResult.of(
                "evaluate", "--run", path("whole").toString(), "--weights", path("whole") + "/best.safetensors");
        assertThat(evaluated.out()).endsWith("weights  sha256 " + outcome.weights() + "\n");
        train("run", options);
        interrupt(path("run"), outcome.done() - 10);
        assertThat(resume(path("run"), "--quiet").code()).isZero();
        assertAlike(path("run"), path("whole"));
    }

    @Test
    void refuses_what_cannot_be_gone_on_with() throws IOException {
        var none = path("none");
        assertThat(resume(none)).isEqualTo(refused("--resume: there is no folder " + none));
        assertThat(resume(folder))
                .isEqualTo(refused("--resume: " + folder + " is no run folder of train: it has no options.json"));
        assertThat(resume(folder, "--out", "x"))
                .isEqualTo(refused("--resume goes on in the folder that it names: leave out --out"));
        assertThat(train("run", "--patience", "3"))
                .isEqualTo(refused("--patience counts evaluations: say with --eval-every when there is one"));
        assertThat(train("run", "--eval-every", "0")).isEqualTo(refused("--eval-every must be at least 1, it is 0"));
        assertThat(train("run", "bigram", "--eval-every", "5"))
                .isEqualTo(refused("bigram learns from all names, those of dev among them: it has no --eval-every"));
        assertThat(path("run")).doesNotExist();
    }

    private static CommandResult refused(String message) {
        return new CommandResult(2, "", "handgrad: " + message + "\n");
    }
}
