package handgrad.check.registry;

import handgrad.nn.Flatten;
import handgrad.nn.FlattenConsecutive;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Operations and layers that move, repeat or select elements, and compute nothing but sums of them. */
final class MovementProofs {
    private final Draw draw = new Draw(5);

    List<Proof> proofs() {
        return List.of(
                reshape(),
                transpose(),
                t(),
                index(),
                indexSelect(),
                narrow(),
                indexAdd(),
                cat(),
                oneHot(),
                flatten(),
                flattenConsecutive());
    }

    /** The elements stay as they are: dX = dOut in the shape of x. */
    private static Computation reshape(int... sizes) {
        return new Computation(
                x -> x[0].reshape(sizes),
                (dOut, x) -> InputGradients.of(dOut.reshape(x[0].shape().toArray())),
                new Definition(x -> Tensor.of(
                        x[0].doubles().clone(),
                        x[0].copy().reshape(sizes).shape().toArray())));
    }

    private Proof reshape() {
        return Proof.named("Tensor.reshape(int...)")
                .sample(reshape(1), draw.normal())
                .sample(reshape(new int[0]), draw.normal(1))
                .sample(reshape(3, 17), draw.normal(51))
                .sample(reshape(51), draw.normal(3, 17))
                .sample(reshape(-1, 5), draw.normal(2, 3, 5))
                .sample(reshape(2, 1, 15), draw.normal(2, 3, 5))
                .sample(reshape(1, -1), draw.normal(1, 31))
                .sample(reshape(3, 0), draw.normal(0, 7))
                .refuses(
                        "reshape: (2, 3) with 6 elements does not fit [4, -1]",
                        () -> Tensor.zeros(2, 3).reshape(4, -1));
    }

    /** Exchanging the same two dimensions again undoes it: dX = dOut with them exchanged. */
    private static Computation transpose(int dimension0, int dimension1) {
        return new Computation(
                x -> x[0].transpose(dimension0, dimension1),
                (dOut, _) -> InputGradients.of(dOut.transpose(dimension0, dimension1)),
                new Definition(x -> exchanged(x[0], dimension0, dimension1)));
    }

    private static Tensor exchanged(Tensor x, int dimension0, int dimension1) {
        int a = x.shape().dimension(dimension0);
        int b = x.shape().dimension(dimension1);
        return Definition.tensor(x.shape().with(a, x.size(b)).with(b, x.size(a)), index -> {
            int swapped = index[a];
            index[a] = index[b];
            index[b] = swapped;
            return x.get(index);
        });
    }

    private Proof transpose() {
        return Proof.named("Tensor.transpose(int, int)")
                .sample(transpose(0, 0), draw.normal(5))
                .sample(transpose(0, 1), draw.normal(1, 31))
                .sample(transpose(0, 1), draw.normal(3, 17))
                .sample(transpose(-1, 0), draw.normal(2, 3, 5))
                .sample(transpose(1, 2), draw.normal(2, 3, 5))
                .sample(transpose(1, 1), draw.normal(2, 3))
                .sample(transpose(1, 3), draw.normal(2, 3, 1, 5))
                .sample(transpose(0, 1), draw.normal(0, 3))
                .refuses(
                        "dimension 2 is outside of (2, 3), which has 2 dimensions",
                        () -> Tensor.zeros(2, 3).transpose(0, 2));
    }

    /** dX = dOutᵀ. */
    private Proof t() {
        var t = new Computation(
                x -> x[0].t(), (dOut, _) -> InputGradients.of(dOut.t()), new Definition(x -> exchanged(x[0], 0, 1)));
        return Proof.named("Tensor.t()")
                .samples(t, Draw.all(draw::normal, new int[][] {
                    {1, 1}, {1, 31}, {31, 1}, {3, 17}, {17, 2}, {0, 3}, {3, 0}, {13, 19}
                }))
                .refuses(
                        "t: wants a matrix, the tensor is (3)",
                        () -> Tensor.zeros(3).t());
    }

    /** out = x[indices]: dX[indices] += dOut, so a row that is taken twice gets both gradients. */
    private static final Computation INDEX = new Computation(
            x -> x[0].index(x[1]),
            (dOut, x) -> InputGradients.of(InputGradients.zerosLike(x[0]).indexAdd(x[1], dOut), InputGradients.none()),
            new Definition(x -> rows(x[0], x[1])));

    /** The rows of x (n, rest) at indices (…), as (…, rest). */
    static Tensor rows(Tensor x, Tensor indices) {
        int rank = indices.shape().rank();
        int[] sizes = Arrays.copyOf(indices.shape().toArray(), rank + x.shape().rank() - 1);
        System.arraycopy(x.shape().toArray(), 1, sizes, rank, x.shape().rank() - 1);
        return Definition.tensor(Shape.of(sizes), index -> {
            int[] source = new int[x.shape().rank()];
            source[0] = (int) indices.get(Arrays.copyOf(index, rank));
            System.arraycopy(index, rank, source, 1, source.length - 1);
            return x.get(source);
        });
    }

    private Proof index() {
        return Proof.named("Tensor.index(Tensor)")
                .sample(INDEX, draw.normal(5), draw.indices(5, 3))
                .sample(INDEX, draw.normal(1, 3), draw.indices(1, 4))
                .sample(INDEX, draw.normal(7, 17), draw.indices(7, 1))
                .sample(INDEX, draw.normal(3, 17), draw.indices(3, 2, 5))
                .sample(INDEX, draw.normal(3, 5), Tensor.of(new int[] {2, 0, 2, 2}, 4))
                .sample(INDEX, draw.normal(4, 2, 3), draw.indices(4, 3))
                .sample(INDEX, draw.normal(3, 5), draw.indices(3, 0))
                .sample(INDEX, draw.normal(27, 10), draw.indices(27, 5, 3))
                .refuses(
                        "index: index 2 is outside of 0 to 1",
                        () -> Tensor.zeros(2, 3).index(Tensor.of(new int[] {2}, 1)));
    }

    /** out = the slices of x at indices of dimension d: those slices of dX get dOut, added where one is taken twice. */
    private static Computation indexSelect(int d) {
        return new Computation(
                x -> x[0].indexSelect(d, x[1]),
                (dOut, x) -> {
                    var first = InputGradients.zerosLike(x[0].transpose(0, d)).indexAdd(x[1], dOut.transpose(0, d));
                    return InputGradients.of(first.transpose(0, d), InputGradients.none());
                },
                new Definition(x -> Definition.tensor(x[0].shape().with(d, x[1].size(0)), index -> {
                    int dimension = x[0].shape().dimension(d);
                    index[dimension] = (int) x[1].get(index[dimension]);
                    return x[0].get(index);
                })));
    }

    private Proof indexSelect() {
        return Proof.named("Tensor.indexSelect(int, Tensor)")
                .sample(indexSelect(0), draw.normal(5), draw.indices(5, 3))
                .sample(indexSelect(0), draw.normal(1, 31), draw.indices(1, 2))
                .sample(indexSelect(1), draw.normal(1, 31), draw.indices(31, 7))
                .sample(indexSelect(-1), draw.normal(3, 5), Tensor.of(new int[] {2, 0, 2, 2}, 4))
                .sample(indexSelect(1), draw.normal(2, 3, 5), draw.indices(3, 4))
                .sample(indexSelect(2), draw.normal(2, 3, 5), draw.indices(5, 1))
                .sample(indexSelect(0), draw.normal(3, 5), draw.indices(3, 0))
                .sample(indexSelect(1), draw.normal(0, 3), draw.indices(3, 2))
                .refuses(
                        "indexSelect: index 3 is outside of 0 to 2",
                        () -> Tensor.zeros(2, 3).indexSelect(1, Tensor.of(new int[] {3}, 1)))
                .refuses(
                        "indexSelect: wants one-dimensional indices, they are (2, 2)",
                        () -> Tensor.zeros(2, 3).indexSelect(0, InputGradients.zeros(DType.INT32, 2, 2)));
    }

    /** out = a part of x: dX is dOut there and 0 in the rest, before it and after it. */
    private static Computation narrow(int d, int start, int length) {
        return new Computation(
                x -> x[0].narrow(d, start, length),
                (dOut, x) -> {
                    var shape = x[0].shape();
                    var before = Tensor.zeros(dOut.dtype(), shape.with(d, start));
                    var after = Tensor.zeros(dOut.dtype(), shape.with(d, shape.size(d) - start - length));
                    return InputGradients.of(Tensor.cat(d, before, dOut, after));
                },
                new Definition(x -> Definition.tensor(x[0].shape().with(d, length), index -> {
                    index[x[0].shape().dimension(d)] += start;
                    return x[0].get(index);
                })));
    }

    private Proof narrow() {
        return Proof.named("Tensor.narrow(int, int, int)")
                .sample(narrow(0, 0, 1), draw.normal(1))
                .sample(narrow(0, 2, 3), draw.normal(7))
                .sample(narrow(0, 0, 1), draw.normal(1, 31))
                .sample(narrow(1, 5, 17), draw.normal(1, 31))
                .sample(narrow(-1, 3, 1), draw.normal(3, 5))
                .sample(narrow(1, 1, 2), draw.normal(2, 3, 5))
                .sample(narrow(0, 2, 0), draw.normal(3, 5))
                .sample(narrow(1, 1, 1), draw.normal(0, 3))
                .refuses(
                        "narrow: 2 from 2 on is not within dimension 1 of (2, 3)",
                        () -> Tensor.zeros(2, 3).narrow(1, 2, 2));
    }

    /** out = x with rows added, out[indices] += rows: dX = dOut, dRows = dOut[indices]. */
    private static final Computation INDEX_ADD = new Computation(
            x -> x[0].copy().indexAdd(x[1], x[2]),
            (dOut, x) -> InputGradients.of(dOut, InputGradients.none(), dOut.index(x[1])),
            new Definition(MovementProofs::withRows, x -> x[1].shape().elements() + 1));

    private static Tensor withRows(Tensor... x) {
        var out = x[0].copy();
        int width = x[0].shape().elements(1, x[0].shape().rank());
        for (int i = 0; i < x[2].shape().elements(); i++) {
            int row = (int) x[1].getFlat(i / width);
            int target = row * width + i % width;
            out.setFlat(target, out.getFlat(target) + x[2].getFlat(i));
        }
        return out;
    }

    private Proof indexAdd() {
        return Proof.named("Tensor.indexAdd(Tensor, Tensor)")
                .sample(INDEX_ADD, draw.normal(5), draw.indices(5, 3), draw.normal(3))
                .sample(INDEX_ADD, draw.normal(1, 3), draw.indices(1, 4), draw.normal(4, 3))
                .sample(INDEX_ADD, draw.normal(7, 17), draw.indices(7, 1), draw.normal(1, 17))
                .sample(INDEX_ADD, draw.normal(3, 17), draw.indices(3, 2, 5), draw.normal(2, 5, 17))
                .sample(INDEX_ADD, draw.normal(3, 5), Tensor.of(new int[] {2, 0, 2, 2}, 4), draw.normal(4, 5))
                .sample(INDEX_ADD, draw.normal(4, 2, 3), draw.indices(4, 3), draw.normal(3, 2, 3))
                .sample(INDEX_ADD, draw.normal(3, 5), draw.indices(3, 0), draw.normal(0, 5))
                .sample(INDEX_ADD, draw.normal(9, 10), draw.indices(9, 5, 3), draw.normal(5, 3, 10))
                .refuses(
                        "indexAdd: (2) rows of (3) do not fit x (3, 3)",
                        () -> Tensor.zeros(2, 3).indexAdd(InputGradients.zeros(DType.INT32, 2), Tensor.zeros(3, 3)));
    }

    /** out = the tensors end to end along dimension d: each gets its own part of dOut. */
    private static Computation cat(int d) {
        return new Computation(
                x -> Tensor.cat(d, x),
                (dOut, x) -> {
                    Tensor[] gradients = new Tensor[x.length];
                    int from = 0;
                    for (int i = 0; i < x.length; i++) {
                        gradients[i] = dOut.narrow(d, from, x[i].size(d));
                        from += x[i].size(d);
                    }
                    return gradients;
                },
                new Definition(x -> joined(x, d)));
    }

    private static Tensor joined(Tensor[] x, int dimension) {
        int d = x[0].shape().dimension(dimension);
        int total = Arrays.stream(x).mapToInt(tensor -> tensor.size(d)).sum();
        return Definition.tensor(x[0].shape().with(d, total), index -> {
            int i = 0;
            while (index[d] >= x[i].size(d)) {
                index[d] -= x[i++].size(d);
            }
            return x[i].get(index);
        });
    }

    private Proof cat() {
        return Proof.named("Tensor.cat(int, Tensor...)")
                .sample(cat(0), draw.normal(5))
                .sample(cat(0), draw.normal(1), draw.normal(3))
                .sample(cat(0), draw.normal(1, 17), draw.normal(3, 17), draw.normal(2, 17))
                .sample(cat(1), draw.normal(3, 17), draw.normal(3, 1))
                .sample(cat(-1), draw.normal(2, 3, 5), draw.normal(2, 3, 2))
                .sample(cat(1), draw.normal(2, 3, 5), draw.normal(2, 1, 5), draw.normal(2, 2, 5))
                .sample(cat(0), draw.normal(0, 3), draw.normal(2, 3))
                .sample(cat(1), draw.normal(13, 19), draw.normal(13, 1))
                .refuses("cat: wants at least one tensor", () -> Tensor.cat(0))
                .refuses(
                        "cat: tensors may differ in dimension 0 only, a FLOAT32 (2, 3), b FLOAT32 (2, 1)",
                        () -> Tensor.cat(0, Tensor.zeros(2, 3), Tensor.zeros(2, 1)));
    }

    /** Its input is integers, so it has no gradient. */
    private static Computation oneHot(int classes) {
        return new Computation(x -> x[0].oneHot(classes), null, new Definition(x -> {
            int[] sizes = Arrays.copyOf(x[0].shape().toArray(), x[0].shape().rank() + 1);
            sizes[sizes.length - 1] = classes;
            return Definition.tensor(Shape.of(sizes), index -> {
                int last = index.length - 1;
                return x[0].get(Arrays.copyOf(index, last)) == index[last] ? 1 : 0;
            });
        }));
    }

    private Proof oneHot() {
        return Proof.named("Tensor.oneHot(int)")
                .sample(oneHot(3), draw.indices(3))
                .sample(oneHot(1), draw.indices(1, 1))
                .sample(oneHot(27), draw.indices(27, 1))
                .sample(oneHot(27), draw.indices(27, 31))
                .sample(oneHot(3), Tensor.of(new int[] {2, 0, 2, 2}, 4))
                .sample(oneHot(5), draw.indices(5, 2, 3))
                .sample(oneHot(5), draw.indices(5, 2, 1, 3))
                .sample(oneHot(5), draw.indices(5, 0))
                .refuses(
                        "oneHot: index 3 is outside of 0 to 2",
                        () -> Tensor.of(new int[] {3}, 1).oneHot(3));
    }

    private Proof flatten() {
        return Proof.named("Flatten")
                .layer(_ -> new Flatten(0, 0), inShape(17), draw.normal(17))
                .layer(_ -> new Flatten(0, 1), inShape(15), draw.normal(3, 5))
                .layer(_ -> new Flatten(0, 1), inShape(6, 5), draw.normal(2, 3, 5))
                .layer(_ -> new Flatten(1, 2), inShape(2, 15), draw.normal(2, 3, 5))
                .layer(_ -> new Flatten(0, 2), inShape(30), draw.normal(2, 3, 5))
                .layer(_ -> new Flatten(0, 1), inShape(3, 17), draw.normal(3, 1, 17))
                .layer(_ -> new Flatten(0, 1), inShape(0, 5), draw.normal(0, 3, 5))
                .layer(_ -> new Flatten(1, 2), inShape(2, 12, 5), draw.normal(2, 3, 4, 5))
                .refuses(
                        "Flatten: wants at least 2 dimensions, x is (3)",
                        () -> new Flatten(0, 1).forward(Tensor.zeros(3)))
                .refuses("Flatten: wants 0 ≤ start ≤ end, they are 1 and 0", () -> new Flatten(1, 0));
    }

    /** Row-major, the elements keep their order, so the result is its input in another shape. */
    private Proof flattenConsecutive() {
        return Proof.named("FlattenConsecutive")
                .layer(_ -> new FlattenConsecutive(1), inShape(1, 1), draw.normal(1, 1, 1))
                .layer(_ -> new FlattenConsecutive(2), inShape(3, 2, 10), draw.normal(3, 4, 5))
                .layer(_ -> new FlattenConsecutive(4), inShape(3, 20), draw.normal(3, 4, 5))
                .layer(_ -> new FlattenConsecutive(1), inShape(3, 4, 5), draw.normal(3, 4, 5))
                .layer(_ -> new FlattenConsecutive(3), inShape(1, 51), draw.normal(1, 3, 17))
                .layer(_ -> new FlattenConsecutive(2), inShape(1, 4, 2), draw.normal(1, 8, 1))
                .layer(_ -> new FlattenConsecutive(3), inShape(0, 30), draw.normal(0, 3, 10))
                .layer(_ -> new FlattenConsecutive(2), inShape(7, 4, 6), draw.normal(7, 8, 3))
                .refuses(
                        "FlattenConsecutive: wants (N, T, C) with T a multiple of 2, x is (1, 3, 2)",
                        () -> new FlattenConsecutive(2).forward(Tensor.zeros(1, 3, 2)))
                .refuses("FlattenConsecutive: wants n of at least 1, it is 0", () -> new FlattenConsecutive(0));
    }

    private static Definition inShape(int... sizes) {
        return new Definition(x -> Tensor.of(x[0].doubles().clone(), sizes));
    }
}
