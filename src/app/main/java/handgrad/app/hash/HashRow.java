package handgrad.app.hash;

import handgrad.app.command.FailedException;
import handgrad.app.worker.ChildJvm;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * What a JVM of one setting gave.
 *
 * @param fused whether it has fused multiply-add
 * @param hashes of each model, in their order; none where the CPU has no such vectors
 */
record HashRow(HashSetting setting, boolean fused, SequencedMap<HashedModel, String> hashes) {
    /**
     * Trains the models in a JVM of its own.
     *
     * @param trained is told after each model
     * @throws FailedException if the JVM fails
     */
    static HashRow of(HashSetting setting, List<HashedModel> models, int steps, Runnable trained) {
        var arguments = new ArrayList<>(Stream.of(setting.bits(), setting.threads(), steps)
                .map(String::valueOf)
                .toList());
        models.forEach(model -> arguments.add(model.title()));
        var command = ChildJvm.command(setting.jvmOptions(), HashMain.class.getName(), arguments);
        try {
            var errors = Files.createTempFile("handgrad", ".err");
            try {
                var process = new ProcessBuilder(command)
                        .redirectError(Redirect.to(errors.toFile()))
                        .start();
                try {
                    return read(setting, process, trained);
                } catch (IOException | IllegalArgumentException unreadable) {
                    throw failure(setting, Files.readAllLines(errors));
                } finally {
                    process.destroy();
                }
            } finally {
                Files.delete(errors);
            }
        } catch (IOException failure) {
            throw new FailedException("--hashes: a JVM cannot be started: " + failure);
        }
    }

    private static HashRow read(HashSetting setting, Process process, Runnable trained) throws IOException {
        process.getOutputStream().close();
        var hashes = new LinkedHashMap<HashedModel, String>();
        try (var out = process.inputReader()) {
            var first = out.readLine();
            for (var line = out.readLine(); line != null; line = out.readLine()) {
                int space = line.indexOf(' ');
                hashes.put(HashedModel.named(line.substring(0, Math.max(0, space))), line.substring(space + 1));
                trained.run();
            }
            if (first == null || process.waitFor() != 0) {
                throw new IOException("the JVM failed");
            }
            return new HashRow(setting, first.endsWith(" true"), hashes);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new FailedException("--hashes: interrupted");
        }
    }

    private static FailedException failure(HashSetting setting, List<String> errors) {
        var last = errors.stream()
                .filter(line -> !line.startsWith("WARNING: "))
                .reduce((_, line) -> line)
                .orElse("it said nothing");
        return new FailedException("--hashes: the JVM of \"%s\" failed: %s".formatted(setting.name(), last));
    }
}
