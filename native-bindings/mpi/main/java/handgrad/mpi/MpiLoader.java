package handgrad.mpi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Takes the first library that can be opened, is known and is of the launcher's kind. */
final class MpiLoader {
    /** How an ELF file begins. */
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    private MpiLoader() {}

    /**
     * Opens and binds a library.
     *
     * @throws MpiException if there is none, with what was tried and why each was refused
     */
    static MpiLibrary load(MpiConfiguration configuration) {
        var request = configuration.request();
        if (request != null) {
            return loadNamed(configuration, request);
        }
        var refusals = new ArrayList<String>();
        for (var name : configuration.names()) {
            for (var place : places(name, configuration.folders())) {
                try {
                    var symbols = open(place);
                    if (symbols.isPresent()) {
                        return library(symbols.get(), place, configuration.launcher());
                    }
                } catch (MpiException refusal) {
                    refusals.add(place + ": " + refusal.getMessage());
                }
            }
        }
        throw new MpiException(nothing(configuration, refusals));
    }

    private static MpiLibrary loadNamed(MpiConfiguration configuration, String request) {
        var origin = configuration.requestedBy() + "=" + request;
        try {
            var file = Path.of(request).toAbsolutePath();
            if (!Files.isRegularFile(file)) {
                throw new MpiException("there is no such file");
            }
            var symbols = isLibrary(file) ? open(file.toString()) : Optional.<SymbolLookup>empty();
            if (symbols.isEmpty()) {
                throw new MpiException("the dynamic loader cannot open it: it is not a library for this platform,"
                        + " or lacks one that it needs");
            }
            return library(symbols.get(), origin, configuration.launcher());
        } catch (MpiException refusal) {
            throw new MpiException("MPI: " + origin + ": " + refusal.getMessage());
        }
    }

    private static MpiLibrary library(SymbolLookup symbols, String origin, Launcher launcher) {
        var library = new MpiLibrary(new MpiFunctions(symbols), origin);
        if (!library.isOf(launcher)) {
            throw new MpiException("is " + library.name() + ", but " + launcher.kind() + " started this process");
        }
        return library;
    }

    /** A name as the dynamic loader finds it, then the files of that name. */
    private static List<String> places(String name, List<Path> folders) {
        var places = new ArrayList<String>();
        places.add(name);
        for (var folder : folders) {
            var file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                places.add(file.toString());
            }
        }
        return places;
    }

    /** Opens for the life of the process, as MPI cannot be unloaded; empty if the dynamic loader cannot. */
    private static Optional<SymbolLookup> open(String name) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalCallerException failure) {
            throw new MpiException(
                    "Java does not allow native calls here, start it with --enable-native-access=handgrad.mpi");
        } catch (IllegalArgumentException failure) {
            return Optional.empty();
        }
    }

    /** Of another file in the place of a library of Linux, the JVM would warn in words of its own. */
    private static boolean isLibrary(Path file) {
        if (!System.getProperty("os.name").equals("Linux")) {
            return true;
        }
        try (var stream = Files.newInputStream(file)) {
            return Arrays.equals(stream.readNBytes(ELF.length), ELF);
        } catch (IOException unreadable) {
            throw new MpiException("cannot be read: " + unreadable.getMessage());
        }
    }

    private static String nothing(MpiConfiguration configuration, List<String> refusals) {
        var kind = configuration.launcher().kind();
        if (configuration.names().isEmpty()) {
            return "MPI: there is no binding for this system; Linux and macOS have one";
        }
        if (refusals.isEmpty()) {
            return "MPI: " + kind + " started this process, but no library of MPI is found (looked for "
                    + String.join(", ", configuration.names())
                    + "); install one or name its path in HANDGRAD_MPI";
        }
        return "MPI: no usable library is found: " + String.join("; ", refusals)
                + "; use the launcher of the library, or name the path of the launcher's library in HANDGRAD_MPI";
    }
}
