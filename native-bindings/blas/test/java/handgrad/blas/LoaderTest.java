package handgrad.blas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.testing.StubLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {
    @TempDir
    private Path folder;

    @Test
    void takesTheBundledLibrary() {
        var outcome = Loader.load(Configurations.bundled(folder));

        assertThat(outcome.description()).matches("OpenBLAS \\d+\\.\\d+\\.\\d+, core \\w+, bundled");
        assertThat(outcome.binding()).isNotNull();
    }

    @Test
    void isOffOnRequest() {
        var outcome = Loader.load(Configurations.named("off"));

        assertThat(outcome.binding()).isNull();
        assertThat(outcome.description()).isEqualTo("off: handgrad.blas=off");
    }

    @Test
    void takesTheNamedLibrary() throws Exception {
        Path library = StubLibrary.compile(LoaderTest.class, folder);

        var outcome = Loader.load(Configurations.named(library.toString()));

        assertThat(outcome.description()).isEqualTo("OpenBLAS 0.3.31, core Stub, handgrad.blas=" + library);
        assertThat(outcome.binding()).isNotNull();
    }

    @Test
    void refusesANamedLibraryThatIsNotThere() {
        assertRefused(folder.resolve("missing.so"), "there is no such file");
    }

    @Test
    void refusesAPathThatIsNone() {
        assertThat(Loader.load(Configurations.named("a\0b")).description()).startsWith("off: handgrad.blas=a\0b: ");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void refusesWhatIsNotALibrary() throws IOException {
        String reason = "not a 64-bit shared library";
        assertRefused(Files.createFile(folder.resolve("empty.so")), reason);
        assertRefused(Files.writeString(folder.resolve("text.so"), "not a library ".repeat(100)), reason);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void refusesATruncatedLibrary() throws Exception {
        Path library = StubLibrary.compile(LoaderTest.class, folder);
        for (int size : new int[] {10_000, 1000, 100}) {
            try (var channel = Files.newByteChannel(library, StandardOpenOption.WRITE)) {
                channel.truncate(size);
            }
            assertRefused(library, "the file is cut short, it has " + size + " bytes");
        }
    }

    @Test
    void refusesAnotherBlas() throws Exception {
        assertRefused(
                StubLibrary.compile(LoaderTest.class, folder, "NO_CONFIG"),
                "not a whole OpenBLAS: it has no openblas_get_config");
    }

    @Test
    void refusesALibraryThatLacksAFunction() throws Exception {
        assertRefused(
                StubLibrary.compile(LoaderTest.class, folder, "NO_SGEMM"),
                "not a whole OpenBLAS: it has no cblas_sgemm");
    }

    @Test
    void refusesWhatGivesNoConfig() throws Exception {
        assertRefused(StubLibrary.compile(LoaderTest.class, folder, "CONFIG=0"), "openblas_get_config gives nothing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        OpenBLAS 0.3.20       | OpenBLAS 0.3.20 is too old to be trusted, use 0.3.21 or newer (not 0.3.30)
        OpenBLAS 0.3.30       | \
            OpenBLAS 0.3.30 multiplies wrongly (a race, see the change log of 0.3.31), use a newer one
        Other BLAS            | openblas_get_config gives no version: "Other BLAS"
        OpenBLAS 0.3.31 USE64BITINT | \
            built for 64-bit integers (ILP64), a build for 32-bit integers is needed
        """)
    void refusesByItsConfig(String config, String reason) throws Exception {
        assertRefused(StubLibrary.compile(LoaderTest.class, folder, "CONFIG=\"" + config + "\""), reason);
    }

    @Test
    void refusesALibraryThatKeepsItsThreads() throws Exception {
        assertRefused(
                StubLibrary.compile(LoaderTest.class, folder, "THREADS=4"),
                "does not obey openblas_set_num_threads(1), it keeps 4 threads");
    }

    @Test
    void refusesOneWrongElement() throws Exception {
        assertThat(refusal(StubLibrary.compile(LoaderTest.class, folder, "WRONG(m,n,k)=(m==45&&n==33)")))
                .startsWith("failed its self-test: sgemm 45x33x33 NT gives ")
                .contains(" for C[44][32], right is ");
    }

    @Test
    void refusesAProductThatKeepsGarbageInC() throws Exception {
        assertThat(refusal(StubLibrary.compile(LoaderTest.class, folder, "KEEPS_C=1")))
                .startsWith("failed its self-test: sgemm 7x9x0 NN gives NaN for C[0][0], right is 0.0");
    }

    @Test
    void refusesAProductThatWritesOutsideOfC() throws Exception {
        assertThat(refusal(StubLibrary.compile(LoaderTest.class, folder, "WRITES_PAST=1")))
                .isEqualTo("failed its self-test: sgemm 7x9x0 NN writes outside of C");
    }

    @Test
    void refusesALibraryThatFlushesSubnormalNumbers() throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the stub sets a register of x86-64");
        Path library = StubLibrary.compile(LoaderTest.class, folder, "FLUSH_TO_ZERO");
        // In a process of its own: what the library does to the thread stays.
        assertThat(ChildJvm.run(DescriptionProgram.class, Map.of("HANDGRAD_BLAS", library.toString())))
                .isEqualTo(
                        "off: HANDGRAD_BLAS=" + library + ": it makes the processor flush subnormal numbers to zero");
    }

    @Test
    void takesTheSystemLibraryIfThereIsNoBundledOne() throws Exception {
        String system = StubLibrary.compile(LoaderTest.class, folder).toString();

        var outcome = Loader.load(new Configuration(null, null, "linux-ppc64le", folder, system));

        assertThat(outcome.description())
                .isEqualTo("OpenBLAS 0.3.31, core Stub, system " + system
                        + " (refused bundled: there is none for linux-ppc64le)");
    }

    @Test
    void namesEveryRefusalIfNoneIsLeft() {
        var outcome = Loader.load(new Configuration(null, null, "linux-ppc64le", folder, "libmissing.so.9"));

        assertThat(outcome.binding()).isNull();
        assertThat(outcome.description())
                .isEqualTo("off: bundled: there is none for linux-ppc64le; system libmissing.so.9: the dynamic loader"
                        + " cannot open it: it is not there, not a library for this platform, or lacks one that it"
                        + " needs");
    }

    /** The stub spoils a product when two calls overlap, so this also shows that calls do overlap where they may. */
    @ParameterizedTest
    @CsvSource({"0.3.33, 1, right", "0.3.34, 0, right", "0.3.34, 1, wrong"})
    void callsOneAtATimeWhatCannotTakeMore(String version, int parallel, String products) throws Exception {
        Path library = StubLibrary.compile(
                LoaderTest.class,
                folder,
                "OVERLAP_IS_WRONG",
                "CONFIG=\"OpenBLAS " + version + "\"",
                "PARALLEL=" + parallel);

        assertThat(ChildJvm.run(ConcurrentProgram.class, Map.of("HANDGRAD_BLAS", library.toString())))
                .isEqualTo(products);
    }

    /** OpenBLAS has other kernels for each of these; those for AVX-512 are chosen on a machine that has it. */
    @ParameterizedTest
    @ValueSource(strings = {"Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen"})
    void everyCorePassesTheSelfTest(String core) throws Exception {
        Path processor = Path.of("/proc/cpuinfo");
        assumeTrue(
                Files.isReadable(processor) && Files.readString(processor).contains(" avx2 "),
                "the machine is not an x86-64 with AVX2 under Linux");

        assertThat(ChildJvm.run(DescriptionProgram.class, Map.of("OPENBLAS_CORETYPE", core)))
                .endsWith(", core " + core + ", bundled");
    }

    private static void assertRefused(Path library, String reason) {
        assertThat(refusal(library)).isEqualTo(reason);
    }

    private static String refusal(Path library) {
        var outcome = Loader.load(Configurations.named(library.toString()));
        assertThat(outcome.binding()).isNull();
        String start = "off: handgrad.blas=" + library + ": ";
        assertThat(outcome.description()).startsWith(start).hasLineCount(1);
        return outcome.description().substring(start.length());
    }
}
