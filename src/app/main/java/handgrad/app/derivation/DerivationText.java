package handgrad.app.derivation;

import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The derivation of a gradient, for people.
 *
 * @param derivation of the pass
 * @param value whose gradient is derived
 * @param own the learner's gradient of it, or null
 * @param right whether the learner's gradient of a tensor is right
 */
record DerivationText(
        Derivation derivation, Value value, @Nullable Tensor own, Predicate<String> right) {
    /** The width of a line. */
    private static final int WIDTH = 80;

    /** ProductDerivatives of a sum that are shown one by one. */
    private static final int MOST_PRODUCTS = 4;

    private static final double CLOSE = 1e-9;

    /** A product of a sum at one element. */
    private record Product(String text, double d, double factor) {
        double value() {
            return d * factor;
        }

        String line() {
            return factor == 1 ? text : text + " = " + number(d) + " · " + factor(factor);
        }

        private static String factor(double factor) {
            return factor < 0 ? "(" + number(factor) + ")" : number(factor);
        }
    }

    /** All of it, each line ended. */
    String text() {
        var lines = new ArrayList<String>();
        var steps = derivation.steps(value);
        if (steps.size() > 1) {
            lines.add("d%s %s takes %d steps.".formatted(name(value), value.shape(), steps.size()));
            lines.add("On the way to the loss forward computes, without a name of its own:");
            steps.reversed().stream()
                    .filter(step -> step != value)
                    .forEach(step -> wrapped(lines, "  ", definition(step)));
            lines.add("Their gradients come first, from the loss back.");
            lines.add("");
        }
        for (int i = 0; i < steps.size(); i++) {
            addStep(lines, steps.size() == 1 ? "" : i + 1 + ". ", steps.get(i));
            lines.add("");
        }
        if (needsRightNumbers(steps)) {
            lines.add("What arrives has the right numbers, also where yours are blank or wrong.");
        }
        wrapped(
                lines,
                "",
                "[i, j] is one element, Σj adds over all j; for whole tensors ∘ multiplies elements, · matrices.");
        return lines.stream().collect(Collectors.joining("\n", "", "\n"));
    }

    private String name(Value of) {
        return derivation.nameOf(of);
    }

    /** How a value is computed, an element. */
    private String definition(Value step) {
        return derivation.maker(step).map(DerivationText::forward).orElseGet(() -> name(step));
    }

    private static String forward(ChainRule rule) {
        return Positions.element(rule.use().y(), rule.y()) + " = " + rule.forward();
    }

    private void addStep(List<String> lines, String number, Value step) {
        var rules = derivation.rules(step);
        wrapped(lines, "", number + "d" + name(step) + " " + step.shape() + reads(rules.size()));
        for (var rule : rules) {
            wrapped(lines, "   ", forward(rule));
        }
        if (rules.stream().anyMatch(rule -> derivation.isLoss(rule.use().output()))) {
            lines.add("   dloss = 1: so much the loss changes when it changes by 1.");
        }
        var element = Positions.element("d" + name(step), TensorUse.letters(step.shape(), 0));
        addSum(
                lines,
                "   one element: " + element,
                rules.stream().map(ChainRule::element).toList());
        if (step.shape().rank() > 0) {
            addSum(
                    lines,
                    "   the tensor: d" + name(step),
                    rules.stream().map(ChainRule::whole).toList());
        }
        addNumbers(lines, step, rules);
    }

    private static String reads(int uses) {
        return switch (uses) {
            case 0 -> ": nothing that the loss depends on reads it";
            case 1 -> "";
            default -> ": it is read %d times, so %d parts add".formatted(uses, uses);
        };
    }

    /** A sum, each part in a line of its own. */
    private static void addSum(List<String> lines, String left, List<String> parts) {
        if (parts.isEmpty()) {
            lines.add(left + " = 0");
            return;
        }
        wrapped(lines, left + " = ", parts.getFirst());
        for (var part : parts.subList(1, parts.size())) {
            boolean isMinus = part.startsWith("-");
            wrapped(lines, " ".repeat(left.length()) + (isMinus ? " - " : " + "), isMinus ? part.substring(1) : part);
        }
    }

    private void addNumbers(List<String> lines, Value step, List<ChainRule> rules) {
        double[] gradient = derivation.gradient(step);
        int at = place(step, gradient);
        lines.add("   "
                + (gradient.length == 1
                        ? "With the numbers of your run:"
                        : "With the numbers of your run, one element:"));
        for (var rule : rules) {
            var products = products(rule, at);
            int shown = products.size() <= MOST_PRODUCTS + 1 ? products.size() : MOST_PRODUCTS;
            for (var product : products.subList(0, shown)) {
                row(lines, product.line(), product.value());
            }
            if (products.size() > shown) {
                var rest = products.subList(shown, products.size());
                row(
                        lines,
                        rest.size() + " more products, together",
                        rest.stream().mapToDouble(Product::value).sum());
            }
            if (products.isEmpty()) {
                row(lines, "no element of d%s arrives here".formatted(rule.use().y()), 0);
            }
        }
        row(lines, Positions.element("d" + name(step), step.shape(), at) + ", the sum", gradient[at]);
        if (step == value && own != null) {
            addOwn(lines, gradient, at);
        }
    }

    private void addOwn(List<String> lines, double[] gradient, int at) {
        if (own == null) {
            return;
        }
        if (!own.shape().equals(value.shape())) {
            lines.add("     yours has another shape, %s".formatted(own.shape()));
            return;
        }
        row(
                lines,
                "yours, " + (isClose(own.getFlat(at), gradient[at], largest(gradient)) ? "right" : "wrong"),
                own.getFlat(at));
    }

    /** The element to show: the one that is wrong the most in the learner's gradient, else the largest. */
    private int place(Value step, double[] gradient) {
        boolean compared = step == value && own != null && own.shape().equals(value.shape());
        int found = 0;
        double most = -1;
        double wrong = CLOSE * largest(gradient);
        for (int i = 0; i < gradient.length; i++) {
            double off = compared && own != null ? Math.abs(own.getFlat(i) - gradient[i]) : 0;
            double weight = off > wrong || Double.isNaN(off) ? Double.MAX_VALUE : Math.abs(gradient[i]);
            if (weight > most) {
                most = weight;
                found = i;
            }
        }
        return found;
    }

    private static boolean isClose(double given, double expected, double largest) {
        return Math.abs(given - expected) <= CLOSE * largest;
    }

    private static double largest(double[] gradient) {
        double largest = 0;
        for (double element : gradient) {
            largest = Math.max(largest, Math.abs(element));
        }
        return largest;
    }

    /** The products of a rule's sum at an element, but for those that are 0 by their factor. */
    private List<Product> products(ChainRule rule, int at) {
        double[] above = derivation.gradient(rule.use().output());
        var products = new ArrayList<Product>();
        for (int y = 0; y < above.length; y++) {
            int place = y;
            rule.partial().of(y, (x, factor, other) -> {
                if (x == at && factor != 0) {
                    products.add(new Product(rule.product(x, place, other), above[place], factor));
                }
            });
        }
        return products;
    }

    /** The result of the explained sum, for tests. */
    double sum(int at) {
        return derivation.rules(value).stream()
                .flatMap(rule -> products(rule, at).stream())
                .mapToDouble(Product::value)
                .sum();
    }

    private boolean needsRightNumbers(List<Value> steps) {
        return steps.stream()
                .flatMap(step -> derivation.rules(step).stream())
                .map(rule -> rule.use().output())
                .filter(output -> output.name() != null && !derivation.isLoss(output))
                .anyMatch(output -> !right.test(name(output)));
    }

    private static void row(List<String> lines, String text, double number) {
        var result = "%11s".formatted(number(number));
        int room = WIDTH - 5 - result.length() - 1;
        if (text.length() <= room) {
            lines.add("     " + text + " ".repeat(room - text.length() + 1) + result);
        } else {
            wrapped(lines, "     ", text);
            lines.add(" ".repeat(WIDTH - result.length()) + result);
        }
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    /** Adds a text, cut at blanks into lines that fit; the first one begins with the lead, the others with blanks. */
    private static void wrapped(List<String> lines, String lead, String text) {
        var indent = " ".repeat(Math.min(lead.length(), WIDTH / 2) + (lead.isBlank() ? 2 : 0));
        var line = new StringBuilder(lead);
        boolean isEmpty = true;
        // Not between the indices of an element.
        for (var word : text.split(" (?![^\\[]*])", -1)) {
            if (!isEmpty && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(indent);
                isEmpty = true;
            }
            line.append(isEmpty ? "" : " ").append(word);
            isEmpty = false;
        }
        lines.add(line.toString());
    }
}
