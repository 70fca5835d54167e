package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import handgrad.app.CommandResult;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

class IdeProjectTest {
    private static final List<String> JARS =
            List.of("de.siegmar.fastcsv", "handgrad", "handgrad.blas", "tools.jackson.core");

    private static final List<String> FILES = List.of(
            "pom.xml", ".project", ".classpath", ".settings/org.eclipse.jdt.core.prefs", ".vscode/settings.json");

    @TempDir
    private Path parent;

    /** The phase test of Maven has folders of classes in the place of jars. */
    @BeforeEach
    void the_engine_is_a_jar() throws Exception {
        var engine = Path.of(
                Tensor.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assumeThat(engine).as("the engine's jar, which mvn verify makes").isRegularFile();
    }

    @Test
    void is_written_once_and_what_is_there_is_kept() throws Exception {
        var folder = parent.resolve("my-exercises");
        var open = "Open the folder " + folder + " in IntelliJ IDEA, VS Code or Eclipse, with a JDK 25.\n";
        var all = Stream.concat(JARS.stream().map(jar -> "lib/" + jar + ".jar"), FILES.stream())
                .toList();
        var first = new StringBuilder();
        all.forEach(file -> first.append(folder.resolve(file)).append(" is new\n"));
        assertThat(ide(folder)).isEqualTo(new CommandResult(0, first + open, ""));
        assertThat(ide(folder)).isEqualTo(new CommandResult(0, open, ""));

        Files.writeString(folder.resolve("pom.xml"), "mine");
        Files.writeString(folder.resolve("lib/handgrad.jar"), "old");
        assertThat(ide(folder))
                .isEqualTo(new CommandResult(
                        0,
                        folder.resolve("lib/handgrad.jar") + " is up to date now\n" + folder.resolve("pom.xml")
                                + " is there already and was not changed; move it away to get the one that fits\n"
                                + open,
                        ""));
        assertThat(folder.resolve("pom.xml")).hasContent("mine");
    }

    @Test
    void every_file_is_well_formed_and_names_every_jar() throws Exception {
        ide(parent);
        for (var xml : List.of("pom.xml", ".project", ".classpath")) {
            var document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(parent.resolve(xml).toFile());
            if (xml.equals(".classpath")) {
                assertThat(document.getElementsByTagName("classpathentry").getLength())
                        .isEqualTo(JARS.size() + 3);
            }
        }
        assertThat(parent.resolve("pom.xml"))
                .content()
                .contains(JARS.stream()
                        .map(jar -> "<systemPath>${project.basedir}/lib/" + jar + ".jar</systemPath>")
                        .toArray(String[]::new));
        var json = Files.readString(parent.resolve(".vscode/settings.json"));
        assertThat(json).contains(System.getProperty("java.home"));
        try (var parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            while (parser.nextToken() != null) {
                assertThat(parser.currentToken()).isNotNull();
            }
        }
    }

    @Test
    void a_name_beside_it_is_refused() {
        assertThat(CommandResult.of("exercise", "1", "--ide"))
                .isEqualTo(new CommandResult(2, "", "handgrad: --ide is for the whole folder; leave out 1\n"));
    }

    /** Maven compiles every exercise, without a network and with nothing but what stands in the folder. */
    @Test
    void maven_compiles_the_folder() throws Exception {
        ide(parent);
        for (var exercise : Exercise.all()) {
            exercise.begin(parent.resolve(exercise.fileName()));
        }
        var builder = new ProcessBuilder("mvn", "-q", "-B", "-o", "compile")
                .directory(parent.toFile())
                .redirectErrorStream(true)
                .redirectOutput(parent.resolve("maven.log").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        var process = builder.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(parent.resolve("maven.log")))
                .isZero();
        assertThat(Exercise.all().stream()
                        .map(exercise -> exercise.fileName().replace(".java", ".class"))
                        .map(parent.resolve("target/classes")::resolve))
                .allSatisfy(file -> assertThat(file).isRegularFile());
    }

    private static CommandResult ide(Path folder) throws IOException {
        return CommandResult.of("exercise", "--ide", "--folder", folder.toString());
    }
}
