package handgrad;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Imports go strictly downward: a package may import only what stands below it. */
class HouseTest {
    private static final Path SOURCES = Path.of("main/java");
    private static final Pattern IMPORT = Pattern.compile("import (?:static )?([a-z_.0-9]+)\\.[A-Z]");

    /** What each package may import besides java.*, its own package and org.jspecify. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.of(
            "handgrad.kernel", List.of("handgrad.blas", "jdk.incubator.vector", "com.sun.management"),
            "handgrad.random", List.of(),
            "handgrad.tensor", List.of("handgrad.blas", "handgrad.kernel", "handgrad.random"),
            "handgrad.nn", List.of("handgrad.tensor", "handgrad.random"),
            "handgrad.optim", List.of("handgrad.nn", "handgrad.tensor"),
            "handgrad.check", List.of("handgrad.nn", "handgrad.tensor", "handgrad.random"),
            "handgrad.check.registry", List.of("handgrad.check", "handgrad.nn", "handgrad.tensor", "handgrad.random"),
            "handgrad.data", List.of("handgrad.nn", "handgrad.tensor", "handgrad.random"),
            "handgrad.diagnostics", List.of("handgrad.nn", "handgrad.tensor"),
            "handgrad.io", List.of("handgrad.nn", "handgrad.tensor", "tools.jackson.core", "tools.jackson.core.json"));

    @Test
    void packages_import_downward_only() throws IOException {
        var wrong = new TreeMap<String, String>();
        var seen = new TreeMap<String, Integer>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (var file : (Iterable<Path>) files.filter(HouseTest::isClass)::iterator) {
                var name = SOURCES.relativize(file.getParent())
                        .toString()
                        .replace('/', '.')
                        .replace('\\', '.');
                seen.merge(name, 1, Integer::sum);
                var imports = IMPORT.matcher(Files.readString(file));
                while (imports.find()) {
                    if (!isAllowed(name, imports.group(1))) {
                        wrong.put(file.toString(), imports.group(1));
                    }
                }
            }
        }
        assertThat(seen.keySet()).as("packages of the engine").isEqualTo(new java.util.TreeSet<>(MAY_IMPORT.keySet()));
        assertThat(wrong).as("files that import what is not below them").isEmpty();
    }

    /** A single source file imports the whole module, so two public classes of one name could not be told apart. */
    @Test
    void public_classes_have_names_of_their_own() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            var names = files.filter(HouseTest::isClass)
                    .filter(file -> !file.endsWith("package-info.java"))
                    .filter(HouseTest::isPublic)
                    .map(file -> file.getFileName().toString())
                    .toList();
            assertThat(names).contains("Tensor.java").doesNotHaveDuplicates();
        }
    }

    private static boolean isPublic(Path file) {
        try {
            return Pattern.compile("^public ", Pattern.MULTILINE)
                    .matcher(Files.readString(file))
                    .find();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private static boolean isClass(Path file) {
        return file.toString().endsWith(".java") && !file.endsWith("module-info.java");
    }

    private static boolean isAllowed(String own, String imported) {
        return imported.equals(own)
                || imported.startsWith(own + ".")
                || imported.startsWith("java.")
                || imported.startsWith("org.jspecify")
                || MAY_IMPORT.getOrDefault(own, List.of()).contains(imported);
    }
}
