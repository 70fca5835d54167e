package handgrad.app.derivation;

import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** The derivatives of matrix products: y[i, j] = Σk a[i, k] · b[k, j], either of them perhaps transposed. */
final class ProductDerivatives {
    private final TensorUse use;
    private final Value a;
    private final Value b;
    private final boolean transposedA;
    private final boolean transposedB;

    private ProductDerivatives(TensorUse use, boolean transposedA, boolean transposedB) {
        this.use = use;
        this.a = use.output().inputs().get(0);
        this.b = use.output().inputs().get(1);
        this.transposedA = transposedA;
        this.transposedB = transposedB;
    }

    static ChainRule of(TensorUse use, boolean transposedA, boolean transposedB) {
        return new ProductDerivatives(use, transposedA, transposedB).rule();
    }

    private ChainRule rule() {
        boolean isFirst = use.place() == 0;
        boolean transposed = isFirst ? transposedA : transposedB;
        var x = TensorUse.letters(use.xShape(), 0);
        int batches = use.yShape().rank() - 2;
        int own = x.size() - 2;
        var batch = new ArrayList<String>();
        var summed = new ArrayList<String>();
        for (int d = 0; d < batches; d++) {
            int at = d - (batches - own);
            boolean repeated =
                    use.yShape().size(d) > 1 && (at < 0 || use.xShape().size(at) == 1);
            batch.add(repeated ? TensorUse.letter(x.size() + 1 + d) : at < 0 ? "0" : x.get(at));
            if (repeated) {
                summed.add(batch.getLast());
            }
        }
        // Of a matrix (row, inner) times a matrix (inner, column), x has two of the three.
        var inner = x.get(own + (isFirst == transposed ? 0 : 1));
        var outer = x.get(own + (isFirst == transposed ? 1 : 0));
        boolean isSingle = use.yShape().size(batches + (isFirst ? 1 : 0)) == 1;
        var third = isSingle ? "0" : TensorUse.letter(x.size());
        if (!isSingle) {
            summed.add(third);
        }
        var row = isFirst ? outer : third;
        var column = isFirst ? third : outer;
        var first = indexed(a.shape(), batch, transposedA ? inner : row, transposedA ? row : inner);
        var second = indexed(b.shape(), batch, transposedB ? column : inner, transposedB ? inner : column);
        return new ChainRule(
                use,
                (inner.equals("0") ? "" : "Σ" + inner + " ") + Positions.element(use.name(a), first) + " · "
                        + Positions.element(use.name(b), second),
                x,
                indexed(use.output().shape(), batch, row, column),
                isFirst ? b : a,
                isFirst ? second : first,
                String.join(",", summed),
                (d, _, _, other) -> isFirst ? d + " · " + other : other + " · " + d,
                whole(isFirst, use.name(a), use.name(b)),
                this::partial);
    }

    /** The index of one of the three: for the batches, then for its matrix. */
    private static List<String> indexed(Shape shape, List<String> batch, String row, String column) {
        int own = shape.rank() - 2;
        var index = new ArrayList<String>();
        for (int i = 0; i < own; i++) {
            index.add(shape.size(i) == 1 ? "0" : batch.get(batch.size() - own + i));
        }
        index.add(row);
        index.add(column);
        return index;
    }

    private String whole(boolean isFirst, String nameA, String nameB) {
        var d = "d" + use.y();
        if (isFirst) {
            return transposedA
                    ? (transposedB ? nameB + "ᵀ" : nameB) + " · " + d + "ᵀ"
                    : d + " · " + (transposedB ? nameB : nameB + "ᵀ");
        }
        var product = transposedB
                ? d + "ᵀ · " + (transposedA ? nameA + "ᵀ" : nameA)
                : (transposedA ? nameA : nameA + "ᵀ") + " · " + d;
        boolean isOneMatrix = b.shape().rank() < use.yShape().rank();
        return isOneMatrix ? product + ", all their rows below one another" : product;
    }

    private void partial(int position, ChainRule.Sink sink) {
        boolean isFirst = use.place() == 0;
        int[] index = Positions.index(use.yShape(), position);
        int inner = a.shape().size(a.shape().rank() - (transposedA ? 2 : 1));
        int row = index[index.length - 2];
        int column = index[index.length - 1];
        for (int k = 0; k < inner; k++) {
            int first = element(a.shape(), index, transposedA ? k : row, transposedA ? row : k);
            int second = element(b.shape(), index, transposedB ? column : k, transposedB ? k : column);
            if (isFirst) {
                sink.add(first, b.content().getFlat(second), second);
            } else {
                sink.add(second, a.content().getFlat(first), first);
            }
        }
    }

    private static int element(Shape shape, int[] result, int row, int column) {
        int[] index = result.clone();
        index[index.length - 2] = row;
        index[index.length - 1] = column;
        int[] own = new int[shape.rank()];
        for (int d = 0; d < own.length; d++) {
            int at = index[index.length - own.length + d];
            own[d] = d < own.length - 2 && shape.size(d) == 1 ? 0 : at;
        }
        return Positions.position(shape, own);
    }
}
