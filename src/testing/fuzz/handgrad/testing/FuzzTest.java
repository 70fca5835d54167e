package handgrad.testing;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests of readers with damaged files, for a test class that names its readers. */
@Tag("no-kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public interface FuzzTest {
    /** The readers to test. */
    Stream<FuzzedReader> readers();

    /** A few damaged files for every build. */
    @ParameterizedTest
    @MethodSource("readers")
    default void damaged_files_are_read_or_refused(FuzzedReader reader, @TempDir Path folder) throws Exception {
        reader.check(folder, 0, 2_000);
    }

    /** Many, of other seeds: as many as the property handgrad.fuzz says, by default 200,000. */
    @Tag("long")
    @ParameterizedTest
    @MethodSource("readers")
    default void many_damaged_files_are_read_or_refused(FuzzedReader reader, @TempDir Path folder) throws Exception {
        reader.check(folder, 1_000_000, Integer.getInteger("handgrad.fuzz", 200_000));
    }
}
