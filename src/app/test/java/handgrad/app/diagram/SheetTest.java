package handgrad.app.diagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import handgrad.app.diagram.Figure.Disc;
import handgrad.app.diagram.Figure.Group;
import handgrad.app.diagram.Figure.Letters;
import handgrad.app.diagram.Figure.Line;
import handgrad.app.diagram.Figure.Rectangle;
import handgrad.app.diagram.Sheet.Paper;
import handgrad.app.diagram.Style.Backward;
import handgrad.app.exercise.Exercise;
import handgrad.check.result.Verdict;
import handgrad.models.LectureModel;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The geometry of every model's sheet. */
class SheetTest {
    /** The smallest letters on A3, in points. */
    private static final double READABLE = 6;

    /** Those with the most letters. */
    private static final List<Style> FULLEST =
            List.of(new Style(Backward.FORMULAS, true), new Style(Backward.ANSWERS, true));

    private static final Set<String> LABELLED = Set.of("tensor", "operation", "layer", "gradient");

    static Stream<String> models() {
        return Stream.concat(
                Arrays.stream(LectureModel.values()).map(LectureModel::title),
                Exercise.all().stream().map(exercise -> exercise.name().replaceFirst("^(?=\\d)", "exercise-")));
    }

    @ParameterizedTest
    @MethodSource("models")
    void nothing_overlaps_or_leaves_the_page_and_letters_can_be_read(String model) throws Exception {
        check(model, FULLEST);
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("models")
    void nor_does_anything_in_any_style(String model) throws Exception {
        var styles = Arrays.stream(Backward.values())
                .flatMap(backward -> Stream.of(new Style(backward, false), new Style(backward, true)))
                .toList();
        check(model, styles);
    }

    private static void check(String model, List<Style> styles) throws Exception {
        var subject = withAllChecked(DiagramCommand.subject(model));
        var opened =
                subject.layers().isEmpty() ? List.of(List.<String>of()) : List.of(List.<String>of(), List.of("all"));
        for (var open : opened) {
            for (var style : styles) {
                check(
                        "%s, open %s, %s".formatted(model, open, style),
                        new Drawing(subject, style, Paper.A3, open).sheet());
            }
        }
        var small = new Drawing(subject, new Style(Backward.FORMULAS, false), Paper.A4, List.of()).sheet();
        assertThat(Math.max(small.width(), small.height())).isEqualTo(841.89);
    }

    /** A mark on every tensor takes the most room, and no time. */
    private static DiagramSubject withAllChecked(DiagramSubject subject) {
        return new DiagramSubject(
                subject.title(),
                subject.graph(),
                subject.variables(),
                subject.layers(),
                subject.gradients(),
                _ -> Verdict.RIGHT,
                subject.sources());
    }

    private static void check(String model, Sheet sheet) {
        var page = new Rectangle2D.Double(0, 0, sheet.width(), sheet.height());
        var things = new ArrayList<Group>();
        var letters = new ArrayList<Letters>();
        sheet.figures().forEach(figure -> collect(figure, things, letters));
        assertThat(things).isNotEmpty();
        for (var each : letters) {
            assertThat(page.contains(bounds(each)))
                    .as("%s: %s is on the page", model, each)
                    .isTrue();
            assertThat(each.size()).as("%s: size of %s", model, each.text()).isGreaterThanOrEqualTo(READABLE);
            assertThat(Lettering.hasAll(each.text()))
                    .as("the font has all of %s", each.text())
                    .isTrue();
        }
        for (var thing : things) {
            assertThat(page.contains(bounds(thing)))
                    .as("%s: %s is on the page", model, thing.facts())
                    .isTrue();
        }
        assertApart(model, things);
        assertApart(model, letters);
    }

    private static void assertApart(String model, List<? extends Figure> figures) {
        var bounds = figures.stream().map(SheetTest::bounds).toList();
        for (int i = 0; i < bounds.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (bounds.get(i).intersects(bounds.get(j))) {
                    fail("%s: %s and %s overlap", model, figures.get(i), figures.get(j));
                }
            }
        }
    }

    /** Everything labelled, a closed layer as one thing; and all letters, those within layers too. */
    private static void collect(Figure figure, List<Group> things, List<Letters> letters) {
        switch (figure) {
            case Group group -> {
                boolean isThing = LABELLED.contains(group.kind());
                if (isThing) {
                    things.add(group);
                }
                var within = isThing ? new ArrayList<Group>() : things;
                group.parts().forEach(part -> collect(part, within, letters));
            }
            case Letters each -> letters.add(each);
            case Rectangle _, Line _, Disc _ -> {}
        }
    }

    /** What a figure covers; letters from their top to their descenders. */
    private static Rectangle2D bounds(Figure figure) {
        return switch (figure) {
            case Rectangle r -> new Rectangle2D.Double(r.x(), r.y(), r.width(), r.height());
            case Letters t -> new Rectangle2D.Double(t.x(), t.y() - 0.76 * t.size(), t.width(), 0.98 * t.size());
            case Disc d ->
                new Rectangle2D.Double(d.x() - d.radius(), d.y() - d.radius(), 2 * d.radius(), 2 * d.radius());
            case Line _ -> throw new AssertionError("lines cover nothing");
            case Group g ->
                g.parts().stream()
                        .map(SheetTest::bounds)
                        .reduce(Rectangle2D::createUnion)
                        .orElseThrow();
        };
    }
}
