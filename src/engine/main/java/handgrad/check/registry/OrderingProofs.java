package handgrad.check.registry;

import handgrad.check.TensorFunction;
import handgrad.tensor.DType;
import handgrad.tensor.SortOrder;
import handgrad.tensor.Sorted;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/** Sums so far, elements in order, and elements picked along a dimension by an index each. */
final class OrderingProofs {
    private static final String OUTSIDE = "dimension 2 is outside of (2, 3), which has 2 dimensions";

    private final Draw draw = new Draw(25);

    List<Proof> proofs() {
        return List.of(
                along("cumsum(int)", "cumsum", OrderingProofs::cumsum),
                along("sort(int)", "sort", d -> sort(d, SortOrder.ASCENDING, x -> x.sort(d))),
                along(
                        "sort(int, SortOrder)",
                        "sort",
                        d -> sort(d, SortOrder.DESCENDING, x -> x.sort(d, SortOrder.DESCENDING))),
                topK(),
                gather(),
                scatterAdd());
    }

    /** What is made of the numbers along a dimension, of any number of them. */
    private static Tensor along(Tensor x, int dimension, int size, UnaryOperator<double[]> definition) {
        int d = x.shape().dimension(dimension);
        return Definition.tensor(x.shape().with(d, size), index -> {
            int place = index[d];
            double[] numbers = new double[x.size(d)];
            for (index[d] = 0; index[d] < numbers.length; index[d]++) {
                numbers[index[d]] = x.get(index);
            }
            return definition.apply(numbers)[place];
        });
    }

    /** out[i] = Σ of x[0 … i]: dX[i] = Σ of dOut[i …], the sums so far from the end. */
    private static Computation cumsum(int d) {
        return new Computation(
                x -> x[0].cumsum(d),
                (dOut, x) -> {
                    int n = x[0].size(d);
                    int[] reversed = new int[n];
                    Arrays.setAll(reversed, i -> n - 1 - i);
                    var indices = Tensor.of(reversed, n);
                    return InputGradients.of(
                            dOut.indexSelect(d, indices).cumsum(d).indexSelect(d, indices));
                },
                new Definition(
                        x -> along(x[0], d, x[0].size(d), numbers -> {
                            double[] sums = numbers.clone();
                            Arrays.parallelPrefix(sums, Double::sum);
                            return sums;
                        }),
                        x -> x[0].size(d)));
    }

    /** out = x in order: each element of dX gets dOut of where its element of x has gone. */
    private static Computation sort(int d, SortOrder order, Function<Tensor, Sorted> forward) {
        return picked(d, forward, x -> along(x[0], d, x[0].size(d), numbers -> inOrder(numbers, order)));
    }

    private static double[] inOrder(double[] numbers, SortOrder order) {
        var stream = Arrays.stream(numbers);
        return order == SortOrder.ASCENDING
                ? stream.sorted().toArray()
                : stream.map(x -> -x).sorted().map(x -> -x).toArray();
    }

    private static Computation picked(int d, Function<Tensor, Sorted> forward, TensorFunction definition) {
        return new Computation(
                x -> forward.apply(x[0]).values(),
                (dOut, x) -> InputGradients.of(InputGradients.zerosLike(x[0])
                        .scatterAdd(d, forward.apply(x[0]).indices(), dOut)),
                new Definition(definition));
    }

    private Proof along(String signature, String name, IntFunction<Computation> along) {
        return Proof.named("Tensor." + signature)
                .sample(along.apply(0), draw.normal(1))
                .sample(along.apply(0), draw.normal(17))
                .sample(along.apply(-1), draw.normal(1, 31))
                .sample(along.apply(0), draw.normal(3, 17))
                .sample(along.apply(1), draw.normal(3, 17))
                .sample(along.apply(1), draw.normal(2, 3, 5))
                .sample(along.apply(-2), draw.normal(2, 1, 3, 4))
                .sample(along.apply(1), draw.normal(0, 3))
                .sample(along.apply(0), draw.normal(0, 3))
                .refuses(
                        name + ": wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to",
                        () -> along.apply(0).forward().apply(Draw.integers()))
                .refuses(OUTSIDE, () -> along.apply(2).forward().apply(Tensor.zeros(2, 3)));
    }

    private static Computation topK(int k, int d) {
        return picked(d, x -> x.topK(k, d), x -> along(x[0], d, k, numbers -> inOrder(numbers, SortOrder.DESCENDING)));
    }

    private Proof topK() {
        return Proof.named("Tensor.topK(int, int)")
                .sample(topK(1, 0), draw.normal(1))
                .sample(topK(5, 0), draw.normal(17))
                .sample(topK(31, -1), draw.normal(1, 31))
                .sample(topK(2, 0), draw.normal(3, 17))
                .sample(topK(3, 1), draw.normal(3, 17))
                .sample(topK(2, 1), draw.normal(2, 3, 5))
                .sample(topK(1, -2), draw.normal(2, 1, 3, 4))
                .sample(topK(0, 1), draw.normal(2, 3))
                .sample(topK(1, 1), draw.normal(0, 3))
                .refuses(
                        "topK: wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to",
                        () -> Draw.integers().topK(1, 0))
                .refuses(
                        "topK: k must be from 0 to 3, the size of dimension 1 of (2, 3), it is 4",
                        () -> Tensor.zeros(2, 3).topK(4, 1))
                .refuses(OUTSIDE, () -> Tensor.zeros(2, 3).topK(1, 2));
    }

    /** out = the elements of x at indices along d: those of dX get dOut, added where one is taken twice. */
    private static Computation gather(int d) {
        return new Computation(
                x -> x[0].gather(d, x[1]),
                (dOut, x) -> InputGradients.of(
                        InputGradients.zerosLike(x[0]).scatterAdd(d, x[1], dOut), InputGradients.none()),
                new Definition(x -> Definition.tensor(x[1].shape(), index -> {
                    int named = (int) x[1].get(index);
                    index[x[0].shape().dimension(d)] = named;
                    return x[0].get(index);
                })));
    }

    private Proof gather() {
        return Proof.named("Tensor.gather(int, Tensor)")
                .sample(gather(0), draw.normal(5), draw.indices(5, 3))
                .sample(gather(0), draw.normal(1), draw.indices(1, 4))
                .sample(gather(0), draw.normal(3, 17), draw.indices(3, 3, 17))
                .sample(gather(1), draw.normal(3, 17), draw.indices(17, 3, 1))
                .sample(gather(-1), draw.normal(3, 5), draw.indices(5, 2, 7))
                .sample(gather(1), draw.normal(2, 3, 5), draw.indices(3, 1, 4, 3))
                .sample(gather(0), draw.normal(2, 3, 5), draw.indices(2, 6, 2, 5))
                .sample(gather(0), draw.normal(3, 5), draw.indices(3, 0, 5))
                .refuses(
                        "gather: index 3 is outside of 0 to 2",
                        () -> Tensor.zeros(1, 3).gather(1, Tensor.of(new int[] {3}, 1, 1)))
                .refuses(
                        "gather: indices must be INT32, they are FLOAT32 (1, 1)",
                        () -> Tensor.zeros(1, 3).gather(1, Tensor.zeros(1, 1)))
                .refuses(
                        "gather: indices must have as many dimensions as (2, 3) and be no longer but in dimension 1,"
                                + " they are (3)",
                        () -> Tensor.zeros(2, 3).gather(1, Draw.integers()))
                .refuses(
                        "gather: indices must have as many dimensions as (2, 3) and be no longer but in dimension 1,"
                                + " they are (3, 1)",
                        () -> Tensor.zeros(2, 3).gather(1, InputGradients.zeros(DType.INT32, 3, 1)));
    }

    /** out = a with elements added, out[indices] += x along d: da = dOut, dX = the elements of dOut at the indices. */
    private static Computation scatterAdd(int d) {
        return new Computation(
                x -> x[0].copy().scatterAdd(d, x[1], x[2]),
                (dOut, x) -> InputGradients.of(dOut, InputGradients.none(), dOut.gather(d, x[1])),
                new Definition(x -> added(d, x), x -> x[1].shape().elements() + 1));
    }

    private static Tensor added(int d, Tensor... x) {
        var out = x[0].copy();
        Definition.tensor(x[1].shape(), index -> {
            double addend = x[2].get(index);
            int named = (int) x[1].get(index);
            index[x[0].shape().dimension(d)] = named;
            out.set(out.get(index) + addend, index);
            return addend;
        });
        return out;
    }

    private Proof scatterAdd() {
        return Proof.named("Tensor.scatterAdd(int, Tensor, Tensor)")
                .sample(scatterAdd(0), draw.normal(5), draw.indices(5, 3), draw.normal(3))
                .sample(scatterAdd(0), draw.normal(1), draw.indices(1, 4), draw.normal(4))
                .sample(scatterAdd(0), draw.normal(3, 17), draw.indices(3, 3, 17), draw.normal(3, 17))
                .sample(scatterAdd(1), draw.normal(3, 17), draw.indices(17, 3, 1), draw.normal(3, 1))
                .sample(scatterAdd(-1), draw.normal(3, 5), draw.indices(5, 2, 7), draw.normal(2, 7))
                .sample(scatterAdd(1), draw.normal(2, 3, 5), draw.indices(3, 1, 4, 3), draw.normal(1, 4, 3))
                .sample(scatterAdd(0), draw.normal(2, 3, 5), draw.indices(2, 6, 2, 5), draw.normal(6, 2, 5))
                .sample(scatterAdd(0), draw.normal(3, 5), draw.indices(3, 0, 5), draw.normal(0, 5))
                .refuses(
                        "scatterAdd: wants an index for each element of x, x is (2), the indices are (3)",
                        () -> Tensor.zeros(4).scatterAdd(0, Draw.integers(), Tensor.zeros(2)))
                .refuses(
                        "scatterAdd: index 4 is outside of 0 to 3",
                        () -> Tensor.zeros(4).scatterAdd(0, Tensor.of(new int[] {4}, 1), Tensor.zeros(1)))
                .refuses(
                        "scatterAdd: types differ, a FLOAT32 (4), b FLOAT64 (3); convert one, as with"
                                + " to(DType.FLOAT64)",
                        () -> Tensor.zeros(4).scatterAdd(0, Draw.integers(), InputGradients.zeros(DType.FLOAT64, 3)));
    }
}
