package handgrad.check.backward;

import handgrad.check.result.Cause;
import handgrad.tensor.Shape;
import java.util.List;

/** Mistakes in a matrix product. */
final class MatmulMistakes {
    private final List<Mutant> mutants;

    MatmulMistakes(List<Mutant> mutants) {
        this.mutants = mutants;
    }

    private void add(Cause.Kind kind, int rank, Node node, Node by, String sentence) {
        mutants.add(new Mutant(kind, sentence, node, by, rank));
    }

    /** An operand of a matrix product is transposed, or not, or the two are exchanged. */
    void matmul(Node node) {
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
        for (var part : IndexParts.of(size)) {
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
