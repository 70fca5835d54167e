package handgrad.examples.diagram;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.examples.diagram.Figure.Disc;
import handgrad.examples.diagram.Figure.Group;
import handgrad.examples.diagram.Figure.Letters;
import handgrad.examples.diagram.Figure.Line;
import handgrad.examples.diagram.Figure.Rectangle;
import handgrad.examples.diagram.Sheet.Paper;
import handgrad.examples.diagram.Style.Backward;
import handgrad.examples.exercise.Exercise;
import handgrad.examples.model.LectureModel;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The geometry of every model's sheet. */
class SheetTest {
    /** The smallest letters on A3, in points. */
    private static final double READABLE = 6;

    private static final Set<String> LABELLED = Set.of("tensor", "operation", "layer", "gradient");

    static Stream<String> models() {
        return Stream.concat(
                Arrays.stream(LectureModel.values()).map(LectureModel::title),
                Exercise.all().stream().map(exercise -> "exercise-" + exercise.number()));
    }

    @ParameterizedTest
    @MethodSource("models")
    void nothing_overlaps_or_leaves_the_page_and_letters_can_be_read(String model) {
        var subject = DiagramCommand.subject(model);
        for (var backward : Backward.values()) {
            check(model, new Drawing(subject, new Style(backward, false), Paper.A3, List.of()).sheet(), READABLE);
        }
        if (!subject.layers().isEmpty()) {
            for (var backward : Backward.values()) {
                var all = new Drawing(subject, new Style(backward, false), Paper.A3, List.of("all"));
                check(model + " --open all", all.sheet(), READABLE);
            }
        }
        var small = new Drawing(subject, new Style(Backward.FORMULAS, false), Paper.A4, List.of()).sheet();
        assertThat(Math.max(small.width(), small.height())).isEqualTo(841.89);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deep-no-bn", "mlp-bn", "exercise-1"})
    void with_values_it_still_fits(String model) {
        var style = new Style(Backward.FORMULAS, true);
        check(model, new Drawing(DiagramCommand.subject(model), style, Paper.A3, List.of()).sheet(), READABLE);
    }

    private static void check(String model, Sheet sheet, double least) {
        var page = new Rectangle2D.Double(0, 0, sheet.width(), sheet.height());
        var things = new ArrayList<Group>();
        var letters = new ArrayList<Letters>();
        sheet.figures().forEach(figure -> collect(figure, things, letters));
        assertThat(things).isNotEmpty();
        for (var each : letters) {
            assertThat(page.contains(bounds(each)))
                    .as("%s: %s is on the page", model, each)
                    .isTrue();
            assertThat(each.size()).as("%s: size of %s", model, each.text()).isGreaterThanOrEqualTo(least);
            assertThat(Lettering.hasAll(each.text()))
                    .as("the font has all of %s", each.text())
                    .isTrue();
        }
        for (int i = 0; i < things.size(); i++) {
            var a = bounds(things.get(i));
            assertThat(page.contains(a))
                    .as("%s: %s is on the page", model, things.get(i).facts())
                    .isTrue();
            for (int j = 0; j < i; j++) {
                assertThat(a.intersects(bounds(things.get(j))))
                        .as(
                                "%s: %s and %s overlap",
                                model, things.get(i).facts(), things.get(j).facts())
                        .isFalse();
            }
        }
    }

    private static void collect(Figure figure, List<Group> things, List<Letters> letters) {
        switch (figure) {
            case Group group -> {
                if (LABELLED.contains(group.kind())) {
                    things.add(group);
                }
                group.parts().forEach(part -> collect(part, things, letters));
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
