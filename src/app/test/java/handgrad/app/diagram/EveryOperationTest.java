package handgrad.app.diagram;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.pass.PassGraph;
import handgrad.check.pass.PassGraph.Value;
import handgrad.check.registry.ProofSample;
import handgrad.check.registry.Registry;
import handgrad.check.result.Verdict;
import handgrad.nn.AvgPool2d;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.Conv2d;
import handgrad.nn.Conv2dOptions;
import handgrad.nn.ConvTranspose2d;
import handgrad.nn.ConvTranspose2dOptions;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Flatten;
import handgrad.nn.GlobalAvgPool2d;
import handgrad.nn.LeakyRelu;
import handgrad.nn.Linear;
import handgrad.nn.MaxPool2d;
import handgrad.nn.RMSNorm;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Size2d;
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
        for (var operation : Registry.proofs()) {
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

    @Test
    void the_weights_of_layers_on_images_have_gradients() {
        var random = TorchRandom.seeded(1);
        var model = new Sequential(
                new Conv2d(3, 8, 3, Conv2dOptions.PYTORCH.withPadding(1), random),
                new BatchNorm2d(8),
                new LeakyRelu(0.1),
                new MaxPool2d(2),
                new Flatten(1, 3),
                new Linear(32, 5, random));
        var graph = PassGraph.untilLoss(_ -> new CrossEntropyLoss()
                .forward(model.forward(Tensor.randn(random, 6, 3, 4, 4)), Tensor.randint(random, 5, 6)));
        var subject = new DiagramSubject(
                "images", graph, new IdentityHashMap<>(), List.of(), _ -> null, _ -> Verdict.UNCHECKED, _ -> null);
        assertThat(DiagramReader.read(subject, List.of()).operations())
                .flatExtracting(operation ->
                        operation.uses().stream().map(use -> use.gradient()).toList())
                .contains(
                        "dconv1.weight = windows(data1, 3×3, padding 1)ᵀ·dconv1",
                        "dconv1.bias = Σ0,2,3 dconv1",
                        "dnorm1.weight = Σ0,2,3 x̂∘dnorm1",
                        "dnorm1.bias = Σ0,2,3 dnorm1",
                        "dleakyRelu1 = dpool1 at the largest of each window, else 0");
    }

    @Test
    void a_root_mean_square_normalisation_is_written_out() {
        var random = TorchRandom.seeded(1);
        var model = new Sequential(new Linear(4, 3, random), new RMSNorm(3, 0.1));
        var graph = PassGraph.untilLoss(_ -> new CrossEntropyLoss()
                .forward(model.forward(Tensor.randn(random, 5, 4)), Tensor.randint(random, 3, 5)));
        var subject = new DiagramSubject(
                "rows", graph, new IdentityHashMap<>(), List.of(), _ -> null, _ -> Verdict.UNCHECKED, _ -> null);
        var operations = DiagramReader.read(subject, List.of()).operations();
        assertThat(operations)
                .extracting(operation -> operation.formula())
                .contains("linear1∘inv, inv = (mean linear1² + 0.1)^(−½)", "norm1.weight∘x̂");
        assertThat(operations)
                .flatExtracting(operation ->
                        operation.uses().stream().map(use -> use.gradient()).toList())
                .contains(
                        "dlinear1 = inv∘(dx̂ − x̂∘Σ1 (dx̂∘x̂)/3)",
                        "dx̂ = norm1.weight∘dnorm1",
                        "dnorm1.weight = Σ0 x̂∘dnorm1");
    }

    @Test
    void windows_that_are_not_square_groups_and_folds_are_written_out() {
        var random = TorchRandom.seeded(1);
        var model = new Sequential(
                new Conv2d(
                        4,
                        6,
                        new Size2d(3, 5),
                        Conv2dOptions.PYTORCH.withStride(2, 1).withPadding(0, 2).withGroups(2),
                        random),
                new ConvTranspose2d(
                        6, 4, 3, ConvTranspose2dOptions.PYTORCH.withStride(2).withOutputPadding(1), random),
                new AvgPool2d(2),
                new GlobalAvgPool2d(),
                new Flatten(1, 3));
        var graph = PassGraph.untilLoss(_ -> new CrossEntropyLoss()
                .forward(model.forward(Tensor.randn(random, 3, 4, 5, 4)), Tensor.randint(random, 4, 3)));
        var subject = new DiagramSubject(
                "images", graph, new IdentityHashMap<>(), List.of(), _ -> null, _ -> Verdict.UNCHECKED, _ -> null);
        var operations = DiagramReader.read(subject, List.of()).operations();
        assertThat(operations)
                .extracting(operation -> operation.formula())
                .contains(
                        "windows(data1, 3×5, stride 2×1, padding 0×2, 2 groups)·conv1.weight + conv1.bias",
                        "fold(conv1·convTranspose1.weightᵀ, 3×3, stride 2) + convTranspose1.bias",
                        "mean of each of windows(convTranspose1, 2×2, stride 2)");
        assertThat(operations)
                .flatExtracting(operation ->
                        operation.uses().stream().map(use -> use.gradient()).toList())
                .contains(
                        "dconv1.weight = windows(data1, 3×5, stride 2×1, padding 0×2, 2 groups)ᵀ·dconv1",
                        "dconv1 = windows(dconvTranspose1, 3×3, stride 2)·convTranspose1.weight",
                        "dconvTranspose1.weight = windows(dconvTranspose1, 3×3, stride 2)ᵀ·conv1",
                        "dconvTranspose1.bias = Σ0,2,3 dconvTranspose1",
                        "dconvTranspose1 = dpool1/4 at each pixel of each window, 2×2, stride 2");
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
    private static @Nullable PassGraph graph(ProofSample sample) {
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
