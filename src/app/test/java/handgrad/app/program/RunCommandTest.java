package handgrad.app.program;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunCommandTest {
    @TempDir
    private Path folder;

    @Test
    void runsACompactSourceFileWithTheEngineImported() throws IOException {
        var file =
                source("Lecture.java", "import module handgrad;\n\nvoid main() {\n    IO.println(DType.FLOAT32);\n}\n");
        assertThat(CommandResult.of("run", file)).isEqualTo(new CommandResult(0, "FLOAT32\n", ""));
    }

    @Test
    void aLayerOfItsOwnNamesItsParameters() throws IOException {
        var file = source("Own.java", """
                import module handgrad;

                void main() {
                    var weight = new Parameter("weight", Tensor.ones(3));
                    IO.println(weight.name() + " " + List.of(weight.value().size(0)));
                }
                """);
        assertThat(CommandResult.of("run", file)).isEqualTo(new CommandResult(0, "weight [3]\n", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "void main(String[] names) { IO.println(String.join(\" \", names)); } void main() {}",
                "static void main(String[] names) { IO.println(String.join(\" \", names)); }",
                "class A { protected void main(String... names) { IO.println(String.join(\" \", names)); } } class B "
                        + "{}",
                "package p; public class A extends B {} class B { void main(String[] names) { "
                        + "IO.println(String.join(\" \", names)); } }",
                "record A() { static void main(String[] names) { IO.println(String.join(\" \", names)); } private "
                        + "void main() {} }"
            })
    void choosesTheMainMethodAsJavaDoes(String code) throws IOException {
        assertThat(CommandResult.of("run", source("A.java", code), "--seed", "3"))
                .isEqualTo(new CommandResult(0, "--seed 3\n", ""));
    }

    @Test
    void showsTheCompilersMessages() throws IOException {
        var file = source("Bad.java", "void main() {\n    int n = \"one\";\n}\n");
        assertThat(CommandResult.of("run", file))
                .isEqualTo(new CommandResult(
                        1,
                        "",
                        file + ":2: error: incompatible types: String cannot be converted to int\n"
                                + "    int n = \"one\";\n"
                                + "            ^\n"
                                + "1 error\n"));
    }

    @Test
    void showsTheProgramsOwnFramesOnly() throws IOException {
        var file = source("Throws.java", """
                void main() {
                    inner();
                }

                void inner() {
                    throw new IllegalStateException("loss is NaN", new RuntimeException("of step 3"));
                }
                """);
        assertThat(CommandResult.of("run", file)).isEqualTo(new CommandResult(1, "", """
                        java.lang.IllegalStateException: loss is NaN
                        \tat Throws.inner(Throws.java:6)
                        \tat Throws.main(Throws.java:2)
                        Caused by: java.lang.RuntimeException: of step 3
                        \t... 2 more
                        """));
    }

    @Test
    void aFileThatTheEngineCannotReadIsOneLine() throws IOException {
        var table = Files.writeString(folder.resolve("table.csv"), "a,y\n1,2\n1\n");
        var file = source("Reads.java", """
                import module handgrad;

                void main() throws Exception {
                    CsvTable.read(Path.of("%s"));
                }
                """.formatted(table));
        assertFailed(file + ":4: " + table + ": line 3: has 1 cell, the first line has 2", file);
        var missing =
                source("Missing.java", "void main() throws Exception {\n    throw new IOException(\"mine\");\n}\n");
        assertThat(CommandResult.of("run", missing).err()).startsWith("java.io.IOException: mine\n\tat ");
    }

    @Test
    void causesThatFormACircleAreShownOnce() throws IOException {
        var file = source("Circle.java", """
                void main() {
                    var first = new IllegalStateException("first");
                    first.initCause(new IllegalStateException("second", first));
                    throw first;
                }
                """);
        var result = CommandResult.of("run", file);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).containsOnlyOnce("Caused by: java.lang.IllegalStateException: second");
    }

    @Test
    void aProgramThatCallsItselfWithoutEndIsOneLine() throws IOException {
        var file = source("Deep.java", "void main() {\n    main();\n}\n");
        assertFailed(file + ":2: the stack overflows, in main; does a method call itself without end?", file);
    }

    @Test
    void aProgramThatNeedsMoreMemoryIsOneLine() throws IOException {
        var file = source("Hungry.java", """
                static final List<long[]> ALL = all();

                static List<long[]> all() {
                    return Collections.nCopies(9, new long[Integer.MAX_VALUE]);
                }

                void main() {}
                """);
        assertFailed(
                file + ":4: out of memory: Requested array size exceeds VM limit, in a static field's first value;"
                        + " allocate less, as by a smaller batch, or give more, as in ./handgrad -Xmx8g ...",
                file);
    }

    @Test
    void aProgramThatThrowsForWantOfMemoryIsOneLineToo() throws IOException {
        var file = source("Hungry.java", """
                void main() {
                    try {
                        IO.println(new long[Integer.MAX_VALUE].length);
                    } catch (OutOfMemoryError error) {
                        throw new IllegalStateException("while training", error);
                    }
                }
                """);
        assertFailed(
                file + ":3: out of memory: Requested array size exceeds VM limit, in main;"
                        + " allocate less, as by a smaller batch, or give more, as in ./handgrad -Xmx8g ...",
                file);
    }

    /** What the compiler goes down into for each part: brackets, blocks, indices, signs, a chain of calls. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int a = | (  | 1 | ) | ; | 200000",
                "        | {  |   | } |   | 200000",
                "a       | [a |   | ] | ; | 200000",
                "int a = | '- ' | 1 |   | ; | 200000",
                "\"\" | .trim() | | | ; | 60000"
            })
    void aSourceThatOverflowsTheCompilerIsOneLine(
            @Nullable String start,
            String open,
            @Nullable String middle,
            @Nullable String close,
            @Nullable String end,
            int parts)
            throws IOException {
        var code = text(start) + open.repeat(parts) + text(middle) + text(close).repeat(parts) + text(end);
        var file = source("Big.java", "\nvoid main() {\n" + code + "\n}\n");
        assertFailed(
                file + ":3: the compiler runs out of stack, so many parts are within each other or in one chain here;"
                        + " cut it into several statements",
                file);
    }

    private static String text(@Nullable String cell) {
        return cell == null ? "" : cell;
    }

    @Test
    void aLongLineIsCutInTheCompilersMessage() throws IOException {
        var file = source("Wide.java", "void main() { " + "int a; ".repeat(10_000) + "}");
        var result = CommandResult.of("run", file);
        assertThat(result.code()).isOne();
        assertThat(result.err().lines()).allMatch(line -> line.length() <= 203);
    }

    @Test
    void refusesAFileThatIsTooLarge() throws IOException {
        var file = source("Table.java", "// " + "1, ".repeat(400_000));
        assertRefused(
                file + " has 1,200,003 bytes; a source file may have 1,048,576: move its data to another file and"
                        + " read it",
                file);
    }

    @Test
    void refusesWhatIsNoRegularFile() throws IOException {
        var file = Files.createSymbolicLink(folder.resolve("Zero.java"), Path.of("/dev/zero"));
        assertRefused(file + " is no regular file; name a Java source file", file.toString());
    }

    @Test
    void refusesATimeThatIsNone() throws IOException {
        assertThat(CommandResult.of("run", "--time-limit", "0", source("A.java", "void main() {}")))
                .isEqualTo(new CommandResult(2, "", "handgrad: --time-limit must be from 1 to 86,400, it is 0\n"));
    }

    @Test
    void refusesAFileThatIsNotThere() {
        assertRefused("there is no file none.java", "none.java");
    }

    @Test
    void refusesAFolder() {
        assertRefused(folder + " is a folder; name a Java source file in it", folder.toString());
    }

    @Test
    void refusesAnotherKindOfFile() throws IOException {
        var file = source("names.txt", "emma\n");
        assertRefused(file + " is not a Java source file: its name must end in .java", file);
    }

    @Test
    void refusesAClassWithoutMain() throws IOException {
        var file = source("A.java", "class A { private void main() {} int main(String[] names) { return 0; } }");
        assertRefused(file + ": class A has no main method; add void main() { ... }", file);
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        var file = source("A.java", "// nothing yet\n");
        assertRefused(file + " declares no class and no main method", file);
    }

    @Test
    void refusesAClassItCannotConstruct() throws IOException {
        var file = source("A.java", "class A { A(int n) {} void main() {} }");
        assertRefused(
                file + ": class A needs a constructor without parameters for its main method, or a static main", file);
    }

    private static void assertFailed(String message, String file) {
        assertThat(CommandResult.of("run", file)).isEqualTo(new CommandResult(1, "", "handgrad: " + message + "\n"));
    }

    private static void assertRefused(String message, String file) {
        assertThat(CommandResult.of("run", file)).isEqualTo(new CommandResult(2, "", "handgrad: " + message + "\n"));
    }

    private String source(String name, String code) throws IOException {
        return Files.writeString(folder.resolve(name), code).toString();
    }
}
