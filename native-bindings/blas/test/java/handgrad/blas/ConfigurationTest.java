package handgrad.blas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    /** Prints the configuration of a process that was started with a property as well as a variable. */
    static final class Program {
        static void main() {
            var fromVariable = Configuration.ofSystem();
            System.setProperty("handgrad.blas", "/from/property");
            var fromProperty = Configuration.ofSystem();
            System.setProperty("handgrad.blas", " ");
            var fromBlank = Configuration.ofSystem();
            IO.println(fromVariable.requestedBy() + "=" + fromVariable.request() + ", " + fromProperty.requestedBy()
                    + "=" + fromProperty.request() + ", " + fromBlank.request() + ", " + fromVariable.cache());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thePropertyGoesBeforeTheVariable(@TempDir Path cache) throws IOException {
        assertThat(ChildJvm.run(
                        Program.class, Map.of("HANDGRAD_BLAS", "/from/variable", "XDG_CACHE_HOME", cache.toString())))
                .isEqualTo("HANDGRAD_BLAS=/from/variable, handgrad.blas=/from/property, /from/variable, " + cache);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRelativeCacheFolderIsIgnored() throws IOException {
        assertThat(ChildJvm.run(Program.class, Map.of("XDG_CACHE_HOME", "relative")))
                .isEqualTo("null=null, handgrad.blas=/from/property, null, " + System.getProperty("user.home")
                        + "/.cache");
    }

    @Test
    void namesThePlatformAsTheJarsDo() {
        assertThat(Configuration.ofSystem().platform())
                .isIn("linux-x86_64", "linux-arm64", "macosx-arm64", "windows-x86_64");
    }
}
