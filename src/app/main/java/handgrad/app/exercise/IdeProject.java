package handgrad.app.exercise;

import handgrad.app.command.FailedException;
import handgrad.app.train.RunFolder;
import handgrad.file.AtomicFile;
import handgrad.page.InlineText;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Makes a learner's folder a project that IDEs open with completion: Maven's for IntelliJ IDEA, Eclipse's for VS Code
 * and Eclipse. The engine's jars stand in its folder {@code lib}, so that it needs no network and no installation.
 *
 * <p>The files of exercises import the module of the engine and belong to no module, so the jars must be on the module
 * path. Neither VS Code nor Eclipse puts them there for a Maven project without a module.
 */
record IdeProject(Path folder, PrintWriter out) {
    private static final String LIBRARIES = "lib";

    /** Writes what is missing; a file that is there is kept, and the user is told. */
    void write() {
        try {
            Files.createDirectories(folder);
            var jars = modules();
            writeJars(jars);
            for (var file : files(List.copyOf(jars.keySet())).entrySet()) {
                write(folder.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException exception) {
            throw new FailedException(folder + " cannot be written to: " + RunFolder.reason(exception));
        }
        out.println("Open the folder " + folder + " in IntelliJ IDEA, VS Code or Eclipse, with a JDK 25.");
    }

    /** The engine and the modules that it requires, but for the JDK's. */
    private static Map<String, Path> modules() {
        var found = new TreeMap<String, Path>();
        var configuration = ModuleLayer.boot().configuration();
        var open = new ArrayList<>(List.of(Tensor.class.getModule().getName()));
        while (!open.isEmpty()) {
            var name = open.removeLast();
            var module = configuration.findModule(name).filter(IdeProject::isOurs);
            if (module.isPresent() && !found.containsKey(name)) {
                found.put(name, Path.of(location(module.get())));
                module.get().reference().descriptor().requires().stream()
                        .filter(required -> !required.modifiers().contains(Requires.Modifier.STATIC))
                        .map(Requires::name)
                        .forEach(open::add);
            }
        }
        return found;
    }

    private static boolean isOurs(ResolvedModule module) {
        return location(module).getScheme().equals("file");
    }

    private static URI location(ResolvedModule module) {
        return module.reference().location().orElseThrow();
    }

    private void writeJars(Map<String, Path> jars) throws IOException {
        Files.createDirectories(folder.resolve(LIBRARIES));
        for (var jar : jars.entrySet()) {
            var file = folder.resolve(LIBRARIES, jar.getKey() + ".jar");
            boolean isNew = Files.notExists(file);
            if (isNew || Files.mismatch(file, jar.getValue()) >= 0) {
                Files.copy(jar.getValue(), file, StandardCopyOption.REPLACE_EXISTING);
                out.println(file + (isNew ? " is new" : " is up to date now"));
            }
        }
    }

    private static Map<String, String> files(List<String> jars) {
        var files = new LinkedHashMap<String, String>();
        files.put("pom.xml", template("pom.xml").replace("${dependencies}", each(jars, """
                <dependency>
                  <groupId>handgrad.exercises</groupId>
                  <artifactId>%1$s</artifactId>
                  <version>1</version>
                  <scope>system</scope>
                  <systemPath>${project.basedir}/lib/%1$s.jar</systemPath>
                </dependency>
            """)));
        files.put(".project", template("project.xml"));
        files.put(".classpath", template("classpath.xml").replace("${entries}", each(jars, """
              <classpathentry kind="lib" path="lib/%1$s.jar">
                <attributes>
                  <attribute name="module" value="true"/>
                </attributes>
              </classpathentry>
            """)));
        files.put(".settings/org.eclipse.jdt.core.prefs", template("compiler.prefs"));
        var jdk = Path.of(System.getProperty("java.home")).toString();
        files.put(".vscode/settings.json", template("settings.json").replace("${jdk}", jdk.replace("\\", "\\\\")));
        return files;
    }

    private static String each(List<String> jars, String format) {
        return jars.stream().map(format::formatted).collect(Collectors.joining());
    }

    private static String template(String name) {
        return InlineText.of(name, IdeProject.class.getResourceAsStream("ide/" + name));
    }

    private void write(Path file, String content) throws IOException {
        if (Files.notExists(file)) {
            Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
            AtomicFile.write(file, content);
            out.println(file + " is new");
        } else if (!Arrays.equals(Files.readAllBytes(file), content.getBytes(StandardCharsets.UTF_8))) {
            out.println(file + " is there already and was not changed; move it away to get the one that fits");
        }
    }
}
