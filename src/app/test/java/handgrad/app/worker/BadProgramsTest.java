package handgrad.app.worker;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.exercise.Exercise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that would take the JVM of their check with them: each ends with one line and its exit code. A test starts
 * all of its processes before it waits for one, so that it takes as long as one or two of them.
 */
class BadProgramsTest {
    private static final Exercise EXERCISE = Exercise.named("5");
    private static final String FORWARD = "Tensor forward(NamedPass.Names names) {";
    private static final String BACKWARD = "void backward() {";
    private static final String EXIT =
            ":20: calls System.exit, which would end the check too, in forward; take the call out";

    @TempDir
    private Path folder;

    private final Map<String, Path> files = new HashMap<>();
    private final Map<String, SupervisedProcess> processes = new HashMap<>();

    @Test
    void anExerciseIsCheckedWhateverItsCodeDoes() throws Exception {
        exercise("exit", FORWARD, "System.exit(0);");
        exercise("halt", BACKWARD, "Runtime.getRuntime().halt(0);");
        exercise("flood", FORWARD, "while (this.a != null) IO.println(\"again\");");
        exercise("thread", FORWARD, "Thread.ofPlatform().name(\"other\").start(() -> { while (true) {} });");

        assertFailed("exit", EXIT);
        assertFailed("halt", ": it ended the JVM with exit code 0, by Runtime.halt or the like; take that call out");
        var flood = result("flood");
        assertThat(flood.code()).isOne();
        assertThat(flood.out()).startsWith("again\n").hasSizeBetween(999_000, 1_000_000);
        assertThat(flood.err())
                .isEqualTo(line(
                        "flood",
                        ":20: has printed more than 1,000,000 bytes, in forward; look for a print in" + " a loop"));
        assertThat(result("thread").err())
                .isEqualTo(line("thread", ": leaves the thread other running, which ends now"));
    }

    @Test
    @Tag("long")
    void soItIsWhateverElseItDoes() throws Exception {
        exercise("exit of a thread", FORWARD, """
            var other = new Thread(() -> System.exit(3)); \
            other.start(); \
            try { other.join(); } catch (Exception e) {}\
            """);
        exercise("closed", FORWARD, "System.out.close(); System.err.close();");
        exercise("reading", FORWARD, "try { System.in.readAllBytes(); } catch (Exception e) {}");
        exercise("hook", FORWARD, "Runtime.getRuntime().addShutdownHook(new Thread(() -> { while (true) {} }));");

        assertFailed("exit of a thread", EXIT);
        assertThat(result("closed").out()).contains("Next: ");
        assertThat(result("reading").out()).contains("Next: ");
        assertThat(result("hook").out()).contains("Next: ");
    }

    @Test
    void aProgramHasTheStreamsAndTheExitCodeThatItWouldHaveAlone() throws Exception {
        program("echo", """
            IO.print(IO.readln().toUpperCase(Locale.ROOT)); System.err.print("?"); System.exit(3);\
            """);
        program("thread", "new Thread(() -> IO.println(\"after main\")).start();");
        program("killed", """
            new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start(); \
            Thread.sleep(600_000);\
            """);
        program("endless", "while (true) { Thread.onSpinWait(); }", "--time-limit", "1");
        process("echo").process().outputWriter().append("one line\n").flush();

        assertThat(result("echo")).isEqualTo(new CommandResult(3, "ONE LINE", "?\n"));
        assertThat(result("thread")).isEqualTo(new CommandResult(0, "after main\n", ""));
        assertFailed("killed", ": its JVM was killed by the system: too little memory?");
        assertFailed(
                "endless",
                ":1: still running after 1 s, in main; look for a loop or a wait without end, or give it more by"
                        + " --time-limit SECONDS");
    }

    @Test
    @Tag("long")
    void soHasAProgramThatEndsInAnotherWay() throws Exception {
        program("deep thread", "new Thread(this::go).start(); } void go() { go(); } void unused() {");
        program("minus one", "System.exit(-1);");
        program("halt", "Runtime.getRuntime().halt(4);");
        program("closed", "System.out.close(); System.err.close(); throw new IllegalStateException(\"no\");");

        assertThat(result("deep thread"))
                .isEqualTo(new CommandResult(
                        0,
                        "",
                        line("deep thread", ":1: the stack overflows, in go; does a method call itself without end?")));
        assertThat(result("minus one")).isEqualTo(new CommandResult(255, "", ""));
        assertThat(result("halt")).isEqualTo(new CommandResult(4, "", ""));
        assertThat(result("closed"))
                .isEqualTo(new CommandResult(
                        1, "", "java.lang.IllegalStateException: no\n\tat Program.main(Program.java:1)\n"));
    }

    @Test
    void theWorkerEndsWithItsSupervisor() throws Exception {
        var waiting = """
            Runtime.getRuntime().addShutdownHook(new Thread(() -> IO.println("saved"))); \
            IO.println("ready"); \
            Thread.sleep(600_000);\
            """;
        program("ended", waiting);
        program("killed", waiting);
        var ended = process("ended").process();
        var out = ended.inputReader();
        assertThat(out.readLine()).isEqualTo("ready");
        ended.toHandle().destroy();
        assertThat(out.readLine()).isEqualTo("saved");
        assertThat(out.readLine()).isNull();
        assertThat(ended.waitFor()).isEqualTo(143);
        assertThat(folder.resolve("ended.report")).doesNotExist();

        var killed = process("killed").process();
        out = killed.inputReader();
        assertThat(out.readLine()).isEqualTo("ready");
        killed.toHandle().destroyForcibly();
        assertThat(out.readLine()).isNull();
    }

    private void assertFailed(String name, String message) throws Exception {
        assertThat(result(name)).isEqualTo(new CommandResult(1, "", line(name, message)));
    }

    private String line(String name, String message) {
        return "handgrad: " + files.get(name) + message + "\n";
    }

    private CommandResult result(String name) throws Exception {
        return process(name).result();
    }

    private SupervisedProcess process(String name) {
        return Objects.requireNonNull(processes.get(name));
    }

    /** Starts the check of an exercise, one of whose methods begins with this code. */
    private void exercise(String name, String method, String code) throws IOException {
        var source = EXERCISE.skeleton().replace(method, method + " " + code);
        start(name, EXERCISE.fileName(), source, "exercise", "5");
    }

    /** Starts a program whose main method is this code. */
    private void program(String name, String code, String... options) throws IOException {
        var command = new ArrayList<>(List.of("run"));
        command.addAll(List.of(options));
        start(name, "Program.java", "void main() throws Exception { " + code + " }", command.toArray(String[]::new));
    }

    private void start(String name, String fileName, String source, String... command) throws IOException {
        var file = Files.createDirectory(folder.resolve(name)).resolve(fileName);
        files.put(name, Files.writeString(file, source));
        var arguments = new ArrayList<>(List.of(command));
        arguments.add(file.toString());
        processes.put(
                name, SupervisedProcess.start(folder.resolve(name + ".report"), arguments.toArray(String[]::new)));
    }
}
