package handgrad.app.diagram;

import handgrad.app.command.FailedException;
import handgrad.app.diagram.Diagram.Operation;
import handgrad.app.diagram.Sheet.Paper;
import handgrad.app.diagram.Style.Backward;
import handgrad.app.exercise.Exercise;
import handgrad.app.program.SourceProgram.CompilationException;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The forward pass of an exercise on one sheet, with an empty slot for each gradient.
 *
 * @param svg the sheet; its groups {@code g.tensor} have the name of a tensor in {@code data-name}, its groups
 *     {@code g.gradient} that of the tensor whose gradient they are for in {@code data-of}
 * @param values the tensors of the pass, by name
 * @param formulas how each is computed, by name; what the pass starts with has none
 */
public record ExerciseSheet(String svg, Map<String, Tensor> values, Map<String, String> formulas) {
    /**
     * Draws the sheet of an exercise, which runs its solution.
     *
     * @throws FailedException if there are more tensors than a sheet has room for
     */
    public static ExerciseSheet of(Exercise exercise) {
        var drawing = new Drawing(subject(exercise), new Style(Backward.BLANK, false), Paper.A3, List.of());
        var values = new LinkedHashMap<String, Tensor>();
        drawing.diagram()
                .nodes()
                .forEach(node -> values.put(node.name(), node.value().content()));
        var formulas = new LinkedHashMap<String, String>();
        for (Operation operation : drawing.diagram().operations()) {
            var name = operation.output().name();
            formulas.put(name, name + " = " + operation.formula());
        }
        return new ExerciseSheet(SvgFile.of(drawing.sheet()), values, formulas);
    }

    private static DiagramSubject subject(Exercise exercise) {
        try {
            return DiagramCommand.subject(exercise);
        } catch (CompilationException exception) {
            throw new IllegalStateException("a solution does not compile", exception);
        }
    }
}
