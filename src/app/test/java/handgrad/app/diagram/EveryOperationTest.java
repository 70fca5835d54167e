package handgrad.app.diagram;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.diagram.DiagramSubject.Verdict;
import handgrad.check.pass.PassGraph;
import handgrad.check.pass.PassGraph.Value;
import handgrad.check.registry.Registry;
import handgrad.check.registry.Sample;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every operation, as the samples of the registry run it, has a formula and a gradient for each of its inputs. */
class EveryOperationTest {
    @Test
    void every_operation_has_a_formula_and_a_gradient_for_every_input() {
        var seen = EnumSet.noneOf(Op.class);
        var missing = new ArrayList<String>();
        for (var operation : Registry.operations()) {
            for (var sample : operation.samples()) {
                var graph = graph(sample);
                if (graph != null) {
                    graph.values().stream().map(Value::operation).forEach(op -> {
                        if (op != null) {
                            seen.add(op);
                        }
                    });
                    missing.addAll(missing(operation.name() + " at " + sample.description(), graph));
                }
            }
        }
        assertThat(missing)
                .as("formulas and gradients that FormulaText and GradientText lack")
                .isEmpty();
        assertThat(EnumSet.complementOf(seen))
                .as("operations without a sample in the registry")
                .isEmpty();
    }

    private static List<String> missing(String sample, PassGraph graph) {
        var statistics = new ArrayList<Value>();
        for (var value : graph.values()) {
            value.inputs().stream().filter(input -> isStatistic(value, input)).forEach(statistics::add);
        }
        var names = new IdentityHashMap<Tensor, String>();
        for (var value : graph.values()) {
            if (value.isLeaf() && !statistics.contains(value)) {
                names.put(value.tensor(), "p" + names.size());
            }
        }
        var subject = new DiagramSubject(sample, graph, names, List.of(), _ -> null, _ -> Verdict.UNCHECKED, _ -> null);
        var missing = new ArrayList<String>();
        for (var operation : DiagramReader.read(subject, List.of()).operations()) {
            if (operation.formula().isBlank() || !Lettering.hasAll(operation.formula())) {
                missing.add(sample + ": formula " + operation.formula());
            }
            for (var use : operation.uses()) {
                boolean wanted =
                        operation.output().differentiable() && use.input().differentiable();
                if (wanted && (use.gradient().isBlank() || !Lettering.hasAll(use.gradient()))) {
                    missing.add("%s: %s, gradient of %s %s"
                            .formatted(sample, operation.formula(), use.input().name(), use.gradient()));
                }
            }
        }
        return missing;
    }

    /** Whether an operation takes an input as given: the statistics of a normalisation in evaluation. */
    private static boolean isStatistic(Value value, Value input) {
        int at = value.inputs().indexOf(input);
        return (value.is(Op.NORMALIZE) && at > 0) || (value.is(Op.BATCH_NORM2D) && at > 2);
    }

    /** What a sample runs, up to its loss if it is one; null if no operation has made the result. */
    private static @Nullable PassGraph graph(Sample sample) {
        for (boolean isLoss : new boolean[] {true, false}) {
            try {
                return isLoss
                        ? PassGraph.untilLoss(_ -> sample.value(DType.FLOAT64))
                        : PassGraph.of(_ -> sample.value(DType.FLOAT64));
            } catch (IllegalArgumentException without) {
                assertThat(without).hasMessageContaining("loss");
            }
        }
        return null;
    }
}
