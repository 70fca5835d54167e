package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The mistakes that can be made at a node of a program. */
final class Mutations {
    private static final int MOST_TERMS = 5;

    /** The part of the largest element that rounding may be. */
    private static final double NOTHING = 1e-9;

    private final Node root;
    private final String name;
    private final Map<String, Tensor> tensors;
    private final Set<String> gradients;
    private final List<Mutant> mutants = new ArrayList<>();

    /**
     * Mistakes in a program.
     *
     * @param name the tensor whose gradient it computes
     * @param tensors what may be mistaken for a factor, by name
     * @param gradients which of them are gradients
     */
    Mutations(Node root, String name, Map<String, Tensor> tensors, Set<String> gradients) {
        this.root = root;
        this.name = name;
        this.tensors = tensors;
        this.gradients = gradients;
    }

    /** All at one node. */
    List<Mutant> of(Node node) {
        mutants.clear();
        sign(node);
        switch (node.kind()) {
            case ADD -> {
                terms(node);
                combined(node, Nodes.mul(node.inputs()), "multiplied where they should be added");
            }
            case MUL -> {
                factors(node);
                combined(node, Nodes.add(node.inputs()), "added where they should be multiplied");
            }
            case SCALE -> scale(node);
            case DERIVATIVE -> derivative(node);
            case MATMUL -> matmul(node);
            case SUM_TO -> new SumMistakes(name, mutants).sumTo(node);
            case SCATTER -> new SumMistakes(name, mutants).scatter(node);
            case EXPAND -> new SumMistakes(name, mutants).expand(node);
            case GRADIENT, VALUE -> replaced(node);
            case SUM -> {
                // Its dimension is changed where it is repeated again.
            }
        }
        extraFactors(node);
        new Movements(root, node, mutants).add();
        return List.copyOf(mutants);
    }

    /** Terms are multiplied, or factors added. */
    private void combined(Node node, Node by, String how) {
        if (by.value().shape().equals(node.value().shape())) {
            add(
                    Cause.Kind.MISSING_TERM,
                    1,
                    node,
                    by,
                    node.inputs().stream().map(Node::text).collect(Collectors.joining(" and ")) + " are " + how);
        }
    }

    /** A factor too much, which does not change the shape. */
    private void extraFactors(Node node) {
        if (node.is(Kind.DERIVATIVE) || node.is(Kind.SCALE) || node.is(Kind.EXPAND) || node.isLoss()) {
            return;
        }
        var shape = node.value().shape();
        String of = node == root ? "" : " of " + node.text();
        tensors.forEach((text, tensor) -> {
            boolean same = tensor.shape().elements() == shape.elements();
            if ((same || fits(tensor.shape(), shape)) && !isConstant(tensor)) {
                var whole = same ? shape : tensor.shape();
                Supplier<Tensor> factor = () -> tensor.reshape(whole.toArray());
                int rank = (node == root ? 1 : 2)
                        + (text.contains("(") || text.contains(" ") ? 1 : 0)
                        + (gradients.contains(text) ? 1 : 0);
                extraFactor(node, rank, text, of, factor);
                extraFactor(
                        node,
                        rank + 2,
                        "(1 - " + text + ")",
                        of,
                        () -> factor.get().neg().add(1));
                extraFactor(
                        node,
                        rank + 2,
                        text + " (1 - " + text + ")",
                        of,
                        () -> factor.get().neg().add(1).mul(factor.get()));
                extraFactor(
                        node,
                        rank + 2,
                        "(1 - " + text + "²)",
                        of,
                        () -> factor.get().square().neg().add(1));
            }
        });
    }

    /** Whether it has one value several times: what such a factor does is told as a number. */
    private static boolean isConstant(Tensor tensor) {
        int count = tensor.shape().elements();
        for (int i = 1; i < count; i++) {
            if (tensor.getFlat(i) != tensor.getFlat(0)) {
                return false;
            }
        }
        return count > 1;
    }

    private void extraFactor(Node node, int rank, String text, String of, Supplier<Tensor> factor) {
        add(
                Cause.Kind.MISSING_TERM,
                rank,
                node,
                Nodes.mul(node, Nodes.constant(text, factor)),
                "the factor " + text + of + " is too much: leave it out");
    }

    private void add(Cause.Kind kind, int rank, Node node, Node by, String sentence) {
        mutants.add(new Mutant(kind, sentence, node, by, rank));
    }

    /** The sign of a node is the other one. */
    private void sign(Node node) {
        if (node.text().equals("dloss")) {
            return;
        }
        String what = node == root ? "it" : node.text();
        add(
                Cause.Kind.SIGN,
                node == root ? 0 : 2,
                node,
                Nodes.scale(-1, node),
                what + " has the wrong sign: multiply by -1, or subtract where it is added");
    }

    /** Terms of a sum are left out, or one is there twice. */
    private void terms(Node node) {
        double least = NOTHING * Tensors.largest(node.value());
        // What is zero but for rounding is neither missed nor too much.
        var terms = node.inputs().stream()
                .filter(term -> Tensors.largest(term.value()) > least)
                .toList();
        if (terms.size() < 2 || terms.size() > MOST_TERMS) {
            return;
        }
        for (var kept : Tensors.subsets(terms.size())) {
            if (kept.size() == terms.size()) {
                continue;
            }
            var left = new ArrayList<>(terms);
            var stay = kept.stream().map(terms::get).toList();
            left.removeAll(stay);
            add(
                    node == root ? Cause.Kind.OVERWRITTEN : Cause.Kind.MISSING_TERM,
                    0,
                    node,
                    Nodes.add(stay),
                    (terms.size() > 2 && stay.size() == 1
                                    ? "it has only " + stay.getFirst().text() + ": "
                                    : "")
                            + left.stream().map(Mutations::missing).collect(Collectors.joining(", and "))
                            + (node == root && left.stream().noneMatch(term -> term.is(Kind.SCALE))
                                    ? ": " + name + " is used in several places, and their gradients add"
                                    : ""));
        }
        for (var term : terms) {
            var doubled = new ArrayList<>(terms);
            doubled.add(term);
            add(Cause.Kind.MISSING_TERM, 2, node, Nodes.add(doubled), "the term " + term.text() + " is there twice");
            for (int i = 0; i < terms.size(); i++) {
                var other = terms.get(i);
                if (other != term && other.value().shape().equals(term.value().shape())) {
                    var instead = new ArrayList<>(terms);
                    instead.set(i, term);
                    add(
                            Cause.Kind.MISSING_TERM,
                            0,
                            node,
                            Nodes.add(instead),
                            "the term " + term.text() + " is there twice, and the term " + other.text()
                                    + " is missing: each use has a term of its own");
                }
            }
        }
    }

    private static String missing(Node term) {
        return term.is(Kind.SCALE) && term.number() < 0
                ? (term.title() == null ? "the term " + term.inputs().getFirst().text() : term.text())
                        + " is not subtracted"
                : "the term " + term.text() + " is missing";
    }

    /** A factor is forgotten, there twice, divided by, or another one. */
    private void factors(Node node) {
        softmax(node);
        forward(node);
        for (var factor : node.inputs()) {
            if (factor.text().endsWith("dloss")) {
                // A constant of the loss, whose own factors are looked at one by one.
                continue;
            }
            var rest = new ArrayList<>(node.inputs());
            rest.remove(factor);
            var other = Nodes.mul(rest);
            var shaped = other.value().shape().equals(node.value().shape())
                    ? other
                    : Nodes.expand(other.value().shape(), node.value().shape(), other);
            if (rest.size() == 1 && rest.getFirst().is(Kind.ADD)) {
                onlyFirst(node, factor, rest.getFirst());
            }
            boolean above = isGradient(factor);
            // Deep inside, a term that vanishes without it is the likelier reading.
            int depth = node == root || root.inputs().contains(node) ? 0 : 1;
            add(
                    Cause.Kind.MISSING_TERM,
                    depth,
                    node,
                    shaped,
                    above
                            ? "the factor from above, " + factor.text() + ", is forgotten: multiply by it"
                            : "the factor " + factor.text() + " is missing: multiply by it");
            add(
                    Cause.Kind.WRONG_FACTOR,
                    2,
                    node,
                    Nodes.mul(node, factor),
                    "the factor " + factor.text() + " is there twice");
            add(
                    Cause.Kind.WRONG_FACTOR,
                    1,
                    node,
                    Nodes.mul(
                            shaped,
                            Node.leaf(Kind.VALUE, "", null, () -> factor.value().pow(-1))),
                    "it is divided by " + factor.text() + " where it should be multiplied by it");
        }
    }

    /** Of a factor times a sum, its first term alone. */
    private void onlyFirst(Node node, Node factor, Node sum) {
        var first = sum.inputs().getFirst();
        if (first.value().shape().equals(node.value().shape())) {
            add(
                    Cause.Kind.MISSING_TERM,
                    2,
                    node,
                    first,
                    "it is only " + first.text() + ": the factor " + factor.text() + " is missing, and "
                            + sum.inputs().stream()
                                    .skip(1)
                                    .map(Mutations::missing)
                                    .collect(Collectors.joining(", and ")));
        }
    }

    /** p (1 - p), as if each element of a softmax depended on its own logit alone. */
    private void softmax(Node node) {
        var p = node.inputs().getFirst();
        var sum = node.inputs().getLast();
        if (node.inputs().size() == 2 && p.is(Kind.VALUE) && sum.is(Kind.ADD)) {
            var rest = Nodes.constant("1 - p", p.value().neg().add(1));
            add(
                    Cause.Kind.WRONG_FACTOR,
                    1,
                    node,
                    Nodes.mul(p, rest, sum.inputs().getFirst()),
                    "you used " + p.text() + " (1 - " + p.text() + "), the derivative of each element alone: in a"
                            + " softmax each depends on the others of its row, so the sum over the row is subtracted");
        }
    }

    private static boolean isGradient(Node node) {
        return node.is(Kind.GRADIENT)
                || (!node.is(Kind.VALUE) && node.inputs().stream().anyMatch(Mutations::isGradient));
    }

    /** Another tensor stands in the place of one. */
    private void replaced(Node node) {
        var shape = node.value().shape();
        if (node.text().equals("dloss")) {
            return;
        }
        tensors.forEach((text, tensor) -> {
            if (!text.equals(node.text())
                    && (tensor.shape().elements() == shape.elements() || fits(tensor.shape(), shape))) {
                var by = expanded(text, tensor, shape);
                boolean same = node.is(Kind.GRADIENT) == gradients.contains(text);
                add(
                        Cause.Kind.WRONG_FACTOR,
                        (same ? 1 : 2) + (text.contains("(") ? 1 : 0),
                        node,
                        by,
                        "you used " + text + " where " + node.text() + " is right");
            }
        });
        slices(node);
        functions(node);
        if (node.is(Kind.GRADIENT)) {
            var ones = Tensor.zeros(DType.FLOAT64, shape).fill(1);
            add(
                    Cause.Kind.MISSING_TERM,
                    1,
                    node,
                    Nodes.constant("1", ones),
                    "the factor from above, " + node.text() + ", is forgotten: 1 stands in its place");
        } else {
            function(node, "1 - " + node.text(), x -> x.neg().add(1));
            function(node, "1 + " + node.text(), x -> x.add(1));
            function(node, node.text() + "²", Tensor::square);
            function(
                    node,
                    node.text() + " (1 - " + node.text() + ")",
                    x -> x.mul(x.neg().add(1)));
            function(node, "exp " + node.text(), Tensor::exp);
            function(node, "ln " + node.text(), Tensor::log);
            function(node, "1/" + node.text(), x -> x.pow(-1));
            function(node, "√" + node.text(), Tensor::sqrt);
        }
    }

    /** Another part of the same tensor, or the same part of another one. */
    private void slices(Node node) {
        var source = node.source();
        if (source == null || node.is(Kind.GRADIENT)) {
            return;
        }
        var shape = node.value().shape();
        var part = source;
        while (part.operation() == Op.RESHAPE && part.name() == null) {
            part = part.inputs().getFirst();
        }
        if (part.operation() != Op.NARROW || part.name() != null) {
            return;
        }
        var whole = part.inputs().getFirst();
        int dimension = (int) part.argument(0);
        int length = (int) part.argument(2);
        for (int start = 0; start + length <= whole.content().size(dimension); start += length) {
            slice(node, whole.text(), whole.content(), dimension, start, length, shape);
        }
        for (var other : tensors.entrySet()) {
            if (other.getValue().shape().equals(whole.content().shape())) {
                slice(node, other.getKey(), other.getValue(), dimension, (int) part.argument(1), length, shape);
            }
        }
    }

    /** The same function of another tensor. */
    private void functions(Node node) {
        var source = node.source();
        if (source == null
                || !node.is(Kind.VALUE)
                || source.isLeaf()
                || source.inputs().size() != 1) {
            return;
        }
        var x = source.inputs().getFirst();
        tensors.forEach((text, tensor) -> {
            if (tensor.shape().equals(x.content().shape()) && !text.equals(x.text())) {
                String function = node.text().replace(x.text(), text);
                add(
                        Cause.Kind.WRONG_FACTOR,
                        2,
                        node,
                        Nodes.constant(function, () -> {
                            var other = Rerun.of(source, x, tensor);
                            return other == null ? node.value() : other.content();
                        }),
                        "you used " + function + " where " + node.text() + " is right");
            }
        });
    }

    private void slice(Node node, String of, Tensor whole, int dimension, int start, int length, Shape shape) {
        String text = of + "[" + ":, ".repeat(dimension) + start + ":" + (start + length) + "]";
        if (!text.equals(node.text())) {
            add(
                    Cause.Kind.WRONG_FACTOR,
                    1,
                    node,
                    Nodes.constant(
                            text, () -> whole.narrow(dimension, start, length).reshape(shape.toArray())),
                    "you used " + text + " where " + node.text() + " is right");
        }
    }

    private void function(Node node, String text, UnaryOperator<Tensor> function) {
        add(
                Cause.Kind.WRONG_FACTOR,
                3,
                node,
                Nodes.constant(text, () -> function.apply(node.value())),
                "you used " + text + " where " + node.text() + " is right");
    }

    private static boolean fits(Shape small, Shape shape) {
        return small.equals(shape) || (small.rank() > 0 && Tensors.broadcasts(small, shape));
    }

    private static Node expanded(String text, Tensor tensor, Shape shape) {
        return Nodes.constant(
                text,
                () -> tensor.shape().elements() == shape.elements()
                        ? tensor.reshape(shape.toArray())
                        : Tensor.zeros(DType.FLOAT64, shape).add(tensor));
    }

    /** A constant factor is missing, there twice, or its inverse. */
    private void scale(Node node) {
        double k = node.number();
        var x = node.inputs().getFirst();
        if (k == -1) {
            return;
        }
        long n = Math.round(Math.abs(1 / k));
        boolean whole = Math.abs(Math.abs(1 / k) - n) < 1e-9;
        boolean mean = whole && (n > 2 || isMean(node));
        String factor = Nodes.number(k);
        if (x.is(Kind.ADD)) {
            oneTerm(node, x, factor);
        }
        var kind = mean ? Cause.Kind.MISSING_MEAN : Cause.Kind.CONSTANT_FACTOR;
        String title = node.title();
        String which =
                node == root || x.text().endsWith("dloss") ? "" : title == null ? " of " + x.text() : " in " + title;
        add(
                kind,
                0,
                node,
                k < 0 ? Nodes.scale(-1, x) : x,
                mean
                        ? "the division by " + n + which + " is missing: "
                                + (isMean(node) ? "the mean of " + n + " divides by " : "the forward pass divides by ")
                                + n + ", so does its gradient"
                        : "the constant factor " + factor + which + " is missing");
        add(kind, 1, node, Nodes.scale(k, node), "the factor " + factor + which + " is there twice");
        add(
                Cause.Kind.CONSTANT_FACTOR,
                1,
                node,
                Nodes.scale(1 / k, x),
                "the factor " + Nodes.number(1 / k) + which + " stands where " + factor + " is right");
        if (mean) {
            for (long other : counts(n)) {
                boolean variance = Math.abs(other - n) == 1 && isVariance(node);
                add(
                        variance ? Cause.Kind.VARIANCE : Cause.Kind.MISSING_MEAN,
                        other > n + 1 ? 2 : 1,
                        node,
                        Nodes.scale(Math.signum(k) / other, x),
                        "it is divided by " + other + which + " where the forward pass divides by " + n
                                + (variance
                                        ? ": one of them is the n of a mean, the other the n - 1 of a variance"
                                        : times(other, n)));
            }
        }
    }

    /** The factor of a whole sum stands before some of its terms only. */
    private void oneTerm(Node node, Node sum, String factor) {
        for (var term : sum.inputs()) {
            var terms = new ArrayList<Node>();
            sum.inputs().forEach(each -> terms.add(each == term ? each : Nodes.scale(node.number(), each)));
            add(
                    Cause.Kind.CONSTANT_FACTOR,
                    1,
                    node,
                    Nodes.add(terms),
                    "the factor " + factor + " belongs to the whole sum, and is missing at " + term.text());
        }
    }

    private static String times(long other, long n) {
        return n % other == 0
                ? ", so it is " + n / other + " times too large"
                : other % n == 0 ? ", so it is " + other / n + " times too small" : "";
    }

    private static boolean isMean(Node node) {
        return node.source() != null && node.source().isMean();
    }

    /** Whether it divides in a variance: in a formula, or a sum of squares, or by one less than the number of terms. */
    private static boolean isVariance(Node node) {
        var division = node.source();
        if (division == null) {
            return node.title() != null;
        }
        var sum = division.summed();
        return sum != null
                && (sum.terms() == Math.round(division.argument(0)) + 1
                        || isSquare(sum.inputs().getFirst()));
    }

    private static boolean isSquare(Recorded value) {
        return (value.operation() == Op.POW && value.argument(0) == 2)
                || (value.operation() == Op.MUL
                        && value.inputs().size() == 2
                        && value.inputs().get(0) == value.inputs().get(1));
    }

    /** By what else it may be divided: one more or less, and the sizes of all tensors, also times n. */
    private Set<Long> counts(long n) {
        var counts = new TreeSet<>(Set.of(n - 1, n + 1));
        tensors.values().forEach(tensor -> {
            counts.add((long) tensor.shape().elements());
            for (int size : tensor.shape().toArray()) {
                counts.add((long) size);
                counts.add(size * n);
            }
        });
        counts.removeIf(other -> other < 2 || other == n);
        return counts;
    }

    private void derivative(Node node) {
        var source = node.source();
        if (source == null) {
            return;
        }
        Derivatives.wrong(source)
                .forEach((text, tensor) -> add(
                        isMultiple(tensor, node.value()) ? Cause.Kind.CONSTANT_FACTOR : Cause.Kind.WRONG_FACTOR,
                        1,
                        node,
                        Nodes.constant(text, tensor),
                        "you used " + text + " where the derivative of " + source.operation() + ", " + node.text()
                                + ", is right"));
        tensors.forEach((text, tensor) -> {
            if (tensor.shape().equals(node.value().shape())
                    && !text.equals(source.text())
                    && !text.equals(source.inputs().getFirst().text())) {
                add(
                        Cause.Kind.WRONG_FACTOR,
                        2,
                        node,
                        Nodes.constant(text, tensor),
                        "you used " + text + " where " + node.text() + " is right");
                Derivatives.at(source, tensor)
                        .forEach(with -> add(
                                Cause.Kind.WRONG_FACTOR,
                                2,
                                node,
                                Nodes.constant(text, with),
                                "the derivative of " + source.operation() + " is taken of " + text + " where "
                                        + node.text() + " is right"));
            }
        });
        var x = source.inputs().getFirst();
        if (x.name() == null && x.operation() == Op.SUB && x.inputs().size() == 2) {
            for (int i = 0; i < 2; i++) {
                var kept = x.inputs().get(i);
                String left = x.inputs().get(1 - i).text();
                if (kept.content().shape().equals(x.content().shape())) {
                    Derivatives.at(source, kept.content())
                            .forEach(with -> add(
                                    Cause.Kind.MISSING_TERM,
                                    1,
                                    node,
                                    Nodes.constant(left, with),
                                    "the term " + left + " is missing in " + node.text()));
                }
            }
        }
    }

    /** The forward function itself stands where its derivative is right: relu(dy) for the mask of x times dy. */
    private void forward(Node node) {
        var derivative = node.inputs().getFirst();
        var source = derivative.source();
        if (!derivative.is(Kind.DERIVATIVE) || source == null || node.inputs().size() != 2) {
            return;
        }
        var g = node.inputs().getLast();
        var value = switch (Objects.requireNonNull(source.operation())) {
            case RELU -> g.value().relu();
            case TANH -> g.value().tanh();
            case SIGMOID -> g.value().sigmoid();
            case EXP -> g.value().exp();
            default -> null;
        };
        if (value != null) {
            add(
                    Cause.Kind.WRONG_FACTOR,
                    1,
                    node,
                    Nodes.constant("", value),
                    "you used " + source.operation() + "(" + g.text() + "): multiply " + g.text()
                            + " by the derivative of " + source.operation() + ", " + derivative.text());
        }
    }

    private static boolean isMultiple(Tensor a, Tensor b) {
        double factor = a.getFlat(0) / b.getFlat(0);
        return b.shape().elements() > 1 && Tensors.largest(a.sub(b.mul(factor))) <= 1e-9 * Tensors.largest(a);
    }

    /** An operand of a matrix product is transposed, or not, or the two are exchanged. */
    private void matmul(Node node) {
        int form = (int) node.number();
        elementwise(node);
        parts(node, (form & 1) != 0, (form & 2) != 0);
        for (int other = 0; other < 4; other++) {
            for (boolean exchanged : new boolean[] {false, true}) {
                var a = node.inputs().get(exchanged ? 1 : 0);
                var b = node.inputs().get(exchanged ? 0 : 1);
                boolean ta = (other & 1) != 0;
                boolean tb = (other & 2) != 0;
                if ((other != form || exchanged)
                        && multiply(a, b, ta, tb, node.value().shape())) {
                    var by = Nodes.matmul(a, b, ta, tb);
                    add(
                            Cause.Kind.TRANSPOSED,
                            0,
                            node,
                            by,
                            "the matrix product is " + by.text() + " where " + node.text()
                                    + " is right: transpose or exchange the factors");
                }
            }
        }
    }

    private void elementwise(Node node) {
        var a = node.inputs().get(0).value();
        var b = node.inputs().get(1).value();
        if (a.shape().equals(node.value().shape()) && b.shape().equals(a.shape())) {
            add(
                    Cause.Kind.WRONG_FACTOR,
                    1,
                    node,
                    Nodes.constant("", a.mul(b)),
                    "the elementwise product of " + node.inputs().get(0).text() + " and "
                            + node.inputs().get(1).text() + " stands where their matrix product " + node.text()
                            + " is right");
        }
    }

    /** The sums of a matrix product run over a part of their elements only. */
    private void parts(Node node, boolean transposeA, boolean transposeB) {
        var a = node.inputs().get(0);
        var b = node.inputs().get(1);
        int da = a.value().shape().rank() - (transposeA ? 2 : 1);
        int db = b.value().shape().rank() - (transposeB ? 1 : 2);
        int size = a.value().size(da);
        for (var part : Parts.of(size)) {
            var product = Nodes.matmul(
                    Nodes.constant("", () -> a.value().narrow(da, part.from(), part.size())),
                    Nodes.constant("", () -> b.value().narrow(db, part.from(), part.size())),
                    transposeA,
                    transposeB);
            add(
                    Cause.Kind.PART,
                    2,
                    node,
                    product,
                    node.text() + " runs over " + part + " of dimension " + da + " of " + a.text() + " only: it has "
                            + size);
        }
    }

    static boolean multiply(Node a, Node b, boolean ta, boolean tb, Shape wanted) {
        var left = a.value().shape();
        var right = b.value().shape();
        return left.rank() == wanted.rank()
                && right.rank() == wanted.rank()
                && wanted.rank() >= 2
                && left.size(ta ? -2 : -1) == right.size(tb ? -1 : -2)
                && left.size(ta ? -1 : -2) == wanted.size(-2)
                && right.size(tb ? -2 : -1) == wanted.size(-1);
    }
}
