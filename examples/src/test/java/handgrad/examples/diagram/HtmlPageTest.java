package handgrad.examples.diagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.examples.diagram.Sheet.Paper;
import handgrad.examples.diagram.Style.Backward;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in headless Chromium, where there is one. */
class HtmlPageTest {
    /** Clicks what lies in the middle of the box of h, as a mouse does. */
    private static final String CLICK = """
            <script>
            const box = document.querySelector('g.tensor[data-name="h"] rect').getBoundingClientRect();
            document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
                .dispatchEvent(new MouseEvent("click", { bubbles: true }));
            </script>
            </body>
            """;

    @TempDir
    private Path folder;

    @Test
    void a_click_on_a_tensor_shows_it_and_hides_the_others() throws Exception {
        assumeTrue(chromium() != null, "no Chromium on PATH");
        var drawing = new Drawing(
                DiagramCommand.subject("exercise-12"), new Style(Backward.FORMULAS, false), Paper.A3, List.of());
        var page = HtmlPage.of(drawing);
        assertThat(shown(dom(page))).isEmpty();
        var clicked = dom(page.replace("</body>", CLICK));
        assertThat(shown(clicked)).containsExactly("h");
        assertThat(clicked).contains("class=\"tensor chosen\" data-name=\"h\"").contains("<p id=\"hint\" hidden=\"\">");
        assertThat(section(clicked, "h"))
                .contains("h = tanh(hpre)", "dh = dlogits·W2ᵀ", "hpre.tanh()", "FLOAT64 (64, 16)");
    }

    private static List<String> shown(String dom) {
        return Pattern.compile("<section data-of=\"([^\"]*)\">")
                .matcher(dom)
                .results()
                .map(section -> section.group(1))
                .toList();
    }

    private static String section(String dom, String name) {
        int start = dom.indexOf("<section data-of=\"" + name + "\"");
        return dom.substring(start, dom.indexOf("</section>", start));
    }

    /** The page as the browser has it after its scripts have run. */
    private String dom(String page) throws IOException, InterruptedException {
        var file = Files.writeString(folder.resolve("page.html"), page);
        var process = new ProcessBuilder(
                        String.valueOf(chromium()),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--window-size=1600,2400",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--dump-dom",
                        file.toUri().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var dom = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return dom;
    }

    private static @Nullable Path chromium() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }
}
