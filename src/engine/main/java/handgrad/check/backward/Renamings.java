package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.result.Cause;
import handgrad.tensor.Op;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One mistake made in several places of a program at once: another tensor in each place of one, a step too far in each
 * of several steps, no matrix transposed.
 */
final class Renamings {
    private static final Pattern NAME = Pattern.compile("(\\D*)(\\d*)(\\D*)");

    /** How names change: the letters before and behind their number, and the number. */
    private record Edit(String before, String behind, String newBefore, String newBehind, int step) {
        /** The edit that makes one name of another; null where one alone has a number. */
        static @Nullable Edit of(String from, String to) {
            var old = NAME.matcher(from);
            var other = NAME.matcher(to);
            if (!old.matches()
                    || !other.matches()
                    || old.group(2).isEmpty() != other.group(2).isEmpty()
                    || old.group(2).length() > 6
                    || other.group(2).length() > 6) {
                return null;
            }
            int step = old.group(2).isEmpty() ? 0 : Integer.parseInt(other.group(2)) - Integer.parseInt(old.group(2));
            return new Edit(old.group(1), old.group(3), other.group(1), other.group(3), step);
        }

        /** What a name becomes; null where it is of another form. */
        @Nullable
        String apply(String name) {
            var parts = NAME.matcher(name);
            if (!parts.matches()
                    || !parts.group(1).equals(before)
                    || !parts.group(3).equals(behind)) {
                return null;
            }
            var number = parts.group(2);
            return number.isEmpty()
                    ? step == 0 ? newBefore + newBehind : null
                    : number.length() > 6 ? null : newBefore + (Integer.parseInt(number) + step) + newBehind;
        }
    }

    private record Change(Node node, Node by) {}

    private final Node root;
    private final List<Node> nodes;
    private final Map<String, Tensor> tensors;
    private final List<Mutant> mutants = new ArrayList<>();

    Renamings(Node root, List<Node> nodes, Map<String, Tensor> tensors) {
        this.root = root;
        this.nodes = nodes;
        this.tensors = tensors;
    }

    /** All of them; each mutant stands for the whole program. */
    List<Mutant> all() {
        var leaves = nodes.stream()
                .filter(node -> node.is(Kind.VALUE) || node.is(Kind.GRADIENT))
                .filter(node -> !node.isLoss())
                .toList();
        var edits = new LinkedHashSet<Edit>();
        for (var leaf : leaves) {
            for (var name : tensors.keySet()) {
                var edit = name.equals(leaf.text()) ? null : Edit.of(leaf.text(), name);
                if (edit != null) {
                    edits.add(edit);
                }
            }
        }
        edits.forEach(edit -> rename(edit, leaves));
        transposes();
        elementwise();
        axes();
        unmoved();
        return mutants;
    }

    private void rename(Edit edit, List<Node> leaves) {
        var changes = new ArrayList<Change>();
        for (var leaf : leaves) {
            var name = edit.apply(leaf.text());
            var tensor = name == null ? null : tensors.get(name);
            if (name != null
                    && tensor != null
                    && tensor.shape().elements() == leaf.value().shape().elements()) {
                changes.add(new Change(
                        leaf,
                        Nodes.constant(name, tensor.reshape(leaf.value().shape().toArray()))));
            }
        }
        var old = names(changes.stream().map(change -> change.node.text()).toList());
        var other = names(changes.stream().map(change -> change.by.text()).toList());
        add(
                Cause.Kind.WRONG_FACTOR,
                changes,
                "you used " + other + " where " + old + (old.contains(" and ") ? " are right" : " is right"));
    }

    private static String names(List<String> names) {
        var distinct = names.stream().distinct().toList();
        int last = distinct.size() - 1;
        return last < 1
                ? String.join("", distinct)
                : String.join(", ", distinct.subList(0, last)) + " and " + distinct.get(last);
    }

    private void transposes() {
        var changes = new ArrayList<Change>();
        for (var node : nodes) {
            if (node.is(Kind.MATMUL) && node.number() != 0) {
                var a = node.inputs().get(0);
                var b = node.inputs().get(1);
                if (MatmulMistakes.multiply(a, b, false, false, node.value().shape())) {
                    changes.add(new Change(node, Nodes.matmul(a, b, false, false)));
                }
            }
        }
        add(
                Cause.Kind.TRANSPOSED,
                changes,
                "no matrix is transposed: "
                        + names(changes.stream()
                                .map(change -> change.node.text())
                                .toList()) + (changes.size() == 1 ? " is right" : " are right"));
    }

    private void elementwise() {
        var changes = new ArrayList<Change>();
        for (var node : nodes) {
            if (node.is(Kind.MATMUL)
                    && node.inputs().stream()
                            .allMatch(input ->
                                    input.value().shape().equals(node.value().shape()))) {
                changes.add(new Change(node, Nodes.mul(node.inputs())));
            }
        }
        add(
                Cause.Kind.WRONG_FACTOR,
                changes,
                "the elementwise product stands where the matrix product is right: "
                        + names(changes.stream()
                                .map(change -> change.node.text())
                                .toList()));
    }

    private void axes() {
        int rank = root.value().shape().rank();
        for (int wrong = 0; wrong < rank; wrong++) {
            axes(wrong, true);
            axes(wrong, false);
        }
    }

    private void axes(int wrong, boolean mean) {
        var changes = new ArrayList<Change>();
        int right = wrong;
        for (var node : nodes) {
            var sum = node.is(Kind.EXPAND) ? node.inputs().getFirst() : node;
            if (node.is(Kind.EXPAND) && sum.is(Kind.SUM) && (int) sum.number() != wrong) {
                var x = sum.inputs().getFirst();
                var shape = x.value().shape();
                if (wrong >= shape.rank()) {
                    continue;
                }
                right = (int) sum.number();
                var other = Nodes.expand(shape.with(wrong, 1), shape, Nodes.sum(wrong, x));
                double factor = mean ? (double) shape.size(right) / shape.size(wrong) : 1;
                changes.add(new Change(node, Nodes.scale(factor, other)));
            }
        }
        add(
                Cause.Kind.WRONG_AXIS,
                changes,
                "the sums run over dimension " + wrong + " where dimension " + right + " is right");
    }

    private void unmoved() {
        var changes = new ArrayList<Change>();
        for (var node : nodes) {
            var input = node.is(Kind.SCATTER) ? node.inputs().getFirst() : null;
            var moved = node.source();
            if (input != null
                    && moved != null
                    && moved.operation() == Op.TRANSPOSE
                    && input.value().shape().elements() == node.value().shape().elements()) {
                changes.add(new Change(node, Nodes.reshape(node.value().shape(), input)));
            }
        }
        add(
                Cause.Kind.ORDER,
                changes,
                "the elements of "
                        + names(changes.stream().map(change -> change.by.text()).toList())
                        + " are in the wrong order: they are reshaped where their dimensions are to be exchanged");
    }

    private void add(Cause.Kind kind, List<Change> changes, String sentence) {
        if (changes.size() < 2) {
            return;
        }
        var program = root;
        for (var change : changes) {
            program = program.replaced(change.node, change.by);
        }
        mutants.add(new Mutant(kind, sentence, root, program, 2));
    }
}
