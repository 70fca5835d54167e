package handgrad.page;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.page.Block.Chart;
import handgrad.page.Block.Frame;
import handgrad.page.Block.Image;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Block.Table;
import handgrad.page.Page.Section;
import handgrad.testing.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages as a headless Chromium shows them. */
class PageInBrowserTest {
    private static final String HOSTILE = "</script><img src=x onerror=alert(1)><b>&amp;";

    @TempDir
    private static Path folder;

    private static Chromium chromium;

    @BeforeAll
    static void start() {
        chromium = Chromium.start(folder);
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
        }
    }

    /** Opens a page as a file and expects a silent console and no request but for the file. */
    private static void open(int width, boolean dark, Section... sections) throws IOException {
        var file = folder.resolve("page.html");
        Files.writeString(file, PageHtml.text(new Page("a page", "its status", false, List.of(sections))));
        chromium.emulate(width, dark);
        chromium.requests();
        chromium.console();
        chromium.open(file.toUri());
        assertThat(chromium.console()).isEmpty();
        assertThat(chromium.requests()).isNotEmpty().allMatch(address -> address.matches("file://.*|data:,"));
    }

    private static Section section(Block... blocks) {
        return new Section("a section", List.of(blocks));
    }

    private static Series line(String label, double... y) {
        double[] x = new double[y.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        return new Series(label, Style.LINE, x, y);
    }

    /** The pixels of a canvas as numbers 0xRRGGBB, row by row; read from a copy, which the browser does not warn of. */
    private static List<Long> pixels(String selector) {
        var pixels = chromium.run("""
            const canvas = document.querySelector('%s');
            const copy = new OffscreenCanvas(canvas.width, canvas.height);
            const context = copy.getContext('2d', { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
            const pixels = [];
            for (let i = 0; i < data.length; i += 4) pixels.push(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
            return pixels;
            """.formatted(selector));
        return ((List<?>) Objects.requireNonNull(pixels))
                .stream().map(Long.class::cast).toList();
    }

    @Test
    void drawsTheValuesOfALine() throws IOException {
        open(1000, false, section(Chart.of("t", "d", "x", "y", List.of(line("a", 3.25, 2.5, Double.NaN, 1)))));
        assertThat(chromium.run("return handgrad.plots.get('t').data"))
                .isEqualTo(List.of(List.of(0L, 1L, 2L, 3L), Arrays.asList(3.25, 2.5, null, 1L)));
        assertThat(chromium.run("return document.querySelector('.uplot canvas').getAttribute('aria-label')"))
                .isEqualTo("t. d");
        // The first colour of the series is on the canvas: the line itself is drawn, not the axes alone.
        assertThat(pixels(".uplot canvas"))
                .filteredOn(pixel -> pixel == 0x0072b2)
                .hasSizeGreaterThan(100);
    }

    @Test
    void joinsSeriesWithDifferentXAndDrawsPointsLettersAndReferences() throws IOException {
        var points = new Series("p", Style.POINTS, new double[] {0.5, 1.5}, new double[] {2, 3});
        var reference = new Series("r", Style.REFERENCE, new double[] {0, 2}, new double[] {1, 1});
        var letters = new Series("l", Style.LETTERS, new double[] {0, 1}, new double[] {0, 1}, List.of("a", "◌́b"));
        open(
                1000,
                false,
                section(
                        Chart.of("joined", "d", "x", "y", List.of(line("a", 1, 2, 3), points, reference)),
                        Chart.of("letters", "d", "x", "y", List.of(letters))));
        assertThat(chromium.run("return handgrad.plots.get('joined').data[0]"))
                .isEqualTo(List.of(0L, 0.5, 1L, 1.5, 2L));
        assertThat(chromium.run("return handgrad.plots.get('joined').series.slice(1).map(s => s.label)"))
                .isEqualTo(List.of("a", "p", "r"));
        assertThat(chromium.run("return handgrad.plots.get('letters').data"))
                .isEqualTo(List.of(List.of(0L, 1L), List.of(0L, 1L)));
    }

    @Test
    void drawsLogarithmicAxesAndNames() throws IOException {
        var far = new Series("a", Style.POINTS, new double[] {1, 10, 100}, new double[] {0.1, 10, 1000});
        var named = new Series("a", Style.POINTS, new double[] {0, 1}, new double[] {3, 4});
        open(
                1000,
                false,
                section(
                        new Chart(
                                "log",
                                "d",
                                Block.Axis.logarithmic("x"),
                                Block.Axis.logarithmic("y"),
                                List.of(new Frame("", List.of(far)))),
                        new Chart(
                                "names",
                                "d",
                                Block.Axis.ofNames("x", List.of("p", "q")),
                                Block.Axis.of("y"),
                                List.of(new Frame("", List.of(named))))));
        // Equal ratios are equal distances, on both axes.
        assertThat(chromium.run("""
            const plot = handgrad.plots.get('log');
            return [[1, 10, 100].map(x => plot.valToPos(x, 'x')), [0.1, 10, 1000].map(y => plot.valToPos(y, 'y'))]
                .map(([a, b, c]) => Math.abs((b - a) - (c - b)) < 1);
            """)).isEqualTo(List.of(true, true));
        assertThat(chromium.run("return handgrad.plots.get('names').axes[0].values()"))
                .isEqualTo(List.of("p", "q"));
    }

    /** Between 2 and 3, a logarithmic axis would have a mark at 2 and none but it. */
    @Test
    void anAxisOverLessThanAPowerOfTenIsLinear() throws IOException {
        var near = new Series("a", Style.LINE, new double[] {0, 1, 2}, new double[] {2, 2.5, 3});
        open(
                1000,
                false,
                section(new Chart(
                        "near",
                        "d",
                        Block.Axis.of("x"),
                        Block.Axis.logarithmic("y"),
                        List.of(new Frame("", List.of(near))))));
        assertThat(chromium.run("""
            const { scales, data } = handgrad.plots.get('near');
            return [scales.y.distr, scales.y.max < 4, data[1].length];
            """)).isEqualTo(List.of(1L, true, 3L));
    }

    @Test
    void aSliderShowsEachFrameAndStartsAtTheLast() throws IOException {
        var chart = new Chart(
                "t",
                "d",
                "x",
                "y",
                List.of(new Frame("step 0", List.of(line("a", 1, 2))), new Frame("step 9", List.of(line("a", 3, 4)))));
        open(1000, false, section(chart));
        assertThat(chromium.run(
                        "return [handgrad.plots.get('t').data[1], document.querySelector('output').textContent]"))
                .isEqualTo(List.of(List.of(3L, 4L), "step 9"));
        assertThat(chromium.run("""
            const slider = document.querySelector('input[type=range]');
            slider.value = 0;
            slider.dispatchEvent(new Event('input'));
            return [handgrad.plots.get('t').data[1], slider.getAttribute('aria-valuetext')];
            """)).isEqualTo(List.of(List.of(1L, 2L), "step 0"));
    }

    @Test
    void drawsAnImageFromBlackToWhite() throws IOException {
        open(1000, false, section(new Image("i", "d", 1, 3, new float[] {-2, -1, 0}, List.of("a", "😀", "◌́"))));
        assertThat(pixels(".image canvas")).containsExactly(0x000000L, 0x808080L, 0xffffffL);
    }

    /** On a phone as well, where the picture scrolls and the page does not. */
    @Test
    void eachLetterBelowAnImageHasItsRoom() throws IOException {
        var greek = letters(".ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω");
        open(390, false, section(new Image("i", "d", 1, greek.size(), new float[greek.size()], greek)));
        assertThat(chromium.run("return [...document.querySelectorAll('.letters span')].map(s => s.textContent)"))
                .isEqualTo(greek);
        assertThat(chromium.run("""
            return [...document.querySelectorAll('.letters span')].every(span => {
              const text = document.createRange();
              text.selectNodeContents(span);
              return text.getBoundingClientRect().width <= span.getBoundingClientRect().width;
            })\
            """)).isEqualTo(true);
        assertThat(chromium.run("return document.documentElement.scrollWidth")).isEqualTo(390L);
        assertThat(chromium.run("""
            const box = document.querySelector('.scroll');
            return box.scrollWidth > box.clientWidth && box.scrollHeight <= box.clientHeight\
            """)).isEqualTo(true);
    }

    private static List<String> letters(String text) {
        return text.codePoints().mapToObj(Character::toString).toList();
    }

    @Test
    void textStaysText() throws IOException {
        open(
                1000,
                false,
                section(
                        Sentence.plain(HOSTILE),
                        new Table(HOSTILE, List.of(HOSTILE, "n"), List.of(List.of(HOSTILE, "1"))),
                        Chart.of(HOSTILE, HOSTILE, HOSTILE, HOSTILE, List.of(line(HOSTILE, 1, 2), line("b", 1, 2))),
                        new Block.Words(List.of(new Block.Word(HOSTILE, "new"))),
                        new Block.ShadedText(HOSTILE, HOSTILE, List.of(new Block.Shade(HOSTILE, 1, HOSTILE))),
                        new Block.Command(HOSTILE)));
        assertThat(chromium.run("return document.querySelectorAll('main img, main b, main script').length"))
                .isEqualTo(0L);
        assertThat(chromium.run("return document.querySelector('.sentence').textContent"))
                .isEqualTo(HOSTILE);
        assertThat(chromium.run("return document.querySelector('pre').textContent"))
                .isEqualTo(HOSTILE);
        assertThat(chromium.run("return document.querySelector('.shaded span').textContent"))
                .isEqualTo(HOSTILE);
        assertThat(chromium.run("return document.querySelector('td, tbody th').textContent"))
                .isEqualTo(HOSTILE);
    }

    @Test
    void theBrowserRefusesAnyProgramThatIsNotThePagesOwn() throws IOException {
        open(1000, false, section(Sentence.plain("text")));
        chromium.run("""
            const script = document.createElement('script');
            script.textContent = 'window.intruder = true';
            document.body.append(script);
            """);
        assertThat(chromium.run("return window.intruder === undefined")).isEqualTo(true);
        assertThat(chromium.console()).anyMatch(line -> line.contains("Content Security Policy"));
    }

    @Test
    void fitsAPhone() throws IOException {
        var wide = "very-long-name-without-a-space-".repeat(10);
        open(
                390,
                false,
                section(
                        Sentence.judged(true, wide),
                        new Table(
                                "t",
                                List.of("", "mean", "std", "saturated", "dead units"),
                                List.of(List.of("layer 17 (Tanh)", "−0.00123", "0.123", "12.3 %", "0.0 %"))),
                        Chart.of("c", "d", "x", "y", List.of(line("a", 1, 2), line(wide, 2, 1))),
                        new Image("i", "d", 1, 27, new float[27], letters(".abcdefghijklmnopqrstuvwxyz")),
                        new Block.Command(wide)));
        assertThat(chromium.run("return document.documentElement.scrollWidth")).isEqualTo(390L);
        assertThat(chromium.run("return handgrad.plots.get('c').width <= 390")).isEqualTo(true);
    }

    @Test
    void followsTheSchemeOfTheUser() throws Exception {
        var chart = Chart.of("c", "d", "x", "y", List.of(line("a", 1, 2), line("b", 2, 1)));
        var colors = """
            return [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,
                    handgrad.plots.get('c').series[1].stroke()]\
            """;
        open(1000, true, section(chart));
        assertThat(chromium.run(colors)).isEqualTo(List.of("rgb(20, 23, 27)", "rgb(230, 233, 237)", "#56b4e9"));
        chromium.emulate(1000, false);
        chromium.await("return handgrad.plots.get('c').series[1].stroke() !== '#56b4e9'");
        assertThat(chromium.run(colors)).isEqualTo(List.of("rgb(255, 255, 255)", "rgb(27, 31, 36)", "#0072b2"));
    }

    @Test
    void paperIsLight() throws IOException {
        open(1000, true, section(Chart.of("c", "d", "x", "y", List.of(line("a", 1, 2)))));
        assertThat(chromium.run("""
            dispatchEvent(new Event('beforeprint'));
            const printed = handgrad.plots.get('c').series[1].stroke();
            dispatchEvent(new Event('afterprint'));
            return [printed, handgrad.plots.get('c').series[1].stroke()];
            """)).isEqualTo(List.of("#0072b2", "#56b4e9"));
    }

    @Test
    void hasHeadingsThatLinkToTheirSections() throws IOException {
        open(1000, false, section(Sentence.plain("text")));
        assertThat(chromium.run("""
            const link = document.querySelector('nav a').getAttribute('href');
            const heading = name => document.querySelector(name).textContent;
            return [document.title, heading('h1'), heading('h2'), document.querySelector(link).tagName]
            """)).isEqualTo(List.of("a page", "a page", "a section", "SECTION"));
    }

    @Test
    void aLivePageFollowsItsServerInPlaceAndSaysWhenItIsOver() throws Exception {
        var page = new AtomicReference<>(live("step 1", 1, 2));
        chromium.emulate(1000, false);
        try (var server = PageServer.start(0, page::get)) {
            chromium.open(server.address());
            chromium.run("""
                window.figure = document.querySelector('figure');
                document.querySelector('section').style.minHeight = '3000px';
                scrollTo(0, 700);
                """);
            page.set(live("step 2", 1, 2, 3));
            chromium.await("return document.getElementById('status').textContent === 'step 2'");
            assertThat(chromium.run("return handgrad.plots.get('c').data[1]")).isEqualTo(List.of(1L, 2L, 3L));
            assertThat(chromium.run("return window.figure === document.querySelector('figure') && scrollY === 700"))
                    .isEqualTo(true);
            var last = live("over", 1, 2, 3, 4);
            page.set(new Page(last.title(), last.status(), false, last.sections()));
        }
        // The server waited at its end until the page had the last state.
        chromium.await("return document.getElementById('status').textContent === 'over'");
        assertThat(chromium.console()).isEmpty();
    }

    private static Page live(String status, double... y) {
        return new Page("live", status, true, List.of(section(Chart.of("c", "d", "x", "y", List.of(line("a", y))))));
    }

    @Test
    void saysWhenItsServerIsGone() throws Exception {
        try (var server = PageServer.start(0, () -> live("step 1", 1, 2))) {
            chromium.open(server.address());
        }
        chromium.await("return document.getElementById('status').textContent.startsWith('The training has ended')");
        assertThat(chromium.console()).allMatch(line -> line.contains("ERR_CONNECTION"));
    }
}
