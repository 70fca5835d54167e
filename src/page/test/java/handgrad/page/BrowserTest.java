package handgrad.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrowserTest {
    private static final URI ADDRESS = URI.create("file:///runs/a/report.html");

    @Test
    void knowsTheCommandOfEachSystem() {
        assertThat(Browser.command("Linux", true)).containsExactly("xdg-open");
        assertThat(Browser.command("Mac OS X", false)).containsExactly("open");
        assertThat(Browser.command("Windows 11", false)).containsExactly("rundll32", "url.dll,FileProtocolHandler");
    }

    @Test
    void hasNoneWithoutAScreen() {
        assertThat(Browser.command("Linux", false)).isEmpty();
        assertThat(Browser.open(List.of(), ADDRESS)).isFalse();
    }

    @Test
    void saysWhetherTheCommandTookTheAddress(@TempDir Path folder) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "this system has no /bin/sh");
        var opened = folder.resolve("opened");
        assertThat(Browser.open(List.of("/bin/sh", "-c", "echo \"$1\" >'" + opened + "'", "sh"), ADDRESS))
                .isTrue();
        assertThat(opened).hasContent(ADDRESS.toString());
        assertThat(Browser.open(List.of("/bin/sh", "-c", "exit 4"), ADDRESS)).isFalse();
        assertThat(Browser.open(List.of(folder.resolve("none").toString()), ADDRESS))
                .isFalse();
    }
}
