package handgrad.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Compiles the stub.c of a test into a library. Tests that use it are skipped where there is no C compiler. */
public final class StubLibrary {
    private StubLibrary() {}

    /** Compiles the stub.c that lies beside a class, with macros such as {@code THREADS=2}, into a folder. */
    public static Path compile(Class<?> test, Path folder, String... macros) throws IOException, InterruptedException {
        return compile(
                test,
                folder,
                "stub",
                Stream.of(macros).map(macro -> "-D" + macro).toList());
    }

    /** Compiles it into a library of a name, {@code lib} and {@code .so} aside, with options of the compiler. */
    public static Path compile(Class<?> test, Path folder, String name, List<String> options)
            throws IOException, InterruptedException {
        assumeTrue(hasCompiler(), "no C compiler: cc --version does not run");
        Path source = folder.resolve("stub.c");
        try (InputStream resource = test.getResourceAsStream("stub.c")) {
            assertThat(resource).isNotNull();
            Files.write(source, resource.readAllBytes());
        }
        Path library = folder.resolve("lib" + name + ".so");
        var command = new ArrayList<>(List.of("cc", "-shared", "-fPIC", "-O1", "-Wl,--no-as-needed"));
        command.addAll(List.of("-Wl,-soname," + library.getFileName(), "-o", library.toString(), source.toString()));
        command.addAll(options);
        Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(compiler.getInputStream().readAllBytes(), UTF_8);
        assertThat(compiler.waitFor()).as(output).isZero();
        return library;
    }

    private static boolean hasCompiler() throws InterruptedException {
        try {
            return new ProcessBuilder("cc", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
