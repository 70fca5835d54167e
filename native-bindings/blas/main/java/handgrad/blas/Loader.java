package handgrad.blas;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tries the libraries in their order and takes the first that can be opened, is trusted and multiplies rightly. */
final class Loader {
    private Loader() {}

    /** What the search ended with: a binding or null, and one line that says which or why not. */
    record Outcome(@Nullable Binding binding, String description) {}

    /** A library to try; the origin is what a user reads about where it comes from. */
    private record Candidate(String origin, Opener opener) {
        interface Opener {
            SymbolLookup open() throws IOException, UnusableLibraryException;
        }
    }

    static Outcome load(Configuration configuration) {
        if ("off".equals(configuration.request())) {
            return new Outcome(null, "off: " + configuration.requestedBy() + "=off");
        }
        var refusals = new ArrayList<String>();
        for (var candidate : candidates(configuration)) {
            try {
                var binding = Binding.of(candidate.opener().open(), candidate.origin());
                SelfTest.run(binding);
                return new Outcome(binding, describe(binding, refusals));
            } catch (UnusableLibraryException refusal) {
                refusals.add(candidate.origin() + ": " + refusal.getMessage());
            } catch (IOException | RuntimeException | LinkageError failure) {
                refusals.add(candidate.origin() + ": " + failure);
            }
        }
        return new Outcome(null, "off: " + String.join("; ", refusals));
    }

    private static String describe(Binding binding, List<String> refusals) {
        var library = binding.library();
        String line = "OpenBLAS " + library.version() + ", core " + library.coreName() + ", " + library.origin();
        return refusals.isEmpty() ? line : line + " (refused " + String.join("; ", refusals) + ")";
    }

    private static List<Candidate> candidates(Configuration configuration) {
        String request = configuration.request();
        if (request != null) {
            return List.of(new Candidate(
                    configuration.requestedBy() + "=" + request, () -> open(Path.of(request), configuration)));
        }
        var candidates = new ArrayList<Candidate>();
        candidates.add(new Candidate("bundled", () -> {
            var library = BundledLibrary.unpack(configuration);
            return open(library, BundledLibrary.besides(library, configuration), configuration);
        }));
        String system = configuration.systemLibrary();
        if (system != null) {
            candidates.add(new Candidate("system " + system, () -> open(system)));
        }
        return candidates;
    }

    /**
     * Opens a library that has others beside it. It finds those that it needs itself there, but not what these need in
     * turn: where the system has none of that, each is opened before.
     *
     * @param besides the others, each before those that need it
     */
    static SymbolLookup open(Path file, List<Path> besides, Configuration configuration)
            throws IOException, UnusableLibraryException {
        try {
            return open(file, configuration);
        } catch (UnusableLibraryException missing) {
            for (var each : besides) {
                open(each, configuration);
            }
            return open(file, configuration);
        }
    }

    private static SymbolLookup open(Path file, Configuration configuration)
            throws IOException, UnusableLibraryException {
        if (!Files.isRegularFile(file)) {
            throw new UnusableLibraryException("there is no such file");
        }
        if (configuration.platform().startsWith("linux-")) {
            ElfFile.requireWhole(file);
        }
        return open(file.toAbsolutePath().toString());
    }

    /** Opens for the life of the process: compiled calls hold the addresses. */
    private static SymbolLookup open(String name) throws UnusableLibraryException {
        try {
            return SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalCallerException failure) {
            throw new UnusableLibraryException(
                    "Java does not allow native calls here, start it with --enable-native-access=handgrad.blas");
        } catch (IllegalArgumentException failure) {
            throw new UnusableLibraryException(
                    "the dynamic loader cannot open it: it is not there, not a library for this"
                            + " platform, or lacks one that it needs");
        }
    }
}
