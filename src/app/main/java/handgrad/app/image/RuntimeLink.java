package handgrad.app.image;

import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Makes a Java runtime of chosen modules of a JDK.
 *
 * @param jdk where the JDK is
 * @param jlink its tool; null where it has none
 * @param linksItself whether it can link from its own modules, without the folder jmods (JEP 493)
 */
record RuntimeLink(Path jdk, @Nullable ToolProvider jlink, boolean linksItself) {
    /** What the JDK's own modules differ by from those to link; only a JDK that can link from itself holds this. */
    private static final URI DIFFERENCES =
            URI.create("jrt:/jdk.jlink/jdk/tools/jlink/internal/runtimelink/diff_java.base");

    private static final long CLASSES_MINUTES = 5;

    /** Of the JDK that runs this. */
    static RuntimeLink ofThisJdk() {
        return new RuntimeLink(
                Path.of(System.getProperty("java.home")),
                ToolProvider.findFirst("jlink").orElse(null),
                Files.exists(Path.of(DIFFERENCES)));
    }

    /** Links a runtime into a folder that does not exist, with the archive of the JDK's classes that it starts from. */
    void link(Set<String> modules, Path runtime) throws IOException {
        if (jlink == null) {
            throw new WrongInputException("the JDK in " + jdk + " has no jlink, which makes the runtime of an image;"
                    + " install the whole JDK (with the module jdk.jlink), or set JAVA_HOME to another");
        }
        if (!linksItself && !Files.isDirectory(jdk.resolve("jmods"))) {
            throw new WrongInputException("the JDK in " + jdk + " has no folder jmods, and it was not built to link a"
                    + " runtime without it (JEP 493); install its jmods, which some systems have as a package of their"
                    + " own, or set JAVA_HOME to another JDK");
        }
        var said = new StringWriter();
        var printer = new PrintWriter(said);
        int code = jlink.run(
                printer,
                printer,
                "--add-modules",
                String.join(",", modules),
                "--no-header-files",
                "--no-man-pages",
                "--output",
                runtime.toString());
        if (code != 0) {
            throw new FailedException("jlink of the JDK in " + jdk + " failed: "
                    + said.toString().strip().replaceAll("\\s*\\R\\s*", " "));
        }
        archiveClasses(runtime);
    }

    /** An archive of handgrad's own classes gains little more: a module that is incubating keeps their graph out. */
    private static void archiveClasses(Path runtime) throws IOException {
        var java = runtime.resolve("bin").resolve("java").toString();
        var process = new ProcessBuilder(java, "-Xshare:dump")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(CLASSES_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
            int code = process.waitFor();
            if (code != 0) {
                throw new FailedException("%s -Xshare:dump, which archives the JDK's classes, ended with exit code %d"
                        .formatted(java, code));
            }
        } catch (InterruptedException exception) {
            process.destroyForcibly();
            throw new IOException("interrupted while archiving the JDK's classes", exception);
        }
    }
}
