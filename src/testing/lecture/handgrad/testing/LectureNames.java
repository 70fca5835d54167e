package handgrad.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The lecture's list of names, which is not redistributed: tests that need it are skipped without it. */
public final class LectureNames {
    private LectureNames() {}

    public static Path file() {
        var file = Path.of(System.getProperty("handgrad.names", "names.txt"));
        assumeTrue(Files.exists(file), "the lecture's names.txt is missing; name it with -Dhandgrad.names=FILE");
        return file;
    }
}
