package handgrad.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.testing.StubLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Opens small libraries of one rank, which refuse every constant that is not of their interface. */
class MpiLoaderTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        OPEN_MPI                | Open MPI 9.8.7, Open MPI ABI
        MPICH                   | MPICH 9.8.7, MPICH ABI
        ABI_VERSION=1           | Stub MPI, standard ABI
        OPEN_MPI ABI_VERSION=-1 | Open MPI 9.8.7, Open MPI ABI
        MPICH ABI_VERSION=-1    | MPICH 9.8.7, MPICH ABI
        """)
    void knowsALibraryByItsInterface(String macros, String name) throws Exception {
        var library = StubLibrary.compile(MpiLoaderTest.class, folder, macros.split(" ", -1));

        assertThat(Mpi.open(Configurations.named(library)).library()).isEqualTo(name + ", handgrad.mpi=" + library);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ABI_VERSION=2    | has version 2 of the standard ABI, known is version 1
        ABI_VERSION=-1   | is neither Open MPI nor MPICH, nor has it the standard ABI of MPI 5.0
        STRANGE          | is neither Open MPI nor MPICH, nor has it the standard ABI of MPI 5.0
        MPICH NO_BARRIER | is not a whole MPI library: it has no MPI_Barrier
        """)
    void refusesALibraryThatItCannotCall(String macros, String reason) throws Exception {
        var library = StubLibrary.compile(MpiLoaderTest.class, folder, macros.split(" ", -1));

        assertRefused(Configurations.named(library), "MPI: handgrad.mpi=" + library + ": " + reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        INITIALIZED=1   | another part of this process has started it
        LEVEL=0         | allows no other threads (level 0); use a build with MPI_THREAD_FUNNELED
        SIZE=2          | sees a job of 2 ranks, but Slurm started 1; it is a library of another launcher
        LOSES=BROADCAST | failed its self-test: broadcast gives rank 0 0 at 1, right is 1
        LOSES=ALLREDUCE | failed its self-test: sum gives rank 0 1 at 0, right is 0
        LOSES=ALLGATHER | failed its self-test: all-gather gives rank 0 0 at 1, right is 1
        LOSES=ALLTOALL  | failed its self-test: all-to-all gives rank 0 0 at 1, right is 1
        LOSES=SENDRECV  | failed its self-test: send and receive gives rank 0 0 at 1, right is 1
        """)
    void refusesALibraryThatItCannotUse(String macro, String reason) throws Exception {
        var library = StubLibrary.compile(MpiLoaderTest.class, folder, "MPICH", macro);

        assertRefused(
                Configurations.named(library), "MPI: MPICH 9.8.7, MPICH ABI, handgrad.mpi=" + library + ": " + reason);
    }

    @Test
    void refusesALibraryThatTakesASignal() throws Exception {
        var library = StubLibrary.compile(MpiLoaderTest.class, folder, "MPICH", "TAKES_SIGNAL=SIGUSR2");

        assertThat(Jobs.run(Jobs.java(StubProgram.class, library.toString()), Map.of())
                        .output())
                .isEqualTo("MPI: MPICH 9.8.7, MPICH ABI, handgrad.mpi=" + library
                        + ": takes over signals of the JVM (SIGUSR2); set UCX_ERROR_SIGNALS to nothing and"
                        + " UCX_DEBUG_SIGNO to 0 before the JVM starts");
    }

    @ParameterizedTest
    @CsvSource({
        "OPEN_MPI, MPICH, Open MPI 9.8.7, mpiexec of MPICH",
        "MPICH, OPEN_MPI, MPICH 9.8.7, mpirun of Open MPI",
        "ABI_VERSION=1, OPEN_MPI, Stub MPI, mpirun of Open MPI"
    })
    void refusesALibraryOfAnotherLauncher(String macro, Launcher.Kind kind, String name, String launcher)
            throws Exception {
        var library = StubLibrary.compile(MpiLoaderTest.class, folder, macro);

        assertRefused(
                Configurations.named(library, new Launcher(kind, 0, 1)),
                "MPI: handgrad.mpi=" + library + ": is " + name + ", but " + launcher + " started this process");
    }

    @Test
    void refusesANamedLibraryThatCannotBeOpened() throws IOException {
        var missing = folder.resolve("missing.so");
        assertRefused(Configurations.named(missing), "MPI: handgrad.mpi=" + missing + ": there is no such file");
        var text = Files.writeString(folder.resolve("text.so"), "not a library");
        assertRefused(
                Configurations.named(text),
                "MPI: handgrad.mpi=" + text + ": the dynamic loader cannot open it: it is not a library for this"
                        + " platform, or lacks one that it needs");
    }

    /** Both kinds lie side by side, as Debian has them. */
    @ParameterizedTest
    @CsvSource({"OPEN_MPI, Open MPI 9.8.7", "MPICH, MPICH 9.8.7"})
    void takesTheLibraryOfTheLauncher(Launcher.Kind kind, String name) throws Exception {
        Files.move(StubLibrary.compile(MpiLoaderTest.class, folder, "OPEN_MPI"), folder.resolve("libopen-stub.so"));
        Files.move(StubLibrary.compile(MpiLoaderTest.class, folder, "MPICH"), folder.resolve("libmpich-stub.so"));

        var library = MpiLoader.load(new MpiConfiguration(
                new Launcher(kind, 0, 1),
                null,
                null,
                List.of("libmissing-stub.so", "libmpich-stub.so", "libopen-stub.so"),
                List.of(folder)));

        assertThat(library.name()).isEqualTo(name);
    }

    @Test
    void namesWhatItRefused() throws Exception {
        var compiled = StubLibrary.compile(MpiLoaderTest.class, folder, "MPICH");
        var library = Files.move(compiled, folder.resolve("libmpich-stub.so"));

        assertRefused(
                new MpiConfiguration(
                        new Launcher(Launcher.Kind.OPEN_MPI, 0, 1),
                        null,
                        null,
                        List.of("libmissing-stub.so", "libmpich-stub.so"),
                        List.of(folder)),
                "MPI: no usable library is found: " + library + ": is MPICH 9.8.7, but mpirun of Open MPI started this"
                        + " process; use the launcher of the library, or name the path of the launcher's library in"
                        + " HANDGRAD_MPI");
    }

    @Test
    void namesWhatItLookedFor() {
        var launcher = new Launcher(Launcher.Kind.MPICH, 0, 1);
        assertRefused(
                new MpiConfiguration(launcher, null, null, List.of("libone-stub.so", "libtwo-stub.so"), List.of()),
                "MPI: mpiexec of MPICH started this process, but no library of MPI is found (looked for"
                        + " libone-stub.so, libtwo-stub.so); install one or name its path in HANDGRAD_MPI");
        assertRefused(
                new MpiConfiguration(launcher, null, null, List.of(), List.of()),
                "MPI: there is no binding for this system; Linux and macOS have one");
    }

    @ParameterizedTest
    @EnumSource(Launcher.Kind.class)
    void looksForTheLauncherOwnKindFirst(Launcher.Kind kind) {
        var names = MpiConfiguration.names(kind, "linux");
        assertThat(names)
                .startsWith(kind == Launcher.Kind.MPICH ? "libmpich.so.12" : "libmpi.so.40")
                .contains("libmpi.so.12", "libmpi_abi.so.1", "libmpi.so")
                .doesNotHaveDuplicates();
        assertThat(MpiConfiguration.names(kind, "mac os x")).hasSize(4).allMatch(name -> name.endsWith(".dylib"));
        assertThat(MpiConfiguration.names(kind, "windows 11")).isEmpty();
    }

    @Test
    void looksBesideALauncherOnThePath() throws IOException {
        var lib = Files.createDirectories(folder.resolve("mpi/lib"));
        var bin = Files.createDirectories(folder.resolve("mpi/bin"));
        var path = new ArrayList<>(
                List.of("", "relative/bin", folder.resolve("none").toString(), bin.toString()));

        assertThat(MpiConfiguration.folders(String.join(":", path))).isEmpty();
        assertThat(Files.createFile(bin.resolve("mpiexec")).toFile().setExecutable(true))
                .isTrue();
        assertThat(MpiConfiguration.folders(String.join(":", path))).containsExactly(lib);
        assertThat(MpiConfiguration.folders(null)).isEmpty();
    }

    private static void assertRefused(MpiConfiguration configuration, String message) {
        assertThatThrownBy(() -> Mpi.open(configuration))
                .isInstanceOf(MpiException.class)
                .hasMessage(message);
    }
}
