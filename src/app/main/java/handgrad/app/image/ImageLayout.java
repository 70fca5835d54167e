package handgrad.app.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the parts of an image are: the scripts {@code handgrad} and {@code handgrad.cmd}, and what follows.
 *
 * @param path the folder
 */
public record ImageLayout(Path path) {
    /** The system property by which the scripts name the image that runs. */
    static final String PROPERTY = "handgrad.image";

    /** The jar of the command line. */
    static final String APPLICATION = "handgrad-app.jar";

    /** The image that this JVM runs from; empty in a checkout. */
    public static Optional<ImageLayout> running() {
        return Optional.ofNullable(System.getProperty(PROPERTY)).map(path -> new ImageLayout(Path.of(path)));
    }

    /** The Java runtime that jlink made. */
    Path runtime() {
        return path.resolve("runtime");
    }

    /** The program that starts it. */
    Path java() {
        return runtime().resolve("bin").resolve("java");
    }

    /** The jars of the module path. */
    Path modules() {
        return path.resolve("modules");
    }

    /** The jars that diagrams need as well. */
    Path diagram() {
        return path.resolve("diagram");
    }

    /** The jars of native libraries. */
    Path natives() {
        return path.resolve("natives");
    }

    /** The archive, which stands beside the folder: what Windows opens by itself is a zip. */
    Path archive(boolean windows) {
        return path.resolveSibling(path.getFileName() + (windows ? ".zip" : ".tar.gz"));
    }

    /** Whether there is an image here. */
    boolean isThere() {
        return Files.isRegularFile(modules().resolve(APPLICATION))
                && Files.isRegularFile(runtime().resolve("release"));
    }
}
