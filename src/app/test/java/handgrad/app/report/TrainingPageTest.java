package handgrad.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.page.Block;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Verdict;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingPageTest {
    private static Page finished(Recording recording) {
        return TrainingPage.of(Trainings.data(recording, Trainings.outcome(2.11, 0.1f)));
    }

    private static List<Block> blocks(Page page, String section) {
        return page.sections().stream()
                .filter(each -> each.title().equals(section))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no section " + section))
                .blocks();
    }

    private static List<Sentence> sentences(Page page, String section) {
        return blocks(page, section).stream()
                .filter(Sentence.class::isInstance)
                .map(Sentence.class::cast)
                .toList();
    }

    private static Chart chart(Page page, String section) {
        return (Chart) blocks(page, section).stream()
                .filter(Chart.class::isInstance)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void showsEverythingOfAFinishedTraining() {
        var page = finished(Trainings.healthy());
        assertThat(page.title()).isEqualTo("handgrad: mlp-bn");
        assertThat(page.status()).isEqualTo("makemore part 3: 20 steps in 1.5 s, 75.0 ms a step");
        assertThat(page.live()).isFalse();
        assertThat(page.sections())
                .extracting(Section::title)
                .containsExactly(
                        "Result",
                        "Advice",
                        "Loss",
                        "Activations",
                        "Gradients of activations",
                        "Gradients of weights",
                        "Size of the updates",
                        "Gradient of the logits",
                        "Embedding",
                        "Batch normalisation",
                        "Learning-rate finder",
                        "Sampled names",
                        "Repeat it");
    }

    @Test
    void aHealthyTrainingHasNothingToCheck() {
        assertThat(finished(Trainings.healthy()).sections())
                .flatExtracting(Section::blocks)
                .filteredOn(Sentence.class::isInstance)
                .extracting(block -> ((Sentence) block).verdict())
                .contains(Verdict.GOOD)
                .doesNotContain(Verdict.BAD);
    }

    @Test
    void aSentenceStandsBeforeEveryPicture() {
        for (var section : finished(Trainings.healthy()).sections()) {
            var kinds = new ArrayList<Class<?>>();
            for (var block : section.blocks()) {
                if (block instanceof Chart || block instanceof Block.Image) {
                    assertThat(kinds).as(section.title()).isNotEmpty();
                    assertThat(kinds.getLast()).as(section.title()).isEqualTo(Sentence.class);
                }
                kinds.add(block.getClass());
            }
        }
    }

    @Test
    void aTrainingThatHasNotBegunIsALivePage() {
        var page = TrainingPage.of(Trainings.data(Recording.EMPTY, null));
        assertThat(page.live()).isTrue();
        assertThat(page.status()).isEqualTo("makemore part 3: step 0 of 20, 1.5 s, – ms a step");
        assertThat(sentences(page, "Result"))
                .containsExactly(Sentence.plain("The losses on whole parts of the data come after the last step."));
    }

    @Test
    void comparesLossesWithThePublishedOnes() {
        var near = TrainingPage.of(Trainings.data(Trainings.healthy(), Trainings.outcome(2.11, 0)));
        assertThat(sentences(near, "Result"))
                .contains(Sentence.judged(
                        true,
                        "The loss on dev is 2.1100, the lecture's is 2.1057: a difference of +0.0043; up to 0.01 is"
                                + " agreement."));
        var far = TrainingPage.of(Trainings.data(Trainings.healthy(), Trainings.outcome(2.4, 0)));
        assertThat(sentences(far, "Result"))
                .contains(Sentence.judged(
                        false,
                        "The loss on dev is 2.4000, the lecture's is 2.1057: a difference of +0.2943; up to 0.01 is"
                                + " agreement."));
        assertThat(blocks(near, "Result"))
                .last()
                .isEqualTo(new Block.Table(
                        "Losses",
                        List.of("part", "loss", "lecture", "difference"),
                        List.of(
                                List.of("train", "2.0674", "2.0674", "+0.0000"),
                                List.of("dev", "2.1100", "2.1057", "+0.0043"),
                                List.of("test", "2.1000", "–", "–"))));
    }

    @Test
    void repeatsTheDoctorsAdvice() {
        assertThat(sentences(finished(Trainings.healthy()), "Advice"))
                .containsExactly(
                        Sentence.judged(true, "The doctor for models has seen none of the faults that it knows."));
        assertThat(sentences(finished(Trainings.recording(0.03, 0, -3, Trainings.advice())), "Advice"))
                .containsExactly(Sentence.judged(false, "Step 1,234: Too many outputs are flat."));
    }

    @Test
    void drawsTheLossAsLog10AndTheLearningRateOfTheSameSteps() {
        var loss = blocks(finished(Trainings.healthy()), "Loss");
        var series = ((Chart) loss.get(2)).frames().getFirst().series().getFirst();
        assertThat(series.x()).hasSize(20).startsWith(0, 1, 2);
        assertThat(series.y()).usingComparatorWithPrecision(1e-6).startsWith(0.5, 0.49, 0.48);
        assertThat(loss.get(1))
                .isEqualTo(Sentence.judged(
                        true, "The loss of the batches fell from 3.1623 to 2.0417; the curve is log10 of it."));
        var rates = ((Chart) loss.get(4)).frames().getFirst().series().getFirst();
        assertThat(rates.y()).startsWith(0.1).endsWith(0.01);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0.03 | GOOD | 3.0 % of the outputs of layer 4 (Tanh), the most of any layer, are saturated: up to 5 % is \
        healthy.
        0.3  | NONE | 30.0 % of the outputs of layer 4 (Tanh), the most of any layer, are saturated: up to 5 % is \
        healthy, above 50 % a layer hardly learns.
        0.8  | BAD  | 80.0 % of the outputs of layer 4 (Tanh), the most of any layer, are saturated: the gradient \
        is almost 0 there, so the layer hardly learns: start with smaller weights.
        """)
    void judgesSaturation(double share, Verdict verdict, String text) {
        assertThat(sentences(finished(Trainings.recording(share, 0, -3)), "Activations"))
                .contains(new Sentence(verdict, text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0    | GOOD | No unit is stuck for the whole batch.
        0.05 | NONE | 5.0 % of the units of layer 4 (Tanh) are stuck for the whole batch, the most of any layer; \
        up to 10 % a unit may just be choosy.
        0.5  | BAD  | 50.0 % of the units of layer 4 (Tanh) are stuck for the whole batch, the most of any layer: \
        no gradient passes them, and what is before them cannot learn.
        """)
    void judgesDeadUnits(double share, Verdict verdict, String text) {
        assertThat(sentences(finished(Trainings.recording(0, share, -3)), "Activations"))
                .contains(new Sentence(verdict, text));
    }

    @ParameterizedTest
    @CsvSource({
        "-3, GOOD, well for every weight",
        "-4.5, NONE, 1.weight at −4.5",
        "-6, BAD, 1.weight at −6.0",
        "-0.5, BAD, 1.weight at −0.5",
        "NaN, BAD, 1.weight at –"
    })
    void judgesTheSizeOfTheUpdates(double log10, Verdict verdict, String what) {
        assertThat(sentences(finished(Trainings.recording(0, 0, log10)), "Size of the updates"))
                .containsExactly(new Sentence(
                        verdict,
                        "In the last tenth of the steps log10 of update:data is " + what
                                + "; about −3 is good, from −4 to"
                                + " −2 is well, lower learns slowly, higher jumps."));
    }

    @Test
    void drawsHistogramsAsDensitiesWithAFrameForEachSnapshot() {
        var chart = chart(finished(Trainings.healthy()), "Activations");
        assertThat(chart.frames())
                .extracting(Block.Frame::label)
                .containsExactly("step 0, loss 2.5000", "step 19, loss 2.5000");
        var series = chart.frames().getLast().series().getFirst();
        assertThat(series.label()).isEqualTo("layer 2 (Tanh)");
        assertThat(series.x()).containsExactly(-0.5, 0.5);
        assertThat(series.y()).containsExactly(0.25, 0.75);
    }

    @Test
    void readsTheProbabilityOfTheRightSymbolFromTheGradientOfTheLogits() {
        assertThat(sentences(finished(Trainings.healthy()), "Gradient of the logits"))
                .first()
                .isEqualTo(Sentence.judged(
                        true,
                        "The model gives the right symbol a probability of 70.0 % on average; a uniform "
                                + "guess gives 3.7 %."));
    }

    @Test
    void placesTheLettersOfTheEmbedding() {
        var series = chart(finished(Trainings.healthy()), "Embedding")
                .frames()
                .getFirst()
                .series()
                .getFirst();
        assertThat(series.letters()).hasSize(27).startsWith(".");
        int a = series.letters().indexOf("a");
        assertThat(series.x()[a]).isEqualTo(14.25);
        assertThat(series.y()[a]).isEqualTo(2);
        assertThat(sentences(finished(Trainings.healthy()), "Embedding")
                        .getFirst()
                        .text())
                .startsWith("Symbols near each other are treated alike; the nearest two are a and b, 0.250 apart.");
    }

    @Test
    void namesOfNoLectureStandBesideNoLecture() {
        var page = TrainingPage.of(Trainings.greek());
        assertThat(sentences(page, "Result"))
                .startsWith(
                        Sentence.plain("No lecture has these names, so there is no loss of its to compare with."),
                        Sentence.judged(
                                false, "The loss on dev is 2.0000; a uniform guess over 5 symbols has ln 5 = 1.6094."))
                .hasSize(3);
        assertThat(blocks(page, "Result"))
                .last()
                .isEqualTo(new Block.Table(
                        "Losses",
                        List.of("part", "loss"),
                        List.of(List.of("train", "1.5000"), List.of("dev", "2.0000"))));
        assertThat(sentences(page, "Loss").getFirst().text())
                .startsWith("The first loss is 3.1623; a uniform guess has ln 5 = 1.6094.");
    }

    @Test
    void namesTheSymbolsOfAnyAlphabet() {
        var page = TrainingPage.of(Trainings.greek());
        var series = chart(page, "Embedding").frames().getFirst().series().getFirst();
        assertThat(series.letters()).containsExactly(".", "␣", "ή", "◌\u05b8", "א");
        assertThat(sentences(page, "Embedding").getFirst().text())
                .startsWith("Symbols near each other are treated alike; the nearest two are ◌\u05b8 and"
                        + " \u2068א\u2069, 0.500 apart.");
        var image = (Block.Image) blocks(page, "Gradient of the logits").getLast();
        assertThat(image.columnLetters()).containsExactly(".", "␣", "ή", "◌\u05b8", "א");
    }

    @Test
    void judgesRunningStatistics() {
        var near = TrainingPage.of(Trainings.data(Trainings.healthy(), Trainings.outcome(2.1, 0.1f)));
        assertThat(sentences(near, "Batch normalisation"))
                .containsExactly(
                        Sentence.judged(
                                true,
                                "The running means are at most 0.0500 standard deviations from those of the whole "
                                        + "training set (layer 3); up to 0.2 is near enough not to calibrate."),
                        Sentence.plain("The running standard deviations are 1.00 to 1.50 times the calibrated ones."));
        assertThat(blocks(near, "Batch normalisation"))
                .filteredOn(Chart.class::isInstance)
                .extracting(block -> ((Chart) block).frames().getFirst().series())
                .allSatisfy(series ->
                        assertThat(series).extracting(Block.Series::label).containsExactly("layer 3", "equal"));
        var far = TrainingPage.of(Trainings.data(Trainings.healthy(), Trainings.outcome(2.1, 2)));
        assertThat(sentences(far, "Batch normalisation").getFirst().verdict()).isEqualTo(Verdict.BAD);
    }

    @Test
    void namesTheRateOfTheFinder() {
        assertThat(sentences(finished(Trainings.healthy()), "Learning-rate finder"))
                .containsExactly(Sentence.judged(
                        true,
                        "The loss of a fresh model, trained for a step at each rate from 0.001 to 0.1, is well down at "
                                + "a rate of 0.0123: a good first choice for --lr."));
        var series = chart(finished(Trainings.healthy()), "Learning-rate finder")
                .frames()
                .getFirst()
                .series();
        assertThat(series.getFirst().y()).containsExactly(3, 2.5, 4);
        assertThat(series.getLast().y()).containsExactly(2.9, 2.6, 3.9);
    }

    @Test
    void countsTheMarksOfTheNames() {
        assertThat(sentences(finished(Trainings.healthy()), "Sampled names"))
                .containsExactly(Sentence.plain("Of 3 names drawn from the model: 1 in train, 2 new."));
    }
}
