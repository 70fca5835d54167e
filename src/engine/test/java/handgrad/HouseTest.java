package handgrad;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The house: which rooms there are, that imports go strictly downward, and how large a file, a line and a kernel's list
 * of parameters may be. It reads the sources of every module.
 */
@Tag("no-kernel")
class HouseTest {
    private static final Path PROJECT = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern PACKAGE = Pattern.compile("^package ([a-z_.0-9]+);", Pattern.MULTILINE);
    private static final Pattern IMPORT =
            Pattern.compile("^import (?:static )?([a-z_.0-9]+)\\.[A-Z]", Pattern.MULTILINE);

    /** A method as it is declared: each parameter is a type and a name, which the arguments of a call are not. */
    private static final Pattern METHOD = Pattern.compile("\\b(?!record )\\w[\\w\\[\\]]* (?<name>\\w+)"
            + "\\((?<parameters>\\s*[\\w.\\[\\]@]+ \\w+(?:,\\s+[\\w.\\[\\]@]+ \\w+)+)\\s*\\)");

    /** The arguments of a type, which may have commas; of types in types the inner ones go first. */
    private static final Pattern TYPE_ARGUMENTS = Pattern.compile("<[\\w.,?\\[\\] ]*>");

    /** Functions that Java lets differ by an ulp from platform to platform, unless they are those of StrictMath. */
    private static final Pattern INEXACT = Pattern.compile(
            "\\bMath(?:\\.|::)(?:exp|expm1|log|log10|log1p|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh"
                    + "|tanh|cbrt|hypot)\\b");

    /** Functions of vectors, which each platform has from another library. */
    private static final Pattern INEXACT_VECTORS = Pattern.compile(
            "\\bVectorOperators\\.(?:EXP|EXPM1|LOG|LOG10|LOG1P|POW|SIN|COS|TAN|ASIN|ACOS|ATAN|ATAN2|SINH|COSH|TANH|CBRT"
                    + "|HYPOT)\\b");

    /** What no weight depends on: which product goes where, and losses, measures and sentences about a training. */
    private static final List<String> NOT_FOR_WEIGHTS =
            List.of("handgrad.kernel.route", "handgrad.check", "handgrad.diagnostics", "handgrad.app");

    /** It turns losses into what a person reads. */
    private static final String MEASURES = "Measures.java";

    private static final int COLUMNS = 120;
    private static final int LINES = 400;

    /** It lists the operations on tensors, and each is one line that hands over to the class that does the work. */
    private static final String LONGER = "Tensor.java";

    private static final int PARAMETERS = 8;

    /** Every package from the bottom up: a package may import only from those before it. */
    private static final List<String> BOTTOM_UP = List.of(
            "handgrad.blas",
            "handgrad.mpi",
            "handgrad.file",
            "handgrad.kernel.runtime",
            "handgrad.kernel.route",
            "handgrad.kernel.matmul",
            "handgrad.kernel",
            "handgrad.kernel.norm",
            "handgrad.kernel.conv",
            "handgrad.kernel.attention",
            "handgrad.kernel.recurrent",
            "handgrad.random",
            "handgrad.tensor",
            "handgrad.nn",
            "handgrad.optim",
            "handgrad.data",
            "handgrad.io",
            "handgrad.check.result",
            "handgrad.check.difference",
            "handgrad.check.backward",
            "handgrad.check.cause",
            "handgrad.check.pass",
            "handgrad.check",
            "handgrad.check.registry",
            "handgrad.diagnostics",
            "handgrad.models",
            "handgrad.page",
            "handgrad.app.command",
            "handgrad.app.mpi",
            "handgrad.app.worker",
            "handgrad.app.derivation",
            "handgrad.app.report",
            "handgrad.app.train",
            "handgrad.app.study",
            "handgrad.app.study.batchnorm",
            "handgrad.app.study.fold",
            "handgrad.app.study.published",
            "handgrad.app.study.puzzle",
            "handgrad.app.study.scale",
            "handgrad.app.study.transforms",
            "handgrad.app.study.trigram",
            "handgrad.app.study.zeroinit",
            "handgrad.app.audio",
            "handgrad.app.text",
            "handgrad.app.sequence",
            "handgrad.app.sweep",
            "handgrad.app.gpt2",
            "handgrad.app.hash",
            "handgrad.app.program",
            "handgrad.app.exercise",
            "handgrad.app.diagram",
            "handgrad.app.learn",
            "handgrad.app.image",
            "handgrad.app",
            "handgrad.jmh.peer",
            "handgrad.jmh.gpt",
            "handgrad.jmh");

    /** Who alone may import a package or library, by how the importer's package begins. */
    private static final Map<String, List<String>> ONLY_FOR = Map.ofEntries(
            Map.entry("jdk.incubator.vector", List.of("handgrad.kernel", "handgrad.jmh")),
            Map.entry("handgrad.blas", List.of("handgrad.kernel", "handgrad.tensor", "handgrad.jmh")),
            Map.entry("handgrad.mpi", List.of("handgrad.app")),
            Map.entry("handgrad.kernel", List.of("handgrad.kernel", "handgrad.tensor", "handgrad.jmh")),
            Map.entry("handgrad.check.difference", List.of("handgrad.check")),
            Map.entry("handgrad.check.backward", List.of("handgrad.check")),
            Map.entry("handgrad.check.cause", List.of("handgrad.check")),
            Map.entry("handgrad.check.registry", List.of("handgrad.check.registry", "handgrad.app")),
            Map.entry("handgrad.app", List.of("handgrad.app")),
            Map.entry("handgrad.app.study.", List.of("handgrad.app")),
            Map.entry("handgrad.jmh", List.of("handgrad.jmh")));

    /** The libraries of a part of the house; the command line and the benchmarks may import any. */
    private static final Map<String, List<String>> LIBRARIES = Map.ofEntries(
            Map.entry("handgrad.blas", List.of()),
            Map.entry("handgrad.mpi", List.of()),
            Map.entry("handgrad.kernel", List.of("jdk.incubator.vector", "com.sun.management")),
            Map.entry("handgrad.random", List.of()),
            Map.entry("handgrad.tensor", List.of()),
            Map.entry("handgrad.nn", List.of()),
            Map.entry("handgrad.optim", List.of()),
            Map.entry("handgrad.data", List.of("de.siegmar.fastcsv")),
            Map.entry("handgrad.io", List.of("tools.jackson.core")),
            Map.entry("handgrad.check", List.of()),
            Map.entry("handgrad.diagnostics", List.of()));

    private record Source(Path file, String name, List<String> imports) {
        static Source of(Path file) {
            var text = read(file);
            var name = PACKAGE.matcher(text);
            assertThat(name.find()).as("package of " + file).isTrue();
            var imports = new ArrayList<String>();
            var found = IMPORT.matcher(text);
            while (found.find()) {
                imports.add(found.group(1));
            }
            return new Source(PROJECT.relativize(file), name.group(1), imports);
        }
    }

    @Test
    void every_package_has_its_place() throws IOException {
        var names = new TreeSet<String>();
        for (var source : sources()) {
            names.add(source.name);
        }
        assertThat(names).isEqualTo(new TreeSet<>(BOTTOM_UP));
    }

    @Test
    void packages_import_downward_only() throws IOException {
        var wrong = new TreeMap<String, String>();
        for (var source : sources()) {
            for (var imported : source.imports) {
                if (imported.startsWith("handgrad") && !isBelow(imported, source.name)) {
                    wrong.put(source.file.toString(), imported);
                }
            }
        }
        assertThat(wrong).as("files that import what is not below them").isEmpty();
    }

    @Test
    void what_is_for_some_is_imported_by_them_alone() throws IOException {
        var wrong = new TreeMap<String, String>();
        for (var source : sources()) {
            for (var imported : source.imports) {
                for (var part : ONLY_FOR.entrySet()) {
                    if (isIn(imported, part.getKey())
                            && part.getValue().stream().noneMatch(user -> isIn(source.name, user))) {
                        wrong.put(source.file.toString(), imported);
                    }
                }
            }
        }
        assertThat(wrong).as("files that import what is not for them").isEmpty();
    }

    /** Models and pages stand beside each other; a study knows no other one; pages know nothing of the engine. */
    @Test
    void neighbours_do_not_import_each_other() throws IOException {
        var wrong = new TreeMap<String, String>();
        for (var source : sources()) {
            for (var imported : source.imports) {
                boolean otherStudy = imported.startsWith("handgrad.app.study.")
                        && source.name.startsWith("handgrad.app.study.")
                        && !imported.equals(source.name);
                boolean ofPage = source.name.equals("handgrad.page")
                        && imported.startsWith("handgrad")
                        && !imported.equals(source.name);
                if (otherStudy || ofPage) {
                    wrong.put(source.file.toString(), imported);
                }
            }
        }
        assertThat(wrong).as("files that import their neighbour").isEmpty();
    }

    @Test
    void the_engine_imports_its_own_libraries_alone() throws IOException {
        var wrong = new TreeMap<String, String>();
        for (var source : sources()) {
            for (var part : LIBRARIES.entrySet()) {
                if (!isIn(source.name, part.getKey())) {
                    continue;
                }
                for (var imported : source.imports) {
                    if (!imported.startsWith("java.")
                            && !imported.startsWith("handgrad")
                            && !imported.startsWith("org.jspecify")
                            && part.getValue().stream().noneMatch(library -> isIn(imported, library))) {
                        wrong.put(source.file.toString(), imported);
                    }
                }
            }
        }
        assertThat(wrong).as("files of the engine that import another library").isEmpty();
    }

    /** So that a training has the same bits on every machine; {@code handgrad.kernel} says why. */
    @Test
    void weights_depend_on_no_function_that_platforms_have_different_code_for() throws IOException {
        var wrong = new TreeMap<String, String>();
        for (var source : sources()) {
            boolean forWeights = source.name.startsWith("handgrad")
                    && !isIn(source.name, "handgrad.page")
                    && !isIn(source.name, "handgrad.jmh")
                    && NOT_FOR_WEIGHTS.stream().noneMatch(room -> isIn(source.name, room))
                    && !source.file.endsWith(MEASURES);
            var text = read(PROJECT.resolve(source.file));
            for (var pattern : List.of(INEXACT, INEXACT_VECTORS)) {
                var found = pattern.matcher(text);
                if (forWeights && found.find()) {
                    wrong.put(source.file.toString(), found.group());
                }
            }
        }
        assertThat(wrong).as("files that want StrictMath").isEmpty();
    }

    /** Who reads a name knows which class is meant, in whichever module it stands; a program of a user imports many. */
    @Test
    void classes_have_names_of_their_own() throws IOException {
        var names = sources().stream()
                .map(source -> source.file.getFileName().toString())
                .filter(name -> !name.equals("package-info.java"))
                .toList();
        assertThat(names).contains("Tensor.java").doesNotHaveDuplicates();
    }

    @Test
    void lines_have_at_most_120_columns() throws IOException {
        var wrong = new ArrayList<String>();
        for (var file : javaFiles()) {
            var lines = read(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).codePointCount(0, lines.get(i).length()) > COLUMNS) {
                    wrong.add(PROJECT.relativize(file) + ":" + (i + 1));
                }
            }
        }
        assertThat(wrong).as("lines of more than %d columns", COLUMNS).isEmpty();
    }

    @Test
    void files_of_main_code_have_at_most_400_lines() throws IOException {
        var wrong = new TreeMap<String, Long>();
        for (var source : sources()) {
            long lines = read(PROJECT.resolve(source.file)).lines().count();
            if (lines > LINES && !source.file.endsWith(LONGER)) {
                wrong.put(source.file.toString(), lines);
            }
        }
        assertThat(wrong).as("files of more than %d lines", LINES).isEmpty();
    }

    /** The comment above a kernel with more says why, after the word {@code parameters:}. */
    @Test
    void kernels_have_at_most_8_parameters_or_a_reason() throws IOException {
        var wrong = new TreeMap<String, Long>();
        for (var source : sources()) {
            if (!isIn(source.name, "handgrad.kernel")) {
                continue;
            }
            var text = read(PROJECT.resolve(source.file));
            while (TYPE_ARGUMENTS.matcher(text).find()) {
                text = TYPE_ARGUMENTS.matcher(text).replaceAll("");
            }
            var method = METHOD.matcher(text);
            while (method.find()) {
                long parameters =
                        method.group("parameters").chars().filter(c -> c == ',').count() + 1;
                var above = text.substring(text.lastIndexOf("\n\n", method.start() + 1) + 1, method.start("name"));
                if (parameters > PARAMETERS && !above.contains("parameters:")) {
                    wrong.put(source.file + ": " + method.group("name"), parameters);
                }
            }
        }
        assertThat(wrong)
                .as("kernels of more than %d parameters without a reason", PARAMETERS)
                .isEmpty();
    }

    private static boolean isBelow(String imported, String own) {
        int place = BOTTOM_UP.indexOf(imported);
        return place >= 0 && place <= BOTTOM_UP.indexOf(own);
    }

    /** Whether a package is the one named, or one below it. */
    private static boolean isIn(String name, String part) {
        return name.equals(part) || name.startsWith(part.endsWith(".") ? part : part + ".");
    }

    private static List<Source> sources() throws IOException {
        var sources = new ArrayList<Source>();
        for (var module : modules()) {
            try (Stream<Path> files = Files.walk(module.resolve("main/java"))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !file.endsWith("module-info.java"))
                        .map(Source::of)
                        .forEach(sources::add);
            }
        }
        return sources;
    }

    /** Every Java file: main code, tests, what tests share, programs and exercises, peers of the benchmarks. */
    private static List<Path> javaFiles() throws IOException {
        var roots = new ArrayList<>(modules());
        roots.add(PROJECT.resolve("src/testing"));
        roots.add(PROJECT.resolve("examples"));
        var all = new ArrayList<Path>();
        for (var root : roots) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !root.relativize(file).startsWith("target"))
                        .forEach(all::add);
            }
        }
        assertThat(all).contains(PROJECT.resolve("examples/programs/Names.java"));
        return all;
    }

    /** The modules that the build names. */
    private static List<Path> modules() {
        var modules = Pattern.compile("<module>(.*)</module>")
                .matcher(read(PROJECT.resolve("pom.xml")))
                .results()
                .map(result -> PROJECT.resolve(result.group(1)))
                .toList();
        assertThat(modules).contains(PROJECT.resolve("src/engine"), PROJECT.resolve("jmh"));
        return modules;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
