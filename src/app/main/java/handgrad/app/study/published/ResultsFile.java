package handgrad.app.study.published;

import handgrad.app.command.FailedException;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.LectureRun;
import handgrad.app.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Results as lines of JSON, each added as soon as it is there. */
record ResultsFile(Path path) {
    private static final int MAXIMUM_BYTES = 64 << 20;

    /** The results so far; none where there is no file. */
    List<LectureRun> read() {
        if (!Files.exists(path)) {
            return List.of();
        }
        var runs = new ArrayList<LectureRun>();
        var text = new UserFile("--results: ", path, "the results of this study").text(MAXIMUM_BYTES);
        for (var line : text.lines().toList()) {
            var place = "--results: %s, line %d".formatted(path, runs.size() + 1);
            try {
                runs.add(LectureRun.parse(place, line));
            } catch (WrongInputException exception) {
                throw new WrongInputException(exception.getMessage() + "; remove the line");
            }
        }
        return runs;
    }

    void add(LectureRun run) {
        try {
            var parent = path.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.writeString(path, run.json() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException exception) {
            throw new FailedException("--results: cannot write to " + path + ": " + RunFolder.reason(exception));
        }
    }
}
