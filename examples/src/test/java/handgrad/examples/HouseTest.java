package handgrad.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Imports go strictly downward: a package of the command line may import only those listed before it. */
class HouseTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern IMPORT = Pattern.compile("import (?:static )?(handgrad\\.examples[a-z.]*)\\.[A-Z]");

    private static final List<String> BOTTOM_UP = List.of(
            "handgrad.examples.command",
            "handgrad.examples.model",
            "handgrad.examples.page",
            "handgrad.examples.report",
            "handgrad.examples.train",
            "handgrad.examples.transforms",
            "handgrad.examples.batchnorm",
            "handgrad.examples.study",
            "handgrad.examples.audio",
            "handgrad.examples.program",
            "handgrad.examples.exercise",
            "handgrad.examples.diagram",
            "handgrad.examples");

    @Test
    void packages_import_downward_only() throws IOException {
        var wrong = new TreeSet<String>();
        var seen = new TreeSet<String>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (var file : (Iterable<Path>) files.filter(HouseTest::isClass)::iterator) {
                var own = SOURCES.relativize(file.getParent())
                        .toString()
                        .replace('/', '.')
                        .replace('\\', '.');
                seen.add(own);
                var imports = IMPORT.matcher(Files.readString(file));
                while (imports.find()) {
                    int imported = BOTTOM_UP.indexOf(imports.group(1));
                    if (imported < 0 || imported > BOTTOM_UP.indexOf(own)) {
                        wrong.add(file + " imports " + imports.group(1));
                    }
                }
            }
        }
        assertThat(seen).as("packages of the command line").isEqualTo(new TreeSet<>(BOTTOM_UP));
        assertThat(wrong).as("imports of what is not below").isEmpty();
    }

    private static boolean isClass(Path file) {
        return file.toString().endsWith(".java") && !file.endsWith("module-info.java");
    }
}
