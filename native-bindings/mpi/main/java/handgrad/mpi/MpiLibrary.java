package handgrad.mpi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A library that was opened and bound, not yet started.
 *
 * @param functions how it is called
 * @param origin where it is from: the name that the dynamic loader knows it by, or its path
 */
record MpiLibrary(MpiFunctions functions, String origin) {
    private static final Pattern OPEN_MPI = Pattern.compile("^Open MPI v?(\\d[\\w.]*)");
    private static final Pattern MPICH = Pattern.compile("^MPICH Version:\\s*(\\d[\\w.]*)");

    /** Its name and version: {@code Open MPI 4.1.4}; or the first line of what it says of itself. */
    String name() {
        var openMpi = OPEN_MPI.matcher(functions.version());
        if (openMpi.find()) {
            return "Open MPI " + openMpi.group(1);
        }
        Matcher mpich = MPICH.matcher(functions.version());
        return mpich.find()
                ? "MPICH " + mpich.group(1)
                : functions
                        .version()
                        .lines()
                        .findFirst()
                        .orElse("MPI of no name")
                        .strip();
    }

    /** Whether a launcher and this library know each other: what is not Open MPI is made from MPICH. */
    boolean isOf(Launcher launcher) {
        boolean openMpi = OPEN_MPI.matcher(functions.version()).find();
        return switch (launcher.kind()) {
            case OPEN_MPI -> openMpi;
            case MPICH -> !openMpi;
            case SLURM -> true;
        };
    }

    @Override
    public String toString() {
        return name() + ", " + functions.abi().name() + ", " + origin;
    }
}
