package handgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher, copied into a project without sources, with a Maven and JDKs that are small shell scripts. */
class LauncherTest {
    private static final Path SCRIPT = Path.of("..", "..", "handgrad").toAbsolutePath();
    private static final String NO_JDK = "handgrad: no JDK 25.0.3 or newer found; install one (a JDK, with javac), "
            + "from https://adoptium.net or by your package manager, or set JAVA_HOME to it\n";

    @TempDir
    private Path folder;

    private Path project;

    @BeforeEach
    void makeProject() throws IOException {
        project = folder.resolve("a project");
        for (var source :
                List.of("native-bindings/blas/main", "src/engine/main", "src/app/main", "examples/exercises")) {
            Files.createDirectories(project.resolve(source));
        }
        for (var pom : List.of("pom.xml", "native-bindings/blas/pom.xml", "src/engine/pom.xml", "src/app/pom.xml")) {
            Files.writeString(project.resolve(pom), "");
        }
        Files.copy(SCRIPT, project.resolve("handgrad"));
        maven("""
                echo built >>builds
                mkdir -p src/app/target/modules src/app/target/diagram
                : >src/app/target/handgrad-app.jar
                """);
        // PATH must hold neither a real java nor a real mvn.
        var tools = "cat cp find grep ls mkdir mkfifo mktemp mv readlink rm rmdir sed sh sleep tail touch";
        for (var tool : tools.split(" ", -1)) {
            tool(tool);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.15, false",
        "25, false",
        "25.0.2, false",
        "25.0.3, true",
        "25.0.10, true",
        "25.1, true",
        "26, true",
        "26-ea, true",
        "9, false"
    })
    void takesAJdkThatIsNewEnough(String version, boolean accepted) throws Exception {
        jdk("jdks/only", version);
        var result = launch(Map.of());
        assertThat(result)
                .isEqualTo(accepted ? new CommandResult(0, "jdks/only\n", "") : new CommandResult(1, "", NO_JDK));
    }

    @Test
    void prefersJavaHomeAndThenPath() throws Exception {
        jdk("jdks/found", "25.0.3");
        Files.createSymbolicLink(
                folder.resolve("bin/java"), jdk("on path", "25.0.3").resolve("bin/java"));
        var home = jdk("home", "25.0.3").toString();
        assertThat(launch(Map.of("JAVA_HOME", home)).out()).isEqualTo("home\n");
        assertThat(launch(Map.of()).out()).isEqualTo("on path\n");
    }

    @Test
    void passesOverAJavaHomeThatIsTooOld() throws Exception {
        jdk("jdks/found", "25.0.3");
        var home = jdk("home", "25.0.2").toString();
        assertThat(launch(Map.of("JAVA_HOME", home))).isEqualTo(new CommandResult(0, "jdks/found\n", ""));
    }

    @Test
    void findsAJdkInAFolderOfMacOs() throws Exception {
        jdk("jdks/temurin-25.jdk/Contents/Home", "25.0.3");
        assertThat(launch(Map.of()).out()).isEqualTo("jdks/temurin-25.jdk/Contents/Home\n");
    }

    @Test
    void passesOverARuntimeWithoutACompiler() throws Exception {
        Files.delete(jdk("jdks/jre", "25.0.3").resolve("bin/javac"));
        assertThat(launch(Map.of())).isEqualTo(new CommandResult(1, "", NO_JDK));
    }

    @Test
    void saysThatMavenIsMissing() throws Exception {
        jdk("jdks/found", "25.0.3");
        Files.delete(folder.resolve("bin/mvn"));
        assertThat(launch(Map.of()))
                .isEqualTo(
                        new CommandResult(
                                1,
                                "",
                                "handgrad: no Maven found (mvn); install it by your package manager or from https://maven.apache.org\n"));
    }

    @Test
    void buildsOnlyAfterAChange() throws Exception {
        jdk("jdks/found", "25.0.3");
        var source = project.resolve("src/engine/main/A.java");
        launch(Map.of());
        launch(Map.of());
        assertThat(builds()).isEqualTo(1);
        Files.writeString(source, "class A {}");
        launch(Map.of());
        launch(Map.of());
        assertThat(builds()).isEqualTo(2);
        Files.writeString(source, "class A { }");
        launch(Map.of());
        assertThat(builds()).isEqualTo(3);
        Files.delete(source);
        launch(Map.of());
        launch(Map.of());
        assertThat(builds()).isEqualTo(4);
    }

    @Test
    void buildsOnceForTwoLaunchesAtATime() throws Exception {
        jdk("jdks/found", "25.0.3");
        var first = start(Map.of());
        var second = start(Map.of());
        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(builds()).isEqualTo(1);
        assertThat(project.resolve("target/build.lock")).doesNotExist();
    }

    @Test
    void breaksTheLockOfAProcessThatDied() throws Exception {
        jdk("jdks/found", "25.0.3");
        var dead = new ProcessBuilder("true").start();
        dead.waitFor();
        var lock = Files.createDirectories(project.resolve("target/build.lock"));
        Files.createFile(lock.resolve(Long.toString(dead.pid())));
        assertThat(launch(Map.of())).isEqualTo(new CommandResult(0, "jdks/found\n", ""));
        assertThat(lock).doesNotExist();
    }

    @Test
    void showsTheErrorsOfABuildThatFails() throws Exception {
        jdk("jdks/found", "25.0.3");
        maven("""
                echo '[INFO] Building handgrad'
                echo '[ERROR] A.java:[3,9] cannot find symbol'
                echo '  symbol: class B'
                echo '[INFO] BUILD FAILURE'
                echo '[ERROR] Failed to execute goal compile'
                echo '[ERROR] For more information, read a page'
                exit 1
                """);
        assertThat(launch(Map.of())).isEqualTo(new CommandResult(1, "", """
                        [ERROR] A.java:[3,9] cannot find symbol
                          symbol: class B
                        [ERROR] Failed to execute goal compile
                        handgrad: the build failed; all of it is in %s
                        """.formatted(
                        project.toRealPath().resolve("target/build.log"))));
        assertThat(project.resolve("target/build.lock")).doesNotExist();
    }

    @Test
    void dropsTheWarningOfIncubatorModulesAndNothingElse() throws Exception {
        java(jdk("jdks/found", "25.0.3"), """
                echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
                echo 'OpenJDK: out of memory' >&2
                printf 'the end' >&2
                echo 'the program' >&3
                exit 42
                """);
        // The filter may end after java: cat waits for both.
        var pipeline = "{ \"$0\"; echo \"exit $?\"; } 2>&1 | cat";
        var process = process(
                Map.of(), "sh", "-c", pipeline, project.resolve("handgrad").toString());
        assertThat(result(process.start()).out().lines())
                .containsExactlyInAnyOrder("OpenJDK: out of memory", "the end", "the program", "exit 42");
    }

    @Test
    void passesOptionsToTheJvmAndArgumentsToTheProgram() throws Exception {
        java(jdk("jdks/found", "25.0.3"), "for argument; do echo \"$argument\"; done\n");
        var lines = launch(Map.of(), "-Xmx1g", "-Dhandgrad.blas=off", "run", "two words", "-Dx", "")
                .out()
                .lines()
                .toList();
        assertThat(lines)
                .endsWith(
                        "-Xmx1g",
                        "-Dhandgrad.blas=off",
                        "-m",
                        "handgrad.app/handgrad.app.Main",
                        "run",
                        "two words",
                        "-Dx",
                        "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exercise", "--help", "--version"})
    void runsWhatIsShortWithTheQuickCompilerOnly(String command) throws Exception {
        java(jdk("jdks/found", "25.0.3"), "for argument; do echo \"$argument\"; done\n");
        assertThat(launch(Map.of(), "-Xmx1g", command, "1").out().lines().toList())
                .endsWith("-Xmx1g", "-XX:TieredStopAtLevel=1", "-m", "handgrad.app/handgrad.app.Main", command, "1");
    }

    @Test
    void readsTheLibrariesOfTheDiagramForItsCommandOnly() throws Exception {
        java(jdk("jdks/found", "25.0.3"), "for argument; do echo \"$argument\"; done\n");
        var app = project.toRealPath().resolve("target/app");
        assertThat(launch(Map.of(), "train", "diagram").out().lines().toList())
                .containsSequence("--module-path", app.resolve("modules").toString())
                .containsSequence("--add-modules", "jdk.incubator.vector");
        assertThat(launch(Map.of(), "-Xmx1g", "diagram").out().lines().toList())
                .containsSequence("--module-path", app.resolve("modules") + ":" + app.resolve("diagram"))
                .containsSequence("--add-modules", "jdk.incubator.vector,ALL-MODULE-PATH");
        assertThat(app.resolve("diagram")).isDirectory();
    }

    @Test
    void runsThroughSymbolicLinksFromAnyFolder() throws Exception {
        jdk("jdks/found", "25.0.3");
        Files.createSymbolicLink(folder.resolve("bin/inner"), Path.of("../a project/handgrad"));
        Files.createSymbolicLink(folder.resolve("outer"), folder.resolve("bin/inner"));
        assertThat(result(process(Map.of(), folder.resolve("outer").toString()).start()))
                .isEqualTo(new CommandResult(0, "jdks/found\n", ""));
    }

    /** Makes a JDK whose java prints the JDK's own folder. */
    private Path jdk(String name, String version) throws IOException {
        var home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(
                home.resolve("release"), "IMPLEMENTOR=\"A\"\nJAVA_VERSION=\"" + version + "\"\nOS_NAME=\"B\"\n");
        java(home, "echo '" + name + "'\n");
        script(home.resolve("bin/javac"), "");
        return home;
    }

    private static void java(Path home, String body) throws IOException {
        script(home.resolve("bin/java"), body);
    }

    private void maven(String body) throws IOException {
        script(Files.createDirectories(folder.resolve("bin")).resolve("mvn"), body);
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private void tool(String name) throws IOException {
        var target = Stream.of("/usr/bin", "/bin")
                .map(bin -> Path.of(bin, name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        script(folder.resolve("bin").resolve(name), "exec " + target + " \"$@\"\n");
    }

    private long builds() throws IOException {
        return Files.readAllLines(project.resolve("builds")).size();
    }

    private CommandResult launch(Map<String, String> environment, String... arguments) throws Exception {
        return result(start(environment, arguments));
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        var command = Stream.concat(Stream.of(project.resolve("handgrad").toString()), Stream.of(arguments));
        return process(environment, command.toArray(String[]::new)).start();
    }

    private ProcessBuilder process(Map<String, String> environment, String... command) {
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", folder.resolve("bin").toString());
        builder.environment().put("HANDGRAD_JDK_FOLDERS", folder.resolve("none") + ":" + folder.resolve("jdks"));
        builder.environment().putAll(environment);
        return builder;
    }

    private static CommandResult result(Process process) throws Exception {
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandResult(process.waitFor(), out, err);
    }
}
