package handgrad.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.page.PageHtml;
import handgrad.testing.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole page of a training in a headless Chromium. */
class TrainingPageInBrowserTest {
    @Test
    void drawsEveryChartOfATrainingWithoutAComplaint(@TempDir Path folder) throws IOException {
        var file = folder.resolve("report.html");
        Files.writeString(
                file,
                PageHtml.text(TrainingPage.of(Trainings.data(Trainings.healthy(), Trainings.outcome(2.11, 0.1f)))));
        try (var chromium = Chromium.start(folder)) {
            for (int width : List.of(390, 1200)) {
                chromium.emulate(width, width == 390);
                chromium.open(file.toUri());
                assertThat(chromium.console()).isEmpty();
                assertThat(chromium.run("return document.documentElement.scrollWidth <= " + width))
                        .isEqualTo(true);
            }
            assertThat(chromium.run("return [...handgrad.plots.keys()]"))
                    .isEqualTo(List.of(
                            "Loss of the batches",
                            "Learning rate",
                            "Outputs of the non-linear layers",
                            "Gradients of the outputs",
                            "Gradients of the weights",
                            "Update:data ratio",
                            "Embedding of the symbols",
                            "Running mean against the calibrated one",
                            "Running std against the calibrated one",
                            "Loss by learning rate"));
            assertThat(chromium.run("return handgrad.plots.get('Update:data ratio').data"))
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .element(1)
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .hasSize(20)
                    .containsOnly(-3L);
            assertThat(chromium.run("return [...document.querySelectorAll('pre')].map(e => e.textContent)"))
                    .isEqualTo(List.of("./handgrad train mlp-bn --data '" + Trainings.HOSTILE + "'"));
        }
    }
}
