package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.models.LectureModel;
import java.nio.file.Path;
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
        requireAlike("MODEL", options.model().title(), now.model().title());
        requireAlike("--batch-size", batchSize(options), batchSize(now));
        requireAlike("--lr", options.lr(), now.lr());
        requireAlike("--seed", options.seed(), now.seed());
        requireAlike("--hidden", options.hidden(), now.hidden());
        requireAlike("--embedding", options.embedding(), now.embedding());
        requireAlike("--block-size", options.blockSize(), now.blockSize());
        requireAlike("--init", text(options.init()), text(now.init()));
        requireAlike(
                "--eval-every", options.evaluation().every(), now.evaluation().every());
        requireAlike(
                "--patience", options.evaluation().patience(), now.evaluation().patience());
        if (names == null) {
            requireAlike("--data", options.data(), now.data());
        } else if (!names.equals(namesNow)) {
            throw new WrongInputException(
                    "--data: the names of %s are not those that %s was started on, of %s then; name another folder"
                            .formatted(now.data(), folder, options.data()));
        }
        RunOptions.requireNotFewer(folder, options.steps(), now.steps());
    }

    private void requireAlike(String option, Object then, Object now) {
        RunOptions.requireAlike(folder, option, then, now);
    }

    private static Object batchSize(TrainOptions options) {
        return options.batchSize() == LectureModel.Defaults.ALL_ROWS ? "all rows" : options.batchSize();
    }

    private static String text(@Nullable Path path) {
        return path == null ? "not given" : path.toString();
    }
}
