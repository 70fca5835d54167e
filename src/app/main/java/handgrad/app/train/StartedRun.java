package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A run that was started before, as its options.json says.
 *
 * @param folder the run folder
 * @param options what it was started with
 * @param names the digest of the names that it was started on; null for a version that did not write it down
 */
record StartedRun(
        Path folder, TrainOptions options, @Nullable String names) {
    /**
     * Refuses to go on with other options: only the number of steps may grow.
     *
     * @param now the options to go on with
     * @param namesNow the digest of their names
     * @throws WrongInputException if one differs; the message names it and both values
     */
    void requireAlike(TrainOptions now, String namesNow) {
        RunOptions.requireAlike(
                folder, "MODEL", options.model().title(), now.model().title());
        var then = options.texts();
        now.texts().forEach((option, text) -> {
            if (!Set.of("--steps", "--data").contains(option)) {
                RunOptions.requireAlike(folder, option, Objects.requireNonNull(then.get(option)), text);
            }
        });
        if (names == null) {
            RunOptions.requireAlike(folder, "--data", options.data(), now.data());
        } else if (!names.equals(namesNow)) {
            throw new WrongInputException(
                    "--data: the names of %s are not those that %s was started on, of %s then; name another folder"
                            .formatted(now.data(), folder, options.data()));
        }
        RunOptions.requireNotFewer(folder, options.steps(), now.steps());
    }
}
