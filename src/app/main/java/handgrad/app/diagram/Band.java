package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Operation;
import handgrad.app.diagram.OperationRole.Stage;
import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A part of the pass that does one thing, with the operations that it consists of. */
record Band(String caption, List<Operation> operations) {
    /**
     * Cuts a pass into bands; a linear layer or convolution shares the band of the embedding or activation before it.
     */
    static List<Band> of(Diagram diagram) {
        var bands = new ArrayList<Band>();
        var stages = new ArrayList<Stage>();
        Stage stage = null;
        for (var operation : ordered(diagram.operations())) {
            var next = stage(operation, stage == null ? Stage.OTHER : stage);
            if (stage == null || next != stage) {
                boolean joins = (next == Stage.LINEAR || next == Stage.CONVOLUTION)
                        && (stage == Stage.EMBEDDING || stage == Stage.ACTIVATION);
                if (joins) {
                    stages.add(next);
                } else {
                    stages = new ArrayList<>(List.of(next));
                    bands.add(new Band("", new ArrayList<>()));
                }
                stage = next;
            }
            var current = bands.removeLast();
            current.operations.add(operation);
            bands.add(new Band(caption(stages), current.operations));
        }
        return bands;
    }

    /** Bands of at most this many operations each, about as many in each. */
    List<Band> parts(int length) {
        int size = operations.size();
        int count = (size + length - 1) / length;
        var parts = new ArrayList<Band>();
        for (int i = 0; i < count; i++) {
            parts.add(new Band(
                    i == 0 ? caption : caption + ", continued",
                    operations.subList(i * size / count, (i + 1) * size / count)));
        }
        return parts;
    }

    /** What is made of data alone stands where it is used first. */
    private static List<Operation> ordered(List<Operation> operations) {
        var ordered = new ArrayList<Operation>();
        var waiting = new ArrayList<Operation>();
        for (var operation : operations) {
            if (!operation.output().differentiable()) {
                waiting.add(operation);
                continue;
            }
            var used = waiting.stream()
                    .filter(data -> operation.uses().stream()
                            .anyMatch(use -> use.input().equals(data.output())))
                    .toList();
            // What the data is made of in turn comes with it.
            var first = used.isEmpty() ? used : List.copyOf(waiting.subList(0, waiting.indexOf(used.getLast()) + 1));
            waiting.removeAll(first);
            ordered.addAll(first);
            ordered.add(operation);
        }
        ordered.addAll(waiting);
        return ordered;
    }

    private static String caption(List<Stage> stages) {
        var names = stages.stream().map(Stage::caption).toList();
        var text = String.join(" and ", names);
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private static Stage stage(Operation operation, Stage current) {
        if (!operation.output().differentiable()) {
            return current;
        }
        for (var step : operation.steps()) {
            var begun = begun(step, current);
            if (begun != current) {
                return begun;
            }
        }
        return current;
    }

    /**
     * The stage that a step begins; a sum over one dimension begins a normalisation that is written by hand, and one of
     * exponentials a softmax.
     */
    private static Stage begun(Value step, Stage current) {
        var op = step.operation();
        if (op == null) {
            return current;
        }
        if (op == Op.SUM && current != Stage.SOFTMAX && !FormulaText.isTotal(step)) {
            if (step.inputs().getFirst().operation() == Op.EXP) {
                return Stage.SOFTMAX;
            }
            return step.arguments().getFirst() == 0 ? Stage.BATCH_NORM : Stage.LAYER_NORM;
        }
        var stage = OperationRole.of(op).stage();
        return stage == null ? current : stage;
    }
}
