package handgrad.blas;

import java.nio.file.Path;

/** Configurations that do not depend on how the tests were started. */
final class Configurations {
    private Configurations() {}

    /** The bundled library of this machine, unpacked below a folder, and no other. */
    static Configuration bundled(Path cache) {
        return new Configuration(null, null, Configuration.ofSystem().platform(), cache, null);
    }

    static Configuration named(String request) {
        return new Configuration(
                request, "handgrad.blas", Configuration.ofSystem().platform(), Path.of("unused"), null);
    }
}
