package handgrad.app.study.puzzle;

import handgrad.app.report.NumberText;
import handgrad.app.study.puzzle.Puzzle.Activation;
import handgrad.app.study.puzzle.Puzzle.Loss;
import handgrad.app.study.puzzle.Puzzle.Method;
import handgrad.app.study.puzzle.Puzzle.Norm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What is varied, one grid for each question. */
final class PuzzleSweep {
    private static final int[] WIDTHS = {1, 2, 4, 8};
    private static final int[] DEPTHS = {1, 2, 3, 5};
    private static final double[] RATES = {0.01, 0.03, 0.1, 0.3, 1};

    private PuzzleSweep() {}

    /**
     * Puzzles in rows and columns.
     *
     * @param title what is varied
     * @param corner what the names of the rows are
     * @param rows as many puzzles each as there are columns
     */
    record Grid(String title, String corner, List<String> columns, List<Row> rows) {}

    /** A row of a grid. */
    record Row(String name, List<Puzzle> puzzles) {}

    /** Activation, start and width, of one hidden layer. */
    static Grid starts() {
        var rows = new ArrayList<Row>();
        for (var activation : Activation.values()) {
            for (var start : StartingWeights.values()) {
                rows.add(widths(
                        activation.title() + ", " + start.title(),
                        width -> Puzzle.of(activation, width).withStart(start)));
            }
        }
        return new Grid("Activation, start and width", "activation, start", widthTitles(), rows);
    }

    /** Batch normalisation over the pair, without and with a trained gain and bias. */
    static Grid norms() {
        var rows = new ArrayList<Row>();
        for (var activation : Activation.values()) {
            for (var norm : Norm.values()) {
                rows.add(widths(
                        activation.title() + ", " + norm.title(),
                        width -> Puzzle.of(activation, width).withNorm(norm)));
            }
        }
        return new Grid("Batch normalisation over the pair", "activation, norm", widthTitles(), rows);
    }

    /** Hidden layers. */
    static Grid depths() {
        var rows = new ArrayList<Row>();
        for (int width : new int[] {2, 4, 8}) {
            rows.add(depths(
                    "ReLU, He, N=" + width, Puzzle.of(Activation.RELU, width).withStart(StartingWeights.HE)));
        }
        var relu = Puzzle.of(Activation.RELU, 4);
        rows.add(depths("ReLU, RAI, N=4", relu.withStart(StartingWeights.RANDOMISED_ASYMMETRIC)));
        rows.add(depths("ReLU, He, BN, N=4", relu.withStart(StartingWeights.HE).withNorm(Norm.AFFINE)));
        for (var activation : Activation.values()) {
            rows.add(depths(activation.title() + ", PyTorch, N=4", Puzzle.of(activation, 4)));
        }
        return new Grid(
                "Depth",
                "activation, start, width",
                IntStream.of(DEPTHS)
                        .mapToObj(depth -> depth + (depth == 1 ? " layer" : " layers"))
                        .toList(),
                rows);
    }

    private static Row depths(String name, Puzzle puzzle) {
        return new Row(name, IntStream.of(DEPTHS).mapToObj(puzzle::withDepth).toList());
    }

    /** Learning rates of gradient descent. */
    static Grid rates() {
        DoubleFunction<String> title = rate -> "lr " + NumberText.plain(rate);
        return new Grid(
                "Learning rate",
                "activation, N=4",
                DoubleStream.of(RATES).mapToObj(title).toList(),
                Stream.of(Activation.values())
                        .map(activation -> new Row(
                                activation.title(),
                                DoubleStream.of(RATES)
                                        .mapToObj(
                                                rate -> Puzzle.of(activation, 4).withLr(rate))
                                        .toList()))
                        .toList());
    }

    /** Losses and optimisers. */
    static Grid methods() {
        var columns = new ArrayList<String>();
        for (var loss : Loss.values()) {
            for (var method : Method.values()) {
                columns.add(loss.title() + ", " + method.title());
            }
        }
        return new Grid(
                "Loss and optimiser",
                "activation, N=2",
                columns,
                Stream.of(Activation.values())
                        .map(activation -> new Row(
                                activation.title(),
                                Stream.of(Loss.values())
                                        .flatMap(loss -> Stream.of(Method.values())
                                                .map(method -> Puzzle.of(activation, 2)
                                                        .withLoss(loss)
                                                        .withMethod(method)))
                                        .toList()))
                        .toList());
    }

    static List<Grid> grids() {
        return List.of(starts(), norms(), depths(), rates(), methods());
    }

    /** The learning rates of {@link #rates}. */
    static double[] learningRates() {
        return RATES.clone();
    }

    private static Row widths(String name, IntFunction<Puzzle> puzzle) {
        return new Row(name, IntStream.of(WIDTHS).mapToObj(puzzle).toList());
    }

    private static List<String> widthTitles() {
        return IntStream.of(WIDTHS).mapToObj(width -> "N=" + width).toList();
    }
}
