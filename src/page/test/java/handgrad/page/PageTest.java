package handgrad.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.page.Block.Chart;
import handgrad.page.Block.Image;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Block.Table;
import handgrad.page.Page.Section;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {
    private static Page page(Block... blocks) {
        return new Page("title", "status", false, List.of(new Section("section", List.of(blocks))));
    }

    @Test
    void writesEveryKindOfBlockAsJson() {
        var series =
                new Series("a", Style.REFERENCE, new double[] {0, 200_000}, new double[] {0.123456789, Double.NaN});
        var json = PageJson.of(page(
                Sentence.judged(false, "low"),
                new Table("c", List.of("", "n"), List.of(List.of("x", "1"))),
                Chart.of("t", "d", "x", "y", List.of(series)),
                new Image("i", "d", 1, 2, new float[] {-1, Float.POSITIVE_INFINITY}, List.of("a", "bc")),
                new Block.Words(List.of(new Block.Word("emma", "new"))),
                new Block.ShadedText("s", "d", List.of(new Block.Shade("to", 0.5, "loss 1"))),
                new Block.Command("./handgrad")));
        assertThat(json)
                .isEqualTo("{\"title\":\"title\",\"status\":\"status\",\"live\":false,"
                        + "\"sections\":[{\"title\":\"section\","
                        + "\"blocks\":["
                        + "{\"kind\":\"sentence\",\"verdict\":\"bad\",\"text\":\"low\"},"
                        + "{\"kind\":\"table\",\"caption\":\"c\",\"columns\":[\"\",\"n\"],"
                        + "\"rows\":[[\"x\",\"1\"]]},"
                        + "{\"kind\":\"chart\",\"title\":\"t\",\"description\":\"d\","
                        + "\"xLabel\":\"x\",\"yLabel\":\"y\","
                        + "\"frames\":[{\"label\":\"\",\"series\":[{\"label\":\"a\",\"style\":\"reference\","
                        + "\"x\":[0,200000],\"y\":[0.12346,null],\"letters\":[]}]}]},"
                        + "{\"kind\":\"image\",\"title\":\"i\",\"description\":\"d\",\"rows\":1,\"columns\":2,"
                        + "\"columnLetters\":[\"a\",\"bc\"],\"values\":[-1,null]},"
                        + "{\"kind\":\"words\",\"words\":[{\"text\":\"emma\",\"mark\":\"new\"}]},"
                        + "{\"kind\":\"shadedtext\",\"title\":\"s\",\"description\":\"d\","
                        + "\"parts\":[{\"text\":\"to\",\"strength\":0.5,\"note\":\"loss 1\"}]},"
                        + "{\"kind\":\"command\",\"text\":\"./handgrad\"}]}]}");
    }

    @Test
    void anAxisCanBeLogarithmicOrHaveNames() {
        var frames = List.of(new Block.Frame("", List.<Series>of()));
        var names = Block.Axis.ofNames("x", List.of("p", "q"));
        assertThat(PageJson.of(page(new Chart("t", "d", names, Block.Axis.logarithmic("y"), frames))))
                .contains("\"xLabel\":\"x\",\"xNames\":[\"p\",\"q\"],\"yLabel\":\"y\",\"yLogarithmic\":true,");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Chart("t", "d", names, names, frames))
                .withMessage("chart t: only the x axis can have names");
    }

    @Test
    void dataCannotEndItsElementNorBecomeAnother() {
        var hostile = "</script><script>alert(1)</script><!-- ${program} \u2028 \" \\";
        var html = PageHtml.served(page(Sentence.plain(hostile)));
        assertThat(html).doesNotContain("<script>alert");
        // Data, licence of the library, library, program; no data may open or end one.
        assertThat(html.split("<script", -1)).hasSize(1 + 3);
        assertThat(html.split("</script", -1)).hasSize(1 + 3);
        assertThat(html).contains("${program}");
    }

    @Test
    void aFileMayFetchNothingAndAServedPageItsOwnDataOnly() {
        assertThat(PageHtml.text(page()))
                .contains("default-src 'none'; img-src data:; connect-src 'none'; style-src 'sha256-");
        assertThat(PageHtml.served(page())).contains("connect-src 'self';");
    }

    @Test
    void keepsTheLicenceOfTheChartLibrary() {
        assertThat(PageHtml.served(page()))
                .contains(
                        "https://github.com/leeoniya/uPlot (v1.6.32)",
                        "The MIT License",
                        "Copyright (c) 2022 Leon Sorokin");
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Series("a", Style.LINE, new double[2], new double[3]))
                .withMessage("series a: 2 values of x and 3 of y");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Series("a", Style.LINE, new double[] {2, 1}, new double[2]))
                .withMessage("series a: x must ascend, but 1.0 follows 2.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Table("t", List.of("a"), List.of(List.of("b", "c"))))
                .withMessage("table t: a row has 2 cells for 1 columns");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Image("i", "", 2, 2, new float[3], List.of()))
                .withMessage("image i: 3 values for 2 x 2");
    }
}
