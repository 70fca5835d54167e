package handgrad.mpi;

import java.nio.file.Path;
import java.util.List;

/** Configurations that do not depend on how the tests were started. */
final class Configurations {
    private Configurations() {}

    /** A named library, for one rank of Slurm, which takes libraries of every kind. */
    static MpiConfiguration named(Path library) {
        return named(library, new Launcher(Launcher.Kind.SLURM, 0, 1));
    }

    static MpiConfiguration named(Path library, Launcher launcher) {
        return new MpiConfiguration(launcher, library.toString(), "handgrad.mpi", List.of(), List.of());
    }
}
