package handgrad.check.registry;

import handgrad.check.TensorFunction;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the result of an operation must be: its definition, followed literally in FLOAT64, slow and without the
 * operations that are to be tested.
 *
 * @param function the result from FLOAT64 inputs
 * @param terms the number of terms that are added up for one element of the result
 * @param magnitude the sum of the absolute terms, to which the rounding error is proportional
 * @param element what an elementwise operation does with each element; null for others
 */
public record Definition(
        TensorFunction function,
        ToIntFunction<Tensor[]> terms,
        TensorFunction magnitude,
        @Nullable ElementFunction element) {
    /** An element of a result, by its index in each dimension. */
    @FunctionalInterface
    interface Element {
        double at(int... index);
    }

    /** A definition of an operation that is not elementwise. */
    public Definition(TensorFunction function, ToIntFunction<Tensor[]> terms, TensorFunction magnitude) {
        this(function, terms, magnitude, null);
    }

    /** A definition whose elements are each computed in a few steps without cancellation. */
    public Definition(TensorFunction function) {
        this(function, _ -> 1, function);
    }

    /** A sum of terms that are positive where the inputs are, so that the absolute inputs give the absolute terms. */
    public Definition(TensorFunction function, ToIntFunction<Tensor[]> terms) {
        this(function, terms, x -> function.apply(absolute(x)));
    }

    /** A function of each element of one tensor. */
    static Definition elementwise(ElementFunction.OfOne element) {
        return elementwise(element, 1);
    }

    /** A function of each element of one tensor whose rounding error is that of a sum of so many terms. */
    static Definition elementwise(ElementFunction.OfOne element, int terms) {
        TensorFunction function =
                x -> tensor(x[0].shape(), index -> element.function().applyAsDouble(x[0].get(index)));
        return new Definition(function, _ -> terms, function, element);
    }

    /** A function of each element of one tensor, with the magnitude of its terms. */
    static Definition elementwise(ElementFunction.OfOne element, int terms, TensorFunction magnitude) {
        return new Definition(elementwise(element).function, _ -> terms, magnitude, element);
    }

    /** A function of each pair of elements of two tensors that broadcast. */
    static Definition broadcast(DoubleBinaryOperator operation) {
        TensorFunction function = x -> tensor(
                broadcast(x[0].shape(), x[1].shape()),
                index -> operation.applyAsDouble(broadcast(x[0], index), broadcast(x[1], index)));
        return new Definition(function, _ -> 1, function, new ElementFunction.OfTwo(operation));
    }

    /** The FLOAT64 tensor of these elements. */
    static Tensor tensor(Shape shape, Element element) {
        var out = Tensor.zeros(DType.FLOAT64, shape);
        int[] index = new int[shape.rank()];
        for (int i = 0; i < shape.elements(); i++) {
            out.setFlat(i, element.at(index.clone()));
            for (int d = shape.rank() - 1; d >= 0 && ++index[d] == shape.size(d); d--) {
                index[d] = 0;
            }
        }
        return out;
    }

    /** The shape that two shapes broadcast to. */
    static Shape broadcast(Shape a, Shape b) {
        int[] sizes = new int[Math.max(a.rank(), b.rank())];
        for (int d = 1; d <= sizes.length; d++) {
            int sizeA = d > a.rank() ? 1 : a.size(-d);
            int sizeB = d > b.rank() ? 1 : b.size(-d);
            sizes[sizes.length - d] = sizeA == 1 ? sizeB : sizeA;
        }
        return Shape.of(sizes);
    }

    /** The element of x that broadcasts to an index of the result. */
    static double broadcast(Tensor x, int[] index) {
        int[] own = new int[x.shape().rank()];
        for (int d = 1; d <= own.length; d++) {
            own[own.length - d] = x.size(-d) == 1 ? 0 : index[index.length - d];
        }
        return x.get(own);
    }

    /**
     * How far each element of a result may be from the definition: 4·√k·u·Σ|terms| for a sum of k terms, where each
     * step rounds by at most u, 2⁻²⁴ in FLOAT32 and 2⁻⁵³ in FLOAT64, and k errors of random sign grow like √k.
     */
    Tensor tolerance(DType dtype, Tensor... inputs) {
        double relative = 4 * Math.sqrt(terms.applyAsInt(inputs)) * (dtype == DType.FLOAT32 ? 0x1p-24 : 0x1p-53);
        var result = function.apply(inputs);
        var sums = magnitude.apply(inputs);
        return tensor(
                result.shape(), index -> relative * Math.max(Math.abs(result.get(index)), Math.abs(sums.get(index))));
    }

    private static Tensor[] absolute(Tensor[] inputs) {
        return Arrays.stream(inputs)
                .map(input -> input.dtype() == DType.INT32 ? input : input.abs())
                .toArray(Tensor[]::new);
    }
}
