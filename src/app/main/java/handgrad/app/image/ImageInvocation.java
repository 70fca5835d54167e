package handgrad.app.image;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A command of an image as a command line of its JVM. The options are those of the launcher of a checkout, which says
 * why each is there.
 *
 * @param arguments options of the JVM, the command, its arguments
 */
record ImageInvocation(ImageLayout image, List<String> arguments) {
    /** The command; empty where there is none, as for --help. */
    String command() {
        for (var argument : arguments) {
            if (argument.equals("--help") || argument.equals("--version")) {
                return "";
            }
            if (!argument.startsWith("-")) {
                return argument;
            }
        }
        return "";
    }

    /** Whether the command runs code of a user's own, which takes a worker. */
    boolean runsUsersCode() {
        return List.of("exercise", "diagram", "run").contains(command());
    }

    private boolean isQuick() {
        return List.of("", "exercise", "learn").contains(command());
    }

    private boolean drawsDiagrams() {
        return List.of("diagram", "learn").contains(command());
    }

    private boolean isExercise() {
        return command().equals("exercise");
    }

    private String roots() {
        if (drawsDiagrams()) {
            return "jdk.incubator.vector,ALL-MODULE-PATH";
        }
        return isExercise() ? "java.base" : "jdk.incubator.vector";
    }

    /**
     * The command line.
     *
     * @param report the file for a worker's messages
     * @param options more options of the JVM
     */
    List<String> commandLine(Path report, List<String> options) {
        var modules = image.modules().toString();
        var line = new ArrayList<>(List.of(
                image.java().toString(),
                "--module-path",
                drawsDiagrams() ? modules + File.pathSeparator + image.diagram() : modules,
                "--class-path",
                image.natives() + File.separator + "*",
                "--add-modules",
                roots(),
                "--enable-native-access=handgrad.blas,handgrad.mpi",
                "--add-opens",
                "java.base/java.io=handgrad.app",
                "-Dhandgrad.image=" + image.path(),
                "-Dhandgrad.parent=process",
                "-XX:-UsePerfData"));
        line.addAll(options);
        if (isQuick()) {
            line.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx1g"));
        }
        if (isExercise()) {
            line.addAll(List.of("-XX:+UseSerialGC", "-Dhandgrad.vector=off"));
        }
        if (runsUsersCode()) {
            line.add("-Dhandgrad.worker=" + report);
        }
        int own = 0;
        while (own < arguments.size() && arguments.get(own).matches("(?s)-[DX].*")) {
            own++;
        }
        line.addAll(arguments.subList(0, own));
        line.addAll(List.of("-m", "handgrad.app/handgrad.app.Main"));
        line.addAll(arguments.subList(own, arguments.size()));
        return line;
    }
}
