package handgrad.app.diagram;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.diagram.Sheet.Paper;
import handgrad.app.diagram.Style.Backward;
import handgrad.testing.Chromium;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a headless Chromium. */
class HtmlPageTest {
    private static final String SHOWN =
            "return [...document.querySelectorAll('aside section')].filter(s => s.checkVisibility()).map(s => "
                    + "s.dataset.of)";

    @TempDir
    private Path folder;

    @Test
    void a_click_on_a_tensor_shows_it_and_hides_the_others() throws Exception {
        try (var chromium = Chromium.start(folder)) {
            var drawing = new Drawing(
                    DiagramCommand.subject("exercise-12"), new Style(Backward.FORMULAS, false), Paper.A3, List.of());
            var file = Files.writeString(folder.resolve("page.html"), HtmlPage.of(drawing));
            chromium.open(file.toUri());
            assertThat(chromium.run(SHOWN))
                    .isEqualTo(List.of(drawing.diagram().nodes().getFirst().name()));

            chromium.click("g.tensor[data-name=h] rect");
            assertThat(chromium.run(SHOWN)).isEqualTo(List.of("h"));
            assertThat(String.valueOf(chromium.run("return document.querySelector('aside').innerText")))
                    .contains("h = tanh(hpre)", "dh = dlogits·W2ᵀ", "hpre.tanh()", "FLOAT64 (64, 16)");

            chromium.click("g.tensor[data-name=W2] text");
            assertThat(chromium.run(SHOWN)).isEqualTo(List.of("W2"));
            assertThat(chromium.console()).isEmpty();
        }
    }
}
