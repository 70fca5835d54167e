package handgrad.app.diagram;

import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.diagram.Diagram.Node;
import handgrad.app.diagram.Diagram.Operation;
import handgrad.app.diagram.DiagramSubject.LayerSpan;
import handgrad.app.diagram.Sheet.Paper;
import handgrad.check.result.Verdict;
import handgrad.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A subject as it is to be drawn: which of its layers are open, and how much it shows. */
final class Drawing {
    /** A model of more layers than this is drawn by layers. */
    private static final int DEEP = 8;

    /** More bands than this make no sheet easier to read. */
    private static final int MOST_BANDS = 30;

    /** More tensors than this fit on no sheet. */
    private static final int MOST_TENSORS = 300;

    /** After so long no further gradient is checked: a deep network has many tensors, and each check many passes. */
    private static final Duration CHECKING = Duration.ofSeconds(20);

    private final DiagramSubject subject;
    private final Style style;
    private final Paper paper;
    private final Duration checking;
    private final Diagram diagram;
    private @Nullable Sheet sheet;

    /** A check runs the pass many times, and a tensor is drawn again for each layout. */
    private final Map<String, Verdict> verdicts = new HashMap<>();

    private Duration checked = Duration.ZERO;
    private int leftOut;

    /**
     * A drawing.
     *
     * @param open the layers to open where the model is drawn by layers
     * @throws WrongInputException if there is no such layer
     * @throws FailedException if there are more tensors than a sheet has room for
     */
    Drawing(DiagramSubject subject, Style style, Paper paper, List<String> open) {
        this(subject, style, paper, open, CHECKING);
    }

    /** A drawing that ends checking gradients after this long. */
    Drawing(DiagramSubject subject, Style style, Paper paper, List<String> open, Duration checking) {
        this.checking = checking;
        this.subject = subject;
        this.style = style;
        this.paper = paper;
        this.diagram = DiagramReader.read(subject, closed(open));
        int count = diagram.nodes().size();
        if (count > MOST_TENSORS) {
            throw new FailedException(String.format(
                    Locale.ROOT,
                    "%s: the pass has %,d tensors, and a sheet has room for %d; draw a smaller model or a shorter"
                            + " input",
                    subject.title(),
                    count,
                    MOST_TENSORS));
        }
    }

    private Set<LayerSpan> closed(List<String> open) {
        var layers = subject.layers();
        for (var wanted : open) {
            if (layers.stream().noneMatch(layer -> layer.isCalled(wanted))) {
                throw new WrongInputException(
                        layers.isEmpty()
                                ? "--open %s: the model has no layers to open".formatted(wanted)
                                : "--open %s: there is no such layer; there are %s"
                                        .formatted(
                                                wanted,
                                                layers.stream()
                                                        .map(LayerSpan::name)
                                                        .collect(Collectors.joining(", "))));
            }
        }
        return layers.stream()
                .filter(layer -> layers.size() > DEEP || layer.isComposite())
                .filter(layer -> open.stream().noneMatch(layer::isCalled))
                .collect(Collectors.toSet());
    }

    Diagram diagram() {
        return diagram;
    }

    DiagramSubject subject() {
        return subject;
    }

    Style style() {
        return style;
    }

    /** The page. */
    Sheet sheet() {
        if (sheet == null) {
            sheet = fitted();
        }
        return sheet;
    }

    /** Where letters are too small to be read, boxes and labels become smaller; then bands are cut ever shorter. */
    private Sheet fitted() {
        var whole = Band.of(diagram);
        var large = sheet(whole, Sizes.LARGE);
        if (large.smallest() >= paper.readable()) {
            return large;
        }
        int longest =
                whole.stream().mapToInt(band -> band.operations().size()).max().orElseThrow();
        var best = sheet(whole, Sizes.SMALL);
        int count = whole.size();
        for (int length = longest - 1; length > 0 && best.smallest() < paper.readable(); length--) {
            var cut = cut(whole, length);
            if (cut.size() == count) {
                continue;
            }
            count = cut.size();
            if (count > MOST_BANDS) {
                break;
            }
            var sheet = sheet(cut, Sizes.SMALL);
            if (sheet.smallest() > best.smallest()) {
                best = sheet;
            }
        }
        return best;
    }

    private static List<Band> cut(List<Band> bands, int length) {
        return bands.stream().flatMap(band -> band.parts(length).stream()).toList();
    }

    private Sheet sheet(List<Band> bands, Sizes sizes) {
        return Sheet.of(diagram.title(), layouts(bands, sizes), paper, style);
    }

    private List<BandLayout> layouts(List<Band> bands, Sizes sizes) {
        double unit = TensorBox.unit(diagram.nodes(), sizes.box());
        var made = new HashSet<Node>();
        var layouts = new ArrayList<BandLayout>();
        for (var band : bands) {
            var own = band.operations().stream().map(Operation::output).collect(Collectors.toSet());
            layouts.add(new BandLayout(
                    band, node -> box(node, unit, !own.contains(node) && !made.add(node)), style, sizes));
            made.addAll(own);
        }
        return layouts;
    }

    private TensorBox box(Node node, double unit, boolean isRepeated) {
        boolean isFanOut = style.backward() != Style.Backward.NONE && diagram.isFanOut(node);
        // What an earlier band has made has its values there.
        return isRepeated
                ? new TensorBox(node, unit, true, isFanOut, List.of(), "")
                : new TensorBox(node, unit, false, isFanOut, facts(node), check(node));
    }

    private List<String> facts(Node node) {
        if (!style.values()) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        lines.add(statistics("value", node.value().content()));
        var gradient = subject.gradients().apply(node.name());
        if (gradient != null) {
            lines.add(statistics("grad", gradient));
        }
        return lines;
    }

    private static String statistics(String what, Tensor tensor) {
        int n = tensor.shape().elements();
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += tensor.getFlat(i);
        }
        double mean = sum / n;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            squares += Math.pow(tensor.getFlat(i) - mean, 2);
        }
        var deviation = n == 1 ? "" : " ± " + Style.fixed(Math.sqrt(squares / (n - 1)));
        return what + " " + Style.fixed(mean) + deviation;
    }

    private String check(Node node) {
        if (!style.values() || !node.differentiable()) {
            return "";
        }
        return switch (verdicts.computeIfAbsent(node.name(), this::verdict)) {
            case RIGHT -> "#4e9a06";
            case WRONG -> "#cc0000";
            case UNCHECKED -> "";
        };
    }

    private Verdict verdict(String name) {
        if (checked.compareTo(checking) > 0) {
            leftOut += subject.gradients().apply(name) == null ? 0 : 1;
            return Verdict.UNCHECKED;
        }
        long start = System.nanoTime();
        var verdict = subject.verdicts().apply(name);
        checked = checked.plusNanos(System.nanoTime() - start);
        return verdict;
    }

    /** What a reader of the page should know; one line each. */
    List<String> remarks() {
        var remarks = new ArrayList<String>();
        double smallest = sheet().smallest();
        if (leftOut > 0) {
            remarks.add("tensors without a colour: %d, as checking gradients ended after %d s"
                    .formatted(leftOut, checking.toSeconds()));
        }
        if (smallest < paper.readable()) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "its smallest letters are %.1f points on %s, small for print; %s",
                    smallest,
                    paper,
                    paper == Paper.A4 ? "choose A3" : "open fewer layers"));
        }
        return remarks;
    }
}
