package handgrad.app.study;

import handgrad.app.command.Checks;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every study with a page can be told. */
public final class StudyOptions {
    @Option(names = "--quick", description = "The shape of every result in under a minute, from fewer seeds and steps.")
    private boolean quick;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where the results and the page go; without it runs/ and the name of the study. What was"
                    + " measured there with the same options is not measured again.")
    private @Nullable Path out;

    @Option(names = "--open", description = "Open the page in the browser at the end.")
    private boolean open;

    public boolean quick() {
        return quick;
    }

    public boolean open() {
        return open;
    }

    /** The folder of the study of this name. */
    public StudyFolder folder(String study) {
        if (out != null) {
            Checks.notEmpty("--out", out);
            return new StudyFolder(out);
        }
        return new StudyFolder(Path.of("runs", study));
    }
}
