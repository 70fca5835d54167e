package handgrad.app.worker;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a JVM with the classes and the options of this one. */
public final class ChildJvm {
    /** This JVM's own part in messages, streams and its parent's end, which is not its child's. */
    private static final List<String> OWN = List.of("-Dhandgrad.worker", "-Dhandgrad.stderr", "-Dhandgrad.parent");

    /** What a JVM that lives for seconds has less of: the optimising compiler. */
    public static final String QUICK = "-XX:TieredStopAtLevel=1";

    private ChildJvm() {}

    /**
     * The command line.
     *
     * @param options for the JVM, beside those of this one for memory, modules and handgrad
     * @param main the class whose main method it runs, in this module
     */
    public static List<String> command(List<String> options, String main, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(ChildJvm::isPassedOn)
                .forEach(command::add);
        command.add("-XX:-UsePerfData");
        command.addAll(options);
        // Where all classes are on the class path there is no module path, and java takes no empty one.
        var modulePath = System.getProperty("jdk.module.path", "");
        if (!modulePath.isEmpty()) {
            command.addAll(List.of("--module-path", modulePath));
        }
        command.addAll(List.of("--class-path", System.getProperty("java.class.path", "") + File.pathSeparator));
        var module = ChildJvm.class.getModule();
        command.addAll(module.isNamed() ? List.of("-m", module.getName() + "/" + main) : List.of(main));
        command.addAll(arguments);
        return command;
    }

    private static boolean isPassedOn(String option) {
        return option.startsWith("-X")
                || option.startsWith("--add-")
                || option.startsWith("--enable-native-access")
                || (option.startsWith("-Dhandgrad.") && OWN.stream().noneMatch(option::startsWith));
    }
}
