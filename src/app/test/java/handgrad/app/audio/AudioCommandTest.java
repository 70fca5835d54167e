package handgrad.app.audio;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AudioCommandTest {
    @TempDir
    private Path folder;

    @Test
    void trains_writes_a_run_folder_and_generates_again_from_it() throws IOException {
        var run = folder.resolve("run");
        var sound = folder.resolve("notes.wav");
        WavFile.write(sound, Tone.melody());
        var trained = CommandResult.of(
                "audio", "--data", sound.toString(), "--steps", "2", "--seconds", "1", "--out", run.toString());
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).contains("8,000 samples a second", "dev ", "generated.wav");
        assertThat(Files.readString(run.resolve("metrics.jsonl"))).contains("{\"step\":0,", "{\"split\":\"dev\",");
        var generated = WavFile.read(run.resolve("generated.wav"));
        assertThat(generated.seconds()).isEqualTo(1);
        Files.delete(run.resolve("generated.wav"));
        assertThat(CommandResult.of("audio", "--run", run.toString(), "--seconds", "1")
                        .err())
                .isEmpty();
        assertThat(WavFile.read(run.resolve("generated.wav")).samples()).isEqualTo(generated.samples());
    }

    @Test
    void wrong_input_is_refused() throws IOException {
        var sound = folder.resolve("short.wav");
        WavFile.write(sound, new Sound(8_000, new short[100]));
        assertRefused(
                "--data: " + sound + " is too short: 100 samples, at least 2560 are needed",
                "--data",
                sound.toString());
        var text = Files.writeString(folder.resolve("names.txt"), "emma\n");
        assertRefused(
                "--data: " + text + " is not a WAV file: it does not begin with RIFF and WAVE; convert it, for example"
                        + " with: ffmpeg -i FILE -ac 1 -ar 8000 -c:a pcm_s16le OUT.wav",
                "--data",
                text.toString());
        assertRefused("--seconds must be from 1 to 600, it is 0", "--seconds", "0");
        assertRefused("--lr must be more than 0 and at most 3.4e38, it is -1.0", "--lr", "-1");
        assertRefused(
                "--run: there is no " + folder.resolve("model.safetensors") + ": audio has not trained a model there",
                "--run",
                folder.toString());
    }

    @Test
    void options_of_training_do_not_go_with_a_trained_model() {
        for (var option : List.of("--data", "--steps", "--lr", "--out", "--resume", "--metrics", "--log-every")) {
            assertRefused(
                    "--run generates from a trained model: leave out " + option,
                    "--run",
                    folder.toString(),
                    option,
                    "1");
        }
    }

    @Test
    void a_model_of_names_is_refused() {
        assertThat(CommandResult.of("train", "mlp", "--steps", "1", "--quiet", "--out", folder.toString())
                        .code())
                .isZero();
        var result = CommandResult.of("audio", "--run", folder.toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err().strip())
                .startsWith("handgrad: --run: " + folder.resolve("model.safetensors")
                        + " is no model of audio: loadStateDict: missing 1.0.convolution.weight (32, 32), ")
                .endsWith(", 5.bias (256); unexpected 2.weight (30, 200), 2.bias (200), 4.weight (200, 27),"
                        + " 4.bias (27); 0.weight has shape (27, 10), the model wants (256, 16)")
                .hasLineCount(1);
    }

    private static void assertRefused(String message, String... options) {
        var arguments = new String[options.length + 1];
        arguments[0] = "audio";
        System.arraycopy(options, 0, arguments, 1, options.length);
        var result = CommandResult.of(arguments);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err().strip()).isEqualTo("handgrad: " + message);
    }

    @Test
    void a_training_that_was_interrupted_goes_on_with_the_same_bits() throws IOException {
        String[] options = {
            "audio",
            "--steps",
            "6",
            "--seconds",
            "1",
            "--quiet",
            "--checkpoint-every",
            "2",
            "--keep",
            "9",
            "--eval-every",
            "3",
            "--log-every",
            "2",
            "--out"
        };
        var whole = folder.resolve("whole");
        var run = folder.resolve("run");
        for (var each : List.of(whole, run)) {
            var all = Stream.concat(Stream.of(options), Stream.of(each.toString()));
            assertThat(CommandResult.of(all.toArray(String[]::new)).err()).isEmpty();
        }
        for (var file : List.of("checkpoint-6.safetensors", "model.safetensors", "outcome.json", "generated.wav")) {
            Files.delete(run.resolve(file));
        }
        var early = CommandResult.of("audio", "--run", run.toString(), "--seconds", "1");
        assertThat(early.err())
                .isEqualTo("handgrad: the training in " + run
                        + " has not reached its end; this is checkpoint-4.safetensors\n");
        assertThat(CommandResult.of("audio", "--resume", run.toString(), "--lr", "0.1")
                        .err())
                .isEqualTo("handgrad: --lr was 0.003 in " + run
                        + ", it is 0.1 now; leave it as it was, or name another folder\n");
        var result = CommandResult.of("audio", "--resume", run.toString(), "--seconds", "1", "--log-every", "2");
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("resumed  after step 4, from " + run + "/checkpoint-4.safetensors");
        for (var file : List.of("model.safetensors", "generated.wav")) {
            assertThat(run.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(metrics(run)).isEqualTo(metrics(whole));
        assertThat(CommandResult.of("audio", "--resume", run.toString()).err())
                .isEqualTo("handgrad: --resume: " + run + " holds a finished run of 6 steps; give more --steps to go on"
                        + " with it, or name another folder\n");
    }

    private static String metrics(Path run) throws IOException {
        return Files.readString(run.resolve("metrics.jsonl")).replaceAll(",\"seconds\":[^}]+", "");
    }
}
