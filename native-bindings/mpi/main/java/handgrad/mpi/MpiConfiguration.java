package handgrad.mpi;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the search for a library depends on.
 *
 * @param launcher who started this process
 * @param request the path of a library, or null for one of the system
 * @param requestedBy the name of the property or variable that the request came from, null without a request
 * @param names what the dynamic loader is asked for, in this order
 * @param folders where the dynamic loader may not look, and the names are looked for next
 */
record MpiConfiguration(
        Launcher launcher,
        @Nullable String request,
        @Nullable String requestedBy,
        List<String> names,
        List<Path> folders) {
    private static final String PROPERTY = "handgrad.mpi";
    private static final String VARIABLE = "HANDGRAD_MPI";

    /** The versions in a name are those of the interface: 40 from Open MPI 3 on, 12 from MPICH 3.1 on. */
    private static final List<String> LINUX_OPEN_MPI = List.of("libmpi.so.40");

    /** Debian gives MPICH another name, so that both can be installed. */
    private static final List<String> LINUX_MPICH = List.of("libmpich.so.12", "libmpi.so.12");

    private static final List<String> LINUX_ANY =
            List.of("libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi_abi.so", "libmpi.so");
    private static final List<String> MAC_OPEN_MPI = List.of("libmpi.40.dylib");
    private static final List<String> MAC_MPICH = List.of("libmpi.12.dylib");
    private static final List<String> MAC_ANY = List.of("libmpi_abi.dylib", "libmpi.dylib");

    static MpiConfiguration ofSystem(Launcher launcher) {
        String property = blankToNull(System.getProperty(PROPERTY));
        String variable = blankToNull(System.getenv(VARIABLE));
        String request = property != null ? property : variable;
        String requestedBy = request == null ? null : property != null ? PROPERTY : VARIABLE;
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return new MpiConfiguration(
                launcher, request, requestedBy, names(launcher.kind(), system), folders(System.getenv("PATH")));
    }

    /** Those of the launcher's own kind first; the others too, so that a refusal can name what is there. */
    static List<String> names(Launcher.Kind kind, String system) {
        if (system.startsWith("windows")) {
            return List.of(); // MS-MPI has an interface of its own.
        }
        boolean mac = system.startsWith("mac");
        var openMpi = mac ? MAC_OPEN_MPI : LINUX_OPEN_MPI;
        var mpich = mac ? MAC_MPICH : LINUX_MPICH;
        var any = mac ? MAC_ANY : LINUX_ANY;
        var ordered = kind == Launcher.Kind.MPICH ? List.of(mpich, any, openMpi) : List.of(openMpi, any, mpich);
        return ordered.stream().flatMap(List::stream).toList();
    }

    /** The folders of libraries beside those of {@code PATH} that hold a launcher. */
    static List<Path> folders(@Nullable String path) {
        var folders = new ArrayList<Path>();
        for (var entry : path == null ? new String[0] : path.split(File.pathSeparator, -1)) {
            // Not a relative one: anyone may have put a library there.
            if (entry.startsWith("/") && Files.isExecutable(Path.of(entry, "mpiexec"))) {
                var bin = Path.of(entry);
                Stream.of("lib", "lib64")
                        .map(bin::resolveSibling)
                        .filter(Files::isDirectory)
                        .forEach(folders::add);
            }
        }
        return folders;
    }

    private static @Nullable String blankToNull(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }
}
