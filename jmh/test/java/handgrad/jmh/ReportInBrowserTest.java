package handgrad.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.page.PageHtml;
import handgrad.testing.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of all studies as a headless Chromium shows it. */
class ReportInBrowserTest {
    @TempDir
    private Path folder;

    @Test
    void showsEveryStudyAndTheRoofline() throws IOException {
        var file = folder.resolve("bench.html");
        Files.writeString(file, PageHtml.text(Report.page(Fixtures.all())));
        try (var chromium = Chromium.start(folder)) {
            chromium.emulate(1000, false);
            chromium.open(file.toUri());
            assertThat(chromium.console()).isEmpty();
            assertThat(chromium.run("return [...document.querySelectorAll('h2')].map(h => h.textContent)"))
                    .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                    .startsWith("goals")
                    .containsAll(Studies.ALL.stream().map(Study::title).toList());
            assertThat(chromium.run("return handgrad.plots.size")).isEqualTo((long) Studies.ALL.size());
            assertThat(chromium.run("""
                    return handgrad.plots.get('Roofline').shown.series.map(s => s.label + s.letters.join(''))"""))
                    .isEqualTo(List.of("roof in L1", "roof in L2", "roof in memory", "lectureab", "largeA"));
            // In L2, 1/12 operation a byte at 100 GB/s allows 8.33 GFLOP/s.
            assertThat(chromium.run("""
                    return [...document.querySelectorAll('#roofline tbody tr')].find(row =>
                        row.textContent.startsWith('add, lecture')).children[4].textContent""")).isEqualTo("60 %");
            chromium.emulate(390, true);
            assertThat(chromium.run("return document.documentElement.scrollWidth"))
                    .isEqualTo(390L);
        }
    }
}
