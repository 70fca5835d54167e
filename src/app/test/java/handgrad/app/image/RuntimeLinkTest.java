package handgrad.app.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeLinkTest {
    @TempDir
    private Path jdk;

    /** A jlink that fails. */
    private record Failing(String words) implements ToolProvider {
        @Override
        public String name() {
            return "jlink";
        }

        @Override
        public int run(PrintWriter out, PrintWriter err, String... arguments) {
            out.println(words);
            return 2;
        }
    }

    @Test
    void saysThatThereIsNoJlink() {
        assertThatThrownBy(() -> link(new RuntimeLink(jdk, null, true)))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("the JDK in " + jdk + " has no jlink, which makes the runtime of an image; install the"
                        + " whole JDK (with the module jdk.jlink), or set JAVA_HOME to another");
    }

    @Test
    void saysThatThereAreNoModulesToLink() {
        assertThatThrownBy(() -> link(new RuntimeLink(jdk, new Failing(""), false)))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("the JDK in " + jdk + " has no folder jmods, and it was not built to link a runtime"
                        + " without it (JEP 493); install its jmods, which some systems have as a package of their"
                        + " own, or set JAVA_HOME to another JDK");
    }

    @Test
    void tellsWhatJlinkSaysInOneLine() throws Exception {
        Files.createDirectory(jdk.resolve("jmods"));
        assertThatThrownBy(() -> link(new RuntimeLink(jdk, new Failing("Error: one\n  two"), false)))
                .isInstanceOf(FailedException.class)
                .hasMessage("jlink of the JDK in " + jdk + " failed: Error: one two");
    }

    @Test
    void aJdkThatRunsTestsCanLink() {
        var link = RuntimeLink.ofThisJdk();
        assertThat(link.jlink()).isNotNull();
        assertThat(link.linksItself() || Files.isDirectory(link.jdk().resolve("jmods")))
                .isTrue();
    }

    private void link(RuntimeLink link) throws Exception {
        link.link(Set.of("java.base"), jdk.resolve("runtime"));
    }
}
