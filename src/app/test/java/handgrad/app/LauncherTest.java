package handgrad.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.app.image.ImageMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private static final String BUILDING = "handgrad: building the program; the first time takes minutes\n";
    private static final String ARGUMENTS = "for argument; do echo \"$argument\"; done\n";

    @TempDir
    private Path folder;

    private Path project;

    @BeforeEach
    void makeProject() throws IOException {
        project = folder.resolve("a project");
        for (var source : List.of(
                "native-bindings/blas/main",
                "src/engine/main",
                "src/app/main",
                "examples/exercises",
                "jmh/main",
                "jmh/peers")) {
            Files.createDirectories(project.resolve(source));
        }
        for (var pom : List.of(
                "pom.xml", "native-bindings/blas/pom.xml", "src/engine/pom.xml", "src/app/pom.xml", "jmh/pom.xml")) {
            Files.writeString(project.resolve(pom), "");
        }
        Files.copy(SCRIPT, project.resolve("handgrad"));
        maven("""
            echo built >>builds
            mkdir -p src/app/target/modules src/app/target/diagram
            : >src/app/target/handgrad-app.jar
            mkdir -p jmh/target/classes
            : >jmh/target/handgrad-jmh.jar
            : >src/engine/target.jar
            echo "$PWD/src/engine/target.jar:/repository/other.jar" >jmh/target/classpath
            """);
        // PATH must hold neither a real java nor a real mvn.
        var tools = "cat cp date find grep ls mkdir mkfifo mktemp mv readlink rm rmdir sed sh sleep tail uname";
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
                .isEqualTo(accepted ? new CommandResult(0, "jdks/only\n", BUILDING) : new CommandResult(1, "", NO_JDK));
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
        assertThat(launch(Map.of("JAVA_HOME", home))).isEqualTo(new CommandResult(0, "jdks/found\n", BUILDING));
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
                .isEqualTo(new CommandResult(
                        1,
                        "",
                        "handgrad: no Maven found (mvn); install it by your package manager or from "
                                + "https://maven.apache.org\n"));
    }

    @Test
    void saysWhichToolIsMissing() throws Exception {
        jdk("jdks/found", "25.0.3");
        var launcher = project.resolve("handgrad").toString();
        assertThat(result(process(Map.of("PATH", ""), "/bin/sh", launcher).start()))
                .isEqualTo(new CommandResult(
                        1,
                        "",
                        "handgrad: the command cat is not on PATH, which is ''; add the system's folders, as in "
                                + "PATH=$PATH:/usr/bin:/bin\n"));
        Files.delete(folder.resolve("bin/mkfifo"));
        assertThat(launch(Map.of()).err())
                .isEqualTo("handgrad: the command mkfifo is not on PATH, which is '" + folder.resolve("bin")
                        + "'; add the system's folders, as in PATH=$PATH:/usr/bin:/bin\n");
    }

    @Test
    void refusesACheckoutWhosePathHasAColon() throws Exception {
        jdk("jdks/found", "25.0.3");
        project = Files.move(project, folder.resolve("now: a project"));
        assertThat(launch(Map.of()))
                .isEqualTo(new CommandResult(
                        1,
                        "",
                        "handgrad: the path of this checkout has a colon, which separates paths for Java: rename a "
                                + "folder of " + project.toRealPath() + "\n"));
    }

    @Test
    void saysWhereItCannotBuild() throws Exception {
        jdk("jdks/found", "25.0.3");
        Files.writeString(project.resolve("target"), "in the way\n");
        assertThat(launch(Map.of()))
                .isEqualTo(new CommandResult(
                        1,
                        "",
                        "handgrad: cannot write to " + project.toRealPath() + "/target, where the program is built; "
                                + "free some room or run a checkout that you may write to\n"));
    }

    @Test
    void saysWhereItCannotMakeATemporaryFile() throws Exception {
        jdk("jdks/found", "25.0.3");
        launch(Map.of());
        for (var temporary : List.of("none", "bin/sh")) {
            var path = folder.resolve(temporary).toString();
            assertThat(launch(Map.of("TMPDIR", path)))
                    .isEqualTo(new CommandResult(
                            1,
                            "",
                            "handgrad: cannot make a file in " + path + "; set TMPDIR to a folder that you may write "
                                    + "to and that has room\n"));
        }
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

    /** Before the JVM starts: a library that is loaded later has its signals already. */
    @Test
    void keepsLibrariesOfMpiFromTheSignalsOfTheJvm() throws Exception {
        java(jdk("jdks/found", "25.0.3"), "echo \"<$UCX_ERROR_SIGNALS> <$UCX_DEBUG_SIGNO>\"\n");
        assertThat(launch(Map.of())).isEqualTo(new CommandResult(0, "<> <0>\n", BUILDING));
        assertThat(launch(Map.of("UCX_ERROR_SIGNALS", "SIGILL", "UCX_DEBUG_SIGNO", "SIGUSR1"))
                        .out())
                .isEqualTo("<SIGILL> <SIGUSR1>\n");
    }

    @Test
    void breaksTheLockOfAProcessThatDied() throws Exception {
        jdk("jdks/found", "25.0.3");
        var dead = new ProcessBuilder("true").start();
        dead.waitFor();
        var lock = Files.createDirectories(project.resolve("target/build.lock"));
        Files.createFile(lock.resolve(host() + "." + dead.pid()));
        assertThat(launch(Map.of())).isEqualTo(new CommandResult(0, "jdks/found\n", BUILDING));
        assertThat(lock).doesNotExist();
    }

    @Test
    void namesHostAndProcessInTheLock() throws Exception {
        jdk("jdks/found", "25.0.3");
        maven("ls target/build.lock >owner; exit 1\n");
        var process = start(Map.of());
        result(process);
        // In the subshell that builds, $$ is still the process of the launcher.
        assertThat(project.resolve("owner")).hasContent(host() + "." + process.pid());
    }

    @Test
    void waitsForTheLockOfAnotherHostAndSaysWhatToDo() throws Exception {
        jdk("jdks/found", "25.0.3");
        var dead = new ProcessBuilder("true").start();
        dead.waitFor();
        var lock = Files.createDirectories(project.resolve("target/build.lock"));
        var owner = lock.resolve("node7.cluster.example." + dead.pid());
        Files.writeString(owner, "2026-01-01 12:00:00 UTC\n");
        var process = start(Map.of());
        var errors = process.errorReader();
        assertThat(errors.readLine())
                .isEqualTo(
                        "handgrad: waiting for the build of process %d on host node7.cluster.example, "
                                + "since 2026-01-01 12:00:00 UTC; if it is gone, remove the folder %s",
                        dead.pid(), lock.toRealPath());
        assertThat(owner).exists();
        assertThat(process.isAlive()).isTrue();
        assertThat(project.resolve("builds")).doesNotExist();
        Files.delete(owner);
        Files.delete(lock);
        assertThat(errors.readLine()).isEqualTo(BUILDING.strip());
        assertThat(process.waitFor()).isZero();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void saysWhichModuleItBuildsAndLogsTheRest() throws Exception {
        jdk("jdks/found", "25.0.3");
        var output = """
            [INFO] Scanning for projects...
            [INFO] Building handgrad parent 0.1.0-SNAPSHOT                            [1/2]
            Downloading from central: a
            Downloading from central: b
            [INFO] Building handgrad engine 0.1.0-SNAPSHOT                            [2/2]
            [INFO] Building jar: C:\\new
            [ERROR] none
            """;
        Files.writeString(project.resolve("output"), output);
        maven("cat output; exit 7\n");
        assertThat(launch(Map.of()).err()).startsWith(BUILDING + """
            handgrad: building: 1 of 2, handgrad parent
            handgrad: building: downloading libraries
            handgrad: building: 2 of 2, handgrad engine
            [ERROR] none
            """);
        assertThat(project.resolve("target/build.log")).hasContent(output);
        try (var left = Files.list(project.resolve("target"))) {
            assertThat(left).containsExactly(project.resolve("target/build.log"));
        }
    }

    @Test
    void buildsTheBenchmarksOnlyAfterAChangeAndForEachChoiceOfPeers() throws Exception {
        java(jdk("jdks/found", "25.0.3"), ARGUMENTS);
        var peers = Map.of("HANDGRAD_PEERS", "1");
        var source = project.resolve("jmh/main/A.java");
        bench(Map.of());
        bench(Map.of());
        assertThat(builds()).isEqualTo(1);
        bench(peers);
        bench(peers);
        bench(Map.of());
        assertThat(builds()).isEqualTo(2);
        Files.writeString(source, "class A {}");
        bench(Map.of());
        bench(Map.of());
        assertThat(builds()).isEqualTo(3);
        Files.delete(source);
        Files.writeString(project.resolve("jmh/pom.xml"), "<project/>");
        bench(Map.of());
        bench(peers);
        assertThat(builds()).isEqualTo(5);
        Files.writeString(project.resolve("src/engine/main/A.java"), "class A {}");
        bench(peers);
        assertThat(builds()).isEqualTo(6);
    }

    @Test
    void runsTheBenchmarksFromCopiesOfItsJars() throws Exception {
        java(jdk("jdks/found", "25.0.3"), ARGUMENTS);
        var result = launch(Map.of(), "bench", "matmul", "--full");
        assertThat(result.err()).isEqualTo("handgrad: building the benchmarks; the first time takes minutes\n");
        var built = project.toRealPath().resolve("target/benchmarks");
        assertThat(result.out().lines())
                .endsWith(
                        "-classpath",
                        built + "/handgrad-jmh.jar:" + built + "/target.jar:/repository/other.jar",
                        "handgrad.jmh.Bench",
                        "matmul",
                        "--full");
        assertThat(built.resolve("handgrad-jmh.jar")).exists();
        assertThat(built.resolve("target.jar")).exists();
        assertThat(bench(Map.of())).isEqualTo(new CommandResult(0, result.out().replace("matmul\n--full\n", ""), ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--fast        | unknown option --fast; there are: --full, --report, --list, --help",
                "-h --wrong    | unknown option --wrong; there are: --full, --report, --list, --help",
                "--list step   | --list measures nothing, leave the other arguments out"
            })
    void refusesWrongArgumentsOfBenchBeforeItBuilds(String arguments, String message) throws Exception {
        jdk("jdks/found", "25.0.3");
        var result = launch(Map.of(), ("bench " + arguments).split(" ", -1));
        assertThat(result).isEqualTo(new CommandResult(2, "", "bench: " + message + "\n"));
        assertThat(project.resolve("builds")).doesNotExist();
    }

    @Test
    void refusesAnUnknownStudyBeforeItBuilds() throws Exception {
        jdk("jdks/found", "25.0.3");
        for (var study : List.of("wavelets", "matmul, memory", "*")) {
            var result = launch(Map.of(), "bench", "matmul", study);
            assertThat(result.code()).isEqualTo(2);
            assertThat(result.err()).startsWith("bench: unknown study " + study + "; there are: roofline, ");
        }
        assertThat(project.resolve("builds")).doesNotExist();
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
            %s[ERROR] A.java:[3,9] cannot find symbol
              symbol: class B
            [ERROR] Failed to execute goal compile
            handgrad: the build failed; all of it is in %s
            """.formatted(
                        BUILDING, project.toRealPath().resolve("target/build.log"))));
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
                .containsExactlyInAnyOrder(
                        BUILDING.strip(), "OpenJDK: out of memory", "the end", "the program", "exit 42");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "INT", "TERM"})
    void aSignalIsJavasToAnswerAndTheFilterStays(String signal) throws Exception {
        JavaProcess.assumeNoSignalIsIgnored();
        java(jdk("jdks/found", "25.0.3"), """
            trap 'echo "the end" >&2; exit 42' %s
            echo ready
            while :; do sleep 0.01; done
            """.formatted(signal));
        launchOnce();
        var temporary = Files.createDirectory(folder.resolve("tmp"));
        var errors = folder.resolve("errors");
        var process = process(
                        Map.of("TMPDIR", temporary.toString()),
                        project.resolve("handgrad").toString())
                .redirectError(errors.toFile())
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        var filter = filterOf(process);
        JavaProcess.signal(signal, filter.pid());
        JavaProcess.signal(signal, process.pid());
        assertThat(process.waitFor()).isEqualTo(42);
        filter.onExit().join();
        assertThat(errors).hasContent("the end");
        assertThat(temporary).isEmptyDirectory();
    }

    /** Builds, so that the next launch runs java at once. */
    private void launchOnce() throws Exception {
        var process = start(Map.of());
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        process.destroyForcibly().waitFor();
    }

    /** The other process of the launcher; its own has become java. */
    private ProcessHandle filterOf(Process process) {
        var script = project.resolve("handgrad").toString();
        return ProcessHandle.allProcesses()
                .filter(other -> other.pid() != process.pid())
                .filter(other ->
                        List.of(other.info().arguments().orElse(new String[0])).contains(script))
                .findAny()
                .orElseThrow();
    }

    @Test
    void passesOptionsToTheJvmAndArgumentsToTheProgram() throws Exception {
        java(jdk("jdks/found", "25.0.3"), ARGUMENTS);
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
        java(jdk("jdks/found", "25.0.3"), ARGUMENTS);
        assertThat(launch(Map.of(), "-Xmx1g", command, "1").out().lines().toList())
                .contains("-XX:TieredStopAtLevel=1")
                .endsWith("-Xmx1g", "-m", "handgrad.app/handgrad.app.Main", command, "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exercise", "diagram", "run"})
    void runsWhatRunsCodeOfAUserUnderASupervisor(String command) throws Exception {
        java(jdk("jdks/found", "25.0.3"), ARGUMENTS);
        var lines = launch(Map.of(), "-Xmx1g", "--trace", command, "x")
                .out()
                .lines()
                .toList();
        int supervisor = lines.indexOf("handgrad.app.worker.Supervisor");
        var report = lines.get(supervisor + 1);
        assertThat(lines.subList(supervisor + 2, supervisor + 4)).containsExactly("sh", "-c");
        assertThat(lines)
                .contains("-Dhandgrad.worker=" + report)
                .endsWith("-Xmx1g", "-m", "handgrad.app/handgrad.app.Main", "--trace", command, "x");
        assertThat(launch(Map.of(), "train", command).out()).doesNotContain("Supervisor", "-Dhandgrad.worker");
    }

    @Test
    void readsTheLibrariesOfTheDiagramForItsCommandOnly() throws Exception {
        java(jdk("jdks/found", "25.0.3"), ARGUMENTS);
        var app = project.toRealPath().resolve("target/app");
        assertThat(launch(Map.of(), "train", "diagram").out().lines().toList())
                .containsSequence("--module-path", app.resolve("modules").toString())
                .containsSequence("--add-modules", "jdk.incubator.vector");
        assertThat(launch(Map.of(), "-Xmx1g", "diagram").out().lines().toList())
                .containsSequence("--module-path", app.resolve("modules") + ":" + app.resolve("diagram"))
                .containsSequence("--add-modules", "jdk.incubator.vector,ALL-MODULE-PATH");
        assertThat(app.resolve("diagram")).isDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "exercise", "learn", "diagram", "run", "shell", "image", "--version"})
    void anImageGivesACommandTheSameOptions(String command) throws Exception {
        java(jdk("jdks/found", "25.0.3"), ARGUMENTS);
        var image = folder.resolve("image");
        Files.createDirectories(image.resolve("runtime/bin"));
        java(image.resolve("runtime"), ARGUMENTS);
        var arguments = new String[] {"-Xmx2g", "-Dhandgrad.blas=off", "--trace", command, "x y", "-Dx"};
        var started = new ProcessBuilder(
                        JavaProcess.command(List.of("-Dhandgrad.image=" + image), ImageMain.class, arguments))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        // Only a checkout makes an image, for which it needs the libraries of the diagram.
        var inCheckout = options(
                launch(Map.of(), arguments).out(), project.toRealPath().resolve("target/app"), command.equals("image"));
        assertThat(options(result(started).out(), image, false)).containsExactlyInAnyOrderElementsOf(inCheckout);
    }

    /**
     * The arguments of the JVM that runs the command, with the folder of the build, or of the image, taken out. Only a
     * build keeps what it compiled.
     */
    private static List<String> options(String out, Path built, boolean withoutDiagram) {
        var lines = out.lines().toList();
        int java = lines.lastIndexOf(
                lines.stream().filter(line -> line.endsWith("/bin/java")).reduce("", (_, last) -> last));
        return lines.subList(java + 1, lines.size()).stream()
                .filter(line -> !line.matches("-Dhandgrad\\.(image|parent|compiled)=.*"))
                .map(line -> line.replaceFirst("^-Dhandgrad.worker=.*", "-Dhandgrad.worker="))
                .map(line -> withoutDiagram ? line.replace(":" + built + "/diagram", "") : line)
                .map(line -> line.replace(built.toString(), "BUILT"))
                .toList();
    }

    /** The fake java writes nothing into a cache, so none is used, and it is not made again. */
    @Test
    void the_first_exercise_after_a_build_makes_a_cache() throws Exception {
        java(jdk("jdks/found", "25.0.3"), ARGUMENTS);
        var preparing = "handgrad: preparing the first exercise after a build; this takes seconds\n";
        assertThat(launch(Map.of(), "train").err()).isEqualTo(BUILDING);
        assertThat(launch(Map.of(), "exercise", "1").err()).isEqualTo(preparing);
        var cache = project.toRealPath().resolve("target/app/exercise.aot");
        assertThat(cache).isEmptyFile();
        assertThat(launch(Map.of(), "exercise", "1"))
                .satisfies(result -> assertThat(result.err()).isEmpty())
                .satisfies(result -> assertThat(result.out().lines())
                        .contains("-Dhandgrad.vector=off", "-XX:+UseSerialGC")
                        .noneMatch(line -> line.startsWith("-XX:AOTCache")));
        Files.writeString(cache, "classes");
        assertThat(launch(Map.of(), "exercise", "1").out().lines()).contains("-XX:AOTCache=" + cache);
        assertThat(launch(Map.of(), "train").out().lines()).noneMatch(line -> line.startsWith("-XX:AOTCache"));
    }

    @Test
    void runsThroughSymbolicLinksFromAnyFolder() throws Exception {
        jdk("jdks/found", "25.0.3");
        Files.createSymbolicLink(folder.resolve("bin/inner"), Path.of("../a project/handgrad"));
        Files.createSymbolicLink(folder.resolve("outer"), folder.resolve("bin/inner"));
        assertThat(result(process(Map.of(), folder.resolve("outer").toString()).start()))
                .isEqualTo(new CommandResult(0, "jdks/found\n", BUILDING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "busybox sh", "bash --posix"})
    void runsUnderTheShell(String shell) throws Exception {
        var words = shell.split(" ", 2);
        var program = onPath(words[0]);
        assumeTrue(program.isPresent(), words[0] + " is not installed: left out");
        java(jdk("jdks/found", "25.0.3"), """
            echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
            echo "$# $*" >&3
            """);
        // The filter may end after java: cat waits for both.
        var command = "'%s' %s \"$0\" train 'two words' 2>&1 | cat"
                .formatted(program.get(), words.length > 1 ? words[1] : "");
        var process = process(
                Map.of(), "sh", "-c", command, project.resolve("handgrad").toString());
        var lines = result(process.start()).out().lines().toList();
        assertThat(lines).hasSize(2).startsWith(BUILDING.strip());
        assertThat(lines.getLast()).contains(" -Dhandgrad.stderr=3 ").endsWith(" train two words");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../handgrad",
                "main/resources/handgrad/app/image/launcher.sh",
                "../../examples/programs/sweep.sbatch"
            })
    void shellcheckFindsNothing(String script) throws Exception {
        var shellcheck = onPath("shellcheck");
        assumeTrue(shellcheck.isPresent(), "shellcheck is not installed: left out");
        var process = new ProcessBuilder(shellcheck.get().toString(), "-s", "sh", script);
        assertThat(result(process.start())).isEqualTo(new CommandResult(0, "", ""));
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private CommandResult bench(Map<String, String> environment) throws Exception {
        return launch(environment, "bench");
    }

    private static String host() throws Exception {
        return result(new ProcessBuilder("uname", "-n").start()).out().strip();
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
