package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Kind;
import handgrad.app.diagram.Diagram.Mark;
import handgrad.app.diagram.Diagram.Node;
import handgrad.app.diagram.Diagram.Operation;
import handgrad.app.diagram.Diagram.Use;
import handgrad.app.diagram.DiagramSubject.LayerSpan;
import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes the diagram of a pass. A tensor is drawn if it has a name, was there before, or is used more than once; the
 * steps between two such tensors become one operation. Of a closed layer, nothing is drawn but its output.
 */
final class DiagramReader {
    /** The most steps in one formula; a longer one is cut by a tensor without a name of its own. */
    private static final int LONGEST = 4;

    private final DiagramSubject subject;
    private final IdentityHashMap<Value, String> names = new IdentityHashMap<>();
    private final IdentityHashMap<Value, Node> nodes = new IdentityHashMap<>();
    private final Set<Value> differentiable = Collections.newSetFromMap(new IdentityHashMap<>());
    private final IdentityHashMap<Value, LayerSpan> closedOutputs = new IdentityHashMap<>();
    private final IdentityHashMap<Value, LayerSpan> closedInsides = new IdentityHashMap<>();
    private final IdentityHashMap<Value, Integer> uses = new IdentityHashMap<>();

    /** Parameters and data of layers, however they were made. */
    private final Set<Value> sources = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Values that have a name, and what is computed from them. */
    private final Set<Value> named = Collections.newSetFromMap(new IdentityHashMap<>());

    /** What the loss is computed from, down to the sources. */
    private final List<Value> values = new ArrayList<>();

    private DiagramReader(DiagramSubject subject, Set<LayerSpan> closed) {
        this.subject = subject;
        for (var value : subject.graph().values()) {
            if (subject.nameOf(value) != null || value.inputs().stream().anyMatch(named::contains)) {
                named.add(value);
            }
        }
        closed.forEach(this::close);
    }

    /**
     * The diagram.
     *
     * @param closed layers that are drawn as one operation
     */
    static Diagram read(DiagramSubject subject, Collection<LayerSpan> closed) {
        return new DiagramReader(subject, Set.copyOf(closed)).diagram();
    }

    /**
     * Finds what belongs to a closed layer: its parameters, and what its output is computed from them and its input.
     */
    private void close(LayerSpan layer) {
        var parameters = new HashSet<>(layer.parameters());
        var outputs = subject.layers().stream().map(LayerSpan::output).collect(Collectors.toSet());
        for (var value : subject.graph().values()) {
            if (layer.output().equals(subject.nameOf(value))) {
                closedOutputs.put(value, layer);
                inside(value, layer, parameters, outputs);
            }
        }
    }

    private void inside(Value value, LayerSpan layer, Set<String> parameters, Set<String> outputs) {
        for (var input : value.inputs()) {
            var name = subject.nameOf(input);
            boolean isOwn = input.isLeaf() ? name != null && parameters.contains(name) : !outputs.contains(name);
            if (isOwn && closedInsides.put(input, layer) == null) {
                inside(input, layer, parameters, outputs);
            }
        }
    }

    private Diagram diagram() {
        nameLayers();
        readValues();
        for (var value : values) {
            inputs(value).forEach(input -> uses.merge(input, 1, Integer::sum));
        }
        nameValues();
        for (var value : values) {
            if (differentiable.contains(value) || isDifferentiable(value)) {
                differentiable.add(value);
            }
        }
        var all = new ArrayList<Node>();
        for (var value : values) {
            var name = names.get(value);
            if (name != null) {
                var node = new Node(name, kind(value), value, differentiable.contains(value));
                nodes.put(value, node);
                all.add(node);
            }
        }
        var operations = new ArrayList<Operation>();
        for (var node : all) {
            if (!isSource(node.value())) {
                operations.add(operation(node));
            }
        }
        return new Diagram(subject.title(), List.copyOf(all), addUp(operations));
    }

    private void readValues() {
        var found = Collections.<Value>newSetFromMap(new IdentityHashMap<>());
        var open = new ArrayList<>(List.of(subject.graph().loss()));
        while (!open.isEmpty()) {
            var value = open.removeLast();
            if (found.add(value)) {
                open.addAll(inputs(value));
            }
        }
        found.stream().sorted(Comparator.comparingInt(Value::number)).forEach(values::add);
    }

    /** What a value is computed from: nothing, for the first that has a name, however it was drawn or converted. */
    private List<Value> inputs(Value value) {
        if (isSource(value)) {
            return List.of();
        }
        return FormulaText.isRepeat(value) ? value.inputs().subList(1, 2) : value.inputs();
    }

    private boolean isSource(Value value) {
        return value.isLeaf()
                || sources.contains(value)
                || (!isLoss(value)
                        && subject.nameOf(value) != null
                        && value.inputs().stream().noneMatch(named::contains));
    }

    /** In a pass that names nothing, names come from the layers: linear1, linear1.weight. */
    private void nameLayers() {
        var all = subject.graph().values();
        if (all.stream().anyMatch(value -> value.name() != null && !isLoss(value))) {
            return;
        }
        var counts = new HashMap<String, Integer>();
        for (var value : all) {
            var op = value.operation();
            if (op == null) {
                continue;
            }
            var role = OperationRole.of(op);
            var layer = role.layer();
            var name = layer.isEmpty() ? "" : layer + counts.merge(layer, 1, Integer::sum);
            if (!name.isEmpty()) {
                names.put(value, name);
            }
            for (int i = 0; i < value.inputs().size() && i < role.inputs().size(); i++) {
                var called = role.inputs().get(i);
                var input = value.inputs().get(i);
                if (called.startsWith(".")) {
                    names.putIfAbsent(input, name + called);
                    sources.add(input);
                    differentiable.add(input);
                } else if (!called.isEmpty() && subject.nameOf(input) == null) {
                    names.putIfAbsent(input, called);
                    sources.add(input);
                }
            }
        }
    }

    private boolean isLoss(Value value) {
        return value == subject.graph().loss();
    }

    private void nameValues() {
        int count = 0;
        int normalized = 0;
        var unnamedSteps = new IdentityHashMap<Value, Integer>();
        long normalizations =
                values.stream().filter(DiagramReader::isNormalization).count();
        for (var value : values) {
            if (closedInsides.containsKey(value) || names.containsKey(value)) {
                continue;
            }
            var name = subject.nameOf(value);
            boolean isUsedAgain = uses.getOrDefault(value, 0) > 1 && !value.is(Op.COPY_FROM);
            int steps = inputs(value).stream()
                    .filter(input -> !names.containsKey(input))
                    .mapToInt(input -> unnamedSteps.getOrDefault(input, 0) + 1)
                    .sum();
            unnamedSteps.put(value, steps);
            if (name != null) {
                names.put(value, name);
            } else if (isNormalization(value)) {
                names.put(value, "x̂" + (normalizations > 1 ? ++normalized : ""));
            } else if (isSource(value)) {
                names.put(value, value.content().dtype() == DType.INT32 ? "indices" + ++count : "data" + ++count);
            } else if (isUsedAgain || steps > LONGEST || isInsideLayer(value)) {
                names.put(value, "t" + ++count);
            }
        }
    }

    /** What a layer hands to the next within a layer that is made of others; its formula is long enough. */
    private static boolean isInsideLayer(Value value) {
        return value.is(Op.LINEAR)
                || value.is(Op.GROUPED_LINEAR)
                || value.is(Op.GATE)
                || value.is(Op.CONV2D)
                || value.is(Op.CONV_TRANSPOSE2D)
                || value.is(Op.BATCH_NORM2D);
    }

    /** A layer of normalisation writes what its gradients are made of: its normalised input. */
    private static boolean isNormalization(Value value) {
        return value.is(Op.NORMALIZE)
                || value.is(Op.NORMALIZE_BATCH)
                || value.is(Op.NORMALIZE_ROWS)
                || value.is(Op.NORMALIZE_ROOT_MEAN_SQUARE);
    }

    private boolean isDifferentiable(Value value) {
        if (value.content().dtype() == DType.INT32 || value.is(Op.ONE_HOT)) {
            return false;
        }
        return isSource(value) ? value.name() != null : inputs(value).stream().anyMatch(differentiable::contains);
    }

    private Kind kind(Value value) {
        if (isLoss(value)) {
            return Kind.LOSS;
        }
        if (!differentiable.contains(value)) {
            return Kind.DATA;
        }
        return isSource(value) ? Kind.PARAMETER : Kind.COMPUTED;
    }

    private Operation operation(Node output) {
        var layer = closedOutputs.get(output.value());
        var inputs = new LinkedHashSet<Node>();
        var steps = new ArrayList<Value>();
        inputs(output.value(), inputs, steps);
        steps.sort(Comparator.comparingInt(Value::number));
        if (layer != null) {
            return closed(layer, output, inputs, steps);
        }
        var uses = uses(output, inputs, names::get);
        return new Operation(output, new FormulaText(names::get).of(output.value()), uses, steps, false, List.of());
    }

    /** A closed layer has the gradients of its parameters within; one that is made of layers has too many. */
    private Operation closed(LayerSpan layer, Node output, Set<Node> inputs, List<Value> steps) {
        if (layer.isComposite()) {
            var uses = inputs.stream()
                    .map(input -> new Use(
                            input,
                            input.differentiable()
                                    ? "d%s = the chain rule through %d operations, which --open %s shows"
                                            .formatted(input.name(), steps.size(), layer.number())
                                    : "",
                            Set.of()))
                    .toList();
            return new Operation(output, layer.title(), uses, steps, true, List.of());
        }
        var parameters = new LinkedHashSet<Node>();
        for (var step : steps) {
            for (var input : step.inputs()) {
                var name = subject.nameOf(input);
                if (name != null && layer.parameters().contains(name)) {
                    var parameter = new Node(name, Kind.PARAMETER, input, true);
                    nodes.put(input, parameter);
                    parameters.add(parameter);
                }
            }
        }
        Function<Value, @Nullable String> within = value -> {
            var node = nodes.get(value);
            return node != null ? node.name() : isNormalization(value) ? "x̂" : null;
        };
        return new Operation(
                output, layer.title(), uses(output, inputs, within), steps, true, uses(output, parameters, within));
    }

    /** What an operation uses, with the gradient that each gets from it. */
    private List<Use> uses(Node output, Set<Node> inputs, Function<Value, @Nullable String> called) {
        var gradients = new LinkedHashMap<Node, List<GradientText.Part>>();
        if (output.differentiable()) {
            for (var part : GradientText.of(output.value(), called, nodes::containsKey, differentiable::contains)) {
                gradients
                        .computeIfAbsent(Objects.requireNonNull(nodes.get(part.of())), _ -> new ArrayList<>())
                        .add(part);
            }
        }
        var uses = new ArrayList<Use>();
        for (var input : inputs) {
            var parts = gradients.getOrDefault(input, List.of());
            var marks = EnumSet.noneOf(Mark.class);
            parts.forEach(part -> marks.addAll(part.marks()));
            uses.add(new Use(input, gradient(input, output, parts, marks), marks));
        }
        return List.copyOf(uses);
    }

    /** The drawn tensors that a value is computed from, in the order of its formula, and the steps between. */
    private void inputs(Value value, Set<Node> found, List<Value> steps) {
        steps.add(value);
        for (var input : value.inputs()) {
            var node = nodes.get(input);
            if (node != null) {
                found.add(node);
            } else if (!steps.contains(input) && !isSource(input)) {
                inputs(input, found, steps);
            }
        }
    }

    /** All parts in one line: {@code dC[Xb[k,j]] += demb[k,j]}, {@code dh = dlogits·W2ᵀ}. */
    private String gradient(Node input, Node output, List<GradientText.Part> parts, Set<Mark> marks) {
        if (parts.isEmpty()) {
            return "";
        }
        var index = index(output.value());
        if (marks.contains(Mark.SCATTER) && index != null && parts.size() == 1) {
            var position = "kjilmn".substring(0, Math.min(3, index.shape().rank()));
            var at = "[" + String.join(",", position.split("")) + "]";
            return "d%s[%s%s] += d%s%s".formatted(input.name(), names.get(index), at, output.name(), at);
        }
        var text = parts.stream().map(part -> part.term().text()).collect(Collectors.joining(" + "));
        if (text.equals("d" + input.name())) {
            return text + " is given";
        }
        var where = parts.stream()
                .map(part -> part.term().where())
                .filter(each -> !each.isEmpty())
                .distinct()
                .collect(Collectors.joining(", "));
        return "d" + input.name() + " = " + text.replace("+ −", "− ")
                + (where.isEmpty() ? "" : where.startsWith("at") ? " " + where : ", " + where);
    }

    /** The indices by which an operation picks rows, or null. */
    private @Nullable Value index(Value value) {
        boolean picks = value.is(Op.INDEX) || value.is(Op.EMBEDDING);
        return picks && names.containsKey(value.inputs().get(1))
                ? value.inputs().get(1)
                : null;
    }

    /** Of several uses of a tensor the last sets its gradient, as backward comes to it first; the others add to it. */
    private static List<Operation> addUp(List<Operation> operations) {
        var set = new HashSet<Node>();
        var result = new ArrayList<Operation>();
        for (var operation : operations.reversed()) {
            var uses = operation.uses().stream()
                    .map(use -> use.gradient().isEmpty() || set.add(use.input())
                            ? use
                            : new Use(use.input(), use.gradient().replaceFirst(" = ", " += "), use.marks()))
                    .toList();
            result.add(new Operation(
                    operation.output(),
                    operation.formula(),
                    uses,
                    operation.steps(),
                    operation.isLayer(),
                    operation.inside()));
        }
        return List.copyOf(result.reversed());
    }
}
