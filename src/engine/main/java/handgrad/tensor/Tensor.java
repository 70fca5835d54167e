package handgrad.tensor;

import static handgrad.tensor.ElementwiseOperations.binary;
import static handgrad.tensor.ElementwiseOperations.unary;

import handgrad.kernel.BinaryOperation;
import handgrad.kernel.UnaryOperation;
import handgrad.random.TorchRandom;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A dense array of numbers with a shape: contiguous, row-major, in a plain Java array.
 *
 * <p>Operations check their arguments and return a fresh tensor; they carry PyTorch's names and follow its broadcasting
 * rule: shapes are aligned at the last dimension, and a size of 1 or a missing dimension is repeated. Both operands of
 * an operation must have the same {@link DType}. {@link #reshape}, {@link #squeeze()}, {@link #unsqueeze} and the
 * accessors {@link #floats()}, {@link #doubles()} and {@link #ints()} share the elements; everything else copies. A
 * dimension may count from the end: -1 is the last.
 *
 * <p>Elementwise operations take every number, subnormal, infinite or NaN. Their results are rounded once, unless they
 * say otherwise. A number among the arguments is rounded to the tensor's type first; one that FLOAT32 holds only with
 * fewer digits, as 0 or as infinity is kept in float64, and the result is rounded.
 *
 * <p>A wrong shape, type or dimension throws an {@link IllegalArgumentException} that names the operation, the rule and
 * both shapes. A tensor may be read by several threads at once, not written.
 *
 * <p>This class is longer than the others because it is the list of the words that a user types, with a line of code
 * for each; what they do stands in the classes that they call.
 */
public final class Tensor {
    private final DType dtype;
    private final Shape shape;
    private final Object elements;

    // Its origin.
    @Nullable
    Object maker;

    long pass;
    boolean gradient;

    private Tensor(DType dtype, Shape shape, Object elements) {
        this.dtype = dtype;
        this.shape = shape;
        this.elements = elements;
    }

    /** A FLOAT32 tensor on this array, which it shares; {@code sizes} multiply to its length. */
    public static Tensor of(float[] elements, int... sizes) {
        return new Tensor(DType.FLOAT32, Shape.ofLength(elements.length, sizes), elements);
    }

    /** A FLOAT64 tensor on this array, which it shares; {@code sizes} multiply to its length. */
    public static Tensor of(double[] elements, int... sizes) {
        return new Tensor(DType.FLOAT64, Shape.ofLength(elements.length, sizes), elements);
    }

    /** An INT32 tensor on this array, which it shares; {@code sizes} multiply to its length. */
    public static Tensor of(int[] elements, int... sizes) {
        return new Tensor(DType.INT32, Shape.ofLength(elements.length, sizes), elements);
    }

    /** A FLOAT32 tensor of zeros. */
    public static Tensor zeros(int... sizes) {
        return zeros(DType.FLOAT32, Shape.of(sizes));
    }

    /** A tensor of zeros. */
    public static Tensor zeros(DType dtype, Shape shape) {
        TensorMemory.count(dtype, shape.elements());
        return new Tensor(dtype, shape, Elements.zeros(dtype, shape.elements()));
    }

    /** Zeros of the type and shape of {@code x}. */
    public static Tensor zerosLike(Tensor x) {
        return zeros(x.dtype, x.shape);
    }

    /** Ones of the type and shape of {@code x}. */
    public static Tensor onesLike(Tensor x) {
        return zerosLike(x).fill(1);
    }

    /** A FLOAT32 tensor of ones. */
    public static Tensor ones(int... sizes) {
        return full(1, sizes);
    }

    /** A FLOAT32 tensor of one value. */
    public static Tensor full(double value, int... sizes) {
        return zeros(sizes).fill(value);
    }

    /** A FLOAT32 scalar, of shape (). */
    public static Tensor scalar(double value) {
        return full(value);
    }

    /** The INT32 tensor 0, 1, … n - 1. */
    public static Tensor arange(int n) {
        var tensor = zeros(DType.INT32, Shape.of(n));
        Arrays.setAll(tensor.ints(), i -> i);
        return tensor;
    }

    /** A FLOAT32 tensor drawn uniformly from [0, 1). */
    public static Tensor rand(TorchRandom random, int... sizes) {
        var tensor = zeros(sizes);
        random.rand(tensor.floats());
        return tensor;
    }

    /** A FLOAT32 tensor drawn from the normal distribution with mean 0 and variance 1. */
    public static Tensor randn(TorchRandom random, int... sizes) {
        var tensor = zeros(sizes);
        random.randn(tensor.floats());
        return tensor;
    }

    /** An INT32 tensor drawn uniformly from 0 to high - 1. */
    public static Tensor randint(TorchRandom random, int high, int... sizes) {
        var tensor = zeros(DType.INT32, Shape.of(sizes));
        random.randint(0, high, tensor.ints());
        return tensor;
    }

    /** The type of the elements. */
    public DType dtype() {
        return dtype;
    }

    /** The sizes of the dimensions. */
    public Shape shape() {
        return shape;
    }

    /** The size of one dimension. */
    public int size(int dimension) {
        return shape.size(dimension);
    }

    /** The elements themselves, row-major, not a copy; FLOAT32 only. */
    public float[] floats() {
        requireType("floats", DType.FLOAT32);
        return (float[]) elements;
    }

    /** The elements themselves, row-major, not a copy; FLOAT64 only. */
    public double[] doubles() {
        requireType("doubles", DType.FLOAT64);
        return (double[]) elements;
    }

    /** The elements themselves, row-major, not a copy; INT32 only. */
    public int[] ints() {
        requireType("ints", DType.INT32);
        return (int[]) elements;
    }

    /** The array behind this tensor, of the type that its dtype says. */
    Object elements() {
        return elements;
    }

    /** Whether the two are on one array, so that what is written into one is written into the other. */
    @SuppressWarnings("ReferenceEquality")
    public boolean sharesElements(Tensor other) {
        return elements == other.elements;
    }

    private void requireType(String operation, DType wanted) {
        if (dtype != wanted) {
            throw new IllegalArgumentException(
                    operation + ": wants " + wanted + ", the tensor " + shape + " is " + dtype);
        }
    }

    /** One element, by its index in each dimension. */
    public double get(int... index) {
        return getFlat(shape.position("get", index));
    }

    /** Sets one element, by its index in each dimension; {@link Conversion} says what its type makes of it. */
    public void set(double value, int... index) {
        int position = shape.position("set", index);
        Conversion.requireHeld("set", value, dtype);
        Elements.set(elements, position, value);
    }

    /** One element, by its position in row-major order. */
    public double getFlat(int position) {
        requirePosition("getFlat", position);
        return Elements.get(elements, position);
    }

    /** Sets one element, by its position in row-major order; {@link Conversion} says what its type makes of it. */
    public void setFlat(int position, double value) {
        requirePosition("setFlat", position);
        Conversion.requireHeld("setFlat", value, dtype);
        Elements.set(elements, position, value);
    }

    private void requirePosition(String operation, int position) {
        if (position < 0 || position >= shape.elements()) {
            throw new IllegalArgumentException(operation + ": position " + position + " is outside of " + shape
                    + ", which has " + shape.elements() + " elements");
        }
    }

    /** The value of a tensor with exactly one element. */
    public double item() {
        if (shape.elements() != 1) {
            throw new IllegalArgumentException("item: wants one element, the tensor is " + shape);
        }
        return getFlat(0);
    }

    /** Sets every element, and returns this tensor; {@link Conversion} says what its type makes of the value. */
    public Tensor fill(double value) {
        Conversion.requireHeld("fill", value, dtype);
        Elements.fill(elements, value);
        Origin.mark(this, null, 0);
        return this;
    }

    /**
     * Copies the elements of a tensor of the same shape into this one, converted to this one's type as {@link
     * Conversion} says, and returns this one. Where an element is refused, nothing is copied.
     */
    public Tensor copyFrom(Tensor source) {
        if (!shape.equals(source.shape)) {
            throw new IllegalArgumentException("copyFrom: shapes differ, this " + shape + ", source " + source.shape);
        }
        Conversion.requireHeld("copyFrom", source, dtype);
        Elements.copy(source, this);
        return Tracing.tell(Op.COPY_FROM, this, source);
    }

    /** A copy with its own elements. */
    public Tensor copy() {
        return zeros(dtype, shape).copyFrom(this);
    }

    /**
     * This tensor where it has this type already, otherwise a copy, converted as {@link Conversion} says: FLOAT32
     * rounds, INT32 cuts to the whole part, and numbers that the type cannot hold are refused.
     */
    public Tensor to(DType type) {
        if (dtype == type) {
            return this;
        }
        Conversion.requireHeld("to", this, type);
        var out = zeros(type, shape);
        Elements.copy(this, out);
        return Tracing.tell(Op.COPY_FROM, out, this);
    }

    /** a + b, elementwise. */
    public Tensor add(Tensor b) {
        return binary(Op.ADD, BinaryOperation.ADD, this, b);
    }

    /** a + b for every element a. */
    public Tensor add(double b) {
        return binary(Op.ADD, BinaryOperation.ADD, this, b);
    }

    /** a - b, elementwise. */
    public Tensor sub(Tensor b) {
        return binary(Op.SUB, BinaryOperation.SUBTRACT, this, b);
    }

    /** a - b for every element a. */
    public Tensor sub(double b) {
        return binary(Op.SUB, BinaryOperation.SUBTRACT, this, b);
    }

    /** b - x for every element x: {@link #sub} with its operands exchanged. */
    public Tensor rsub(double b) {
        return binary(Op.RSUB, BinaryOperation.SUBTRACT_FROM, this, b);
    }

    /** a · b, elementwise. */
    public Tensor mul(Tensor b) {
        return binary(Op.MUL, BinaryOperation.MULTIPLY, this, b);
    }

    /** a · b for every element a. */
    public Tensor mul(double b) {
        return binary(Op.MUL, BinaryOperation.MULTIPLY, this, b);
    }

    /** a / b, elementwise. */
    public Tensor div(Tensor b) {
        return binary(Op.DIV, BinaryOperation.DIVIDE, this, b);
    }

    /** a / b for every element a. */
    public Tensor div(double b) {
        return binary(Op.DIV, BinaryOperation.DIVIDE, this, b);
    }

    /** Adds b to this tensor in place; b broadcasts to this tensor's shape. Returns this tensor. */
    public Tensor addInPlace(Tensor b) {
        return ElementwiseOperations.addInPlace(this, b);
    }

    /** -x, elementwise. */
    public Tensor neg() {
        return unary(Op.NEG, UnaryOperation.NEGATE, this);
    }

    /** |x|, elementwise. */
    public Tensor abs() {
        return unary(Op.ABS, UnaryOperation.ABSOLUTE, this);
    }

    /** eˣ, elementwise, to 1.2 ulp (units in the last place) in FLOAT32. */
    public Tensor exp() {
        return unary(Op.EXP, UnaryOperation.EXP, this);
    }

    /** ln x, elementwise, to 0.9 ulp in FLOAT32; -∞ for 0 and NaN for numbers below. */
    public Tensor log() {
        return unary(Op.LOG, UnaryOperation.LOG, this);
    }

    /** tanh x, elementwise, to 1.2 ulp in FLOAT32. */
    public Tensor tanh() {
        return unary(Op.TANH, UnaryOperation.TANH, this);
    }

    /** √x, elementwise, rounded once; -0 for -0 and NaN for numbers below. */
    public Tensor sqrt() {
        return unary(Op.SQRT, UnaryOperation.SQUARE_ROOT, this);
    }

    /** max(x, 0), elementwise. */
    public Tensor relu() {
        return unary(Op.RELU, UnaryOperation.RELU, this);
    }

    /** 1 / (1 + e⁻ˣ), elementwise, to 2.6 ulp in FLOAT32; it comes to 0 and 1 at the infinities. */
    public Tensor sigmoid() {
        return unary(Op.SIGMOID, UnaryOperation.SIGMOID, this);
    }

    /** x², elementwise. */
    public Tensor square() {
        return pow(2);
    }

    /** x where it is from min to max, otherwise the nearer of the two, elementwise; an infinite bound is none. */
    public Tensor clamp(double min, double max) {
        return ElementwiseOperations.clamp(this, min, max);
    }

    /** The larger of a and b, elementwise; 0 is larger than -0, and NaN gives NaN. */
    public Tensor maximum(Tensor b) {
        return binary(Op.MAXIMUM, BinaryOperation.MAXIMUM, this, b);
    }

    /** The smaller of a and b, elementwise; -0 is smaller than 0, and NaN gives NaN. */
    public Tensor minimum(Tensor b) {
        return binary(Op.MINIMUM, BinaryOperation.MINIMUM, this, b);
    }

    /**
     * a where the condition holds, b elsewhere; all three broadcast.
     *
     * @param condition of any type; it holds where its element is not 0
     */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        return Joining.where(condition, a, b);
    }

    /** x to the power of exponent, elementwise, to 1 ulp in FLOAT32; an exponent of 0.5 is {@link #sqrt}. */
    public Tensor pow(double exponent) {
        return ElementwiseOperations.pow(this, exponent);
    }

    /** The sum of all elements, a scalar, with the error of {@link #sum(int, boolean)}. */
    public Tensor sum() {
        return reshape(shape.elements()).sum(0);
    }

    /** The sum over one dimension, which is left out of the result, with the error of {@link #sum(int, boolean)}. */
    public Tensor sum(int dimension) {
        return sum(dimension, false);
    }

    /**
     * The sum over one dimension, which the result keeps with size 1 or leaves out. Of n elements, 2 or more, its error
     * is at most 8 u · log₂(n) · Σ|x|, where u is 2⁻²⁴ in FLOAT32 and 2⁻⁵³ in FLOAT64.
     */
    public Tensor sum(int dimension, boolean keepDimension) {
        return DimensionReduction.sum(this, dimension, keepDimension);
    }

    /** The mean of all elements, a scalar, with the error of {@link #mean(int, boolean)}. */
    public Tensor mean() {
        return reshape(shape.elements()).mean(0);
    }

    /** The mean over one dimension, which is left out of the result, with the error of {@link #mean(int, boolean)}. */
    public Tensor mean(int dimension) {
        return mean(dimension, false);
    }

    /**
     * The mean over one dimension, which the result keeps with size 1 or leaves out. Its error is at most 8 u · log₂(n)
     * times the mean of |x|, see {@link #sum(int, boolean)}; it is finite where x is.
     */
    public Tensor mean(int dimension, boolean keepDimension) {
        return DimensionReduction.mean(this, dimension, keepDimension);
    }

    /** The unbiased variance of all elements, a scalar; see {@link #var(int, Variance, boolean)}. */
    public Tensor var() {
        return reshape(shape.elements()).var(0, Variance.UNBIASED, false);
    }

    /** The variance over one dimension, which is left out of the result; see {@link #var(int, Variance, boolean)}. */
    public Tensor var(int dimension, Variance variance) {
        return var(dimension, variance, false);
    }

    /**
     * The variance over one dimension, which the result keeps with size 1 or leaves out; NaN where it would be divided
     * by 0. Its relative error is at most 16 u · log₂(n), with u of {@link #sum(int, boolean)}, however large the mean
     * is beside it; of equal elements it is 0.
     */
    public Tensor var(int dimension, Variance variance, boolean keepDimension) {
        return DimensionReduction.var(this, dimension, variance, keepDimension);
    }

    /** The unbiased standard deviation of all elements, a scalar; NaN for one element. */
    public Tensor std() {
        return reshape(shape.elements()).std(0, Variance.UNBIASED, false);
    }

    /** The standard deviation over one dimension, left out of the result; see {@link #std(int, Variance, boolean)}. */
    public Tensor std(int dimension, Variance variance) {
        return std(dimension, variance, false);
    }

    /**
     * The standard deviation over one dimension, which the result keeps with size 1 or leaves out: the square root of
     * {@link #var(int, Variance, boolean)}, also where that would overflow or vanish.
     */
    public Tensor std(int dimension, Variance variance, boolean keepDimension) {
        return DimensionReduction.std(this, dimension, variance, keepDimension);
    }

    /**
     * The largest elements over one dimension, which the result keeps with size 1 or leaves out; NaN counts as largest.
     */
    public Tensor max(int dimension, boolean keepDimension) {
        return DimensionReduction.max(this, dimension, keepDimension);
    }

    /** The INT32 index of the largest element over one dimension, the first of equals; the dimension is left out. */
    public Tensor argmax(int dimension) {
        return DimensionReduction.argmax("argmax", this, dimension);
    }

    /**
     * The sums of the elements so far along one dimension, each with itself. The error of one over i elements is at
     * most 2 u times itself and i² · 2⁻¹⁰⁶ · Σ|x|, with u of {@link #sum(int, boolean)}.
     */
    public Tensor cumsum(int dimension) {
        return Ordering.cumsum(this, dimension);
    }

    /** The elements along one dimension in ascending order, as {@link #sort(int, SortOrder)}. */
    public Sorted sort(int dimension) {
        return sort(dimension, SortOrder.ASCENDING);
    }

    /**
     * The elements along one dimension in order, and where they were. Equal elements keep their order, 0 and -0 are
     * equal, and NaN counts as the largest.
     */
    public Sorted sort(int dimension, SortOrder order) {
        return Ordering.sort(this, dimension, order);
    }

    /**
     * The k largest elements along one dimension in descending order, and where they were; of equal ones the first, and
     * NaN counts as the largest.
     */
    public Sorted topK(int k, int dimension) {
        return Ordering.topK(this, k, dimension);
    }

    /**
     * eˣ / Σ eˣ over one dimension, for all finite x. Of n elements, the largest of which is m, its relative error is
     * at most (m - x + 9 log₂(n) + 7) u, with u of {@link #sum(int, boolean)}, where it is a normal number. NaN where
     * one of them is NaN or ∞, or all are -∞.
     */
    public Tensor softmax(int dimension) {
        return SoftmaxOperations.softmax(this, dimension);
    }

    /**
     * ln of the {@link #softmax}, finite also where that would be 0. Its error is at most (9 log₂(n) + 3) u and u times
     * itself.
     */
    public Tensor logSoftmax(int dimension) {
        return SoftmaxOperations.logSoftmax(this, dimension);
    }

    /** ln Σ eˣ over one dimension, which is left out of the result, as {@link #logSumExp(int, boolean)}. */
    public Tensor logSumExp(int dimension) {
        return logSumExp(dimension, false);
    }

    /**
     * ln Σ eˣ over one dimension, which the result keeps with size 1 or leaves out; finite where x is. Its error is at
     * most (9 log₂(n) + 3) u and u times itself, with u of {@link #sum(int, boolean)}; of no elements it is -∞.
     */
    public Tensor logSumExp(int dimension, boolean keepDimension) {
        return SoftmaxOperations.logSumExp(this, dimension, keepDimension);
    }

    /**
     * a · b: (…, k) times (k, n) is (…, n). Where b is a batch of matrices (…, k, n), a is one of (…, m, k) or a
     * matrix, and the result is (…, m, n): the dimensions before the last two broadcast.
     */
    public Tensor matmul(Tensor b) {
        return MatrixOperations.matmul(this, b);
    }

    /**
     * aᵀ · b: (m, k) and (m, n) give (k, n). The gradient of a weight: xᵀ · dOut. Batches of matrices, (…, m, k) and
     * (…, m, n), give (…, k, n).
     */
    public Tensor matmulTransposeA(Tensor b) {
        return MatrixOperations.matmulTransposeA(this, b);
    }

    /**
     * a · bᵀ: (…, k) and (n, k) give (…, n). The gradient of an input: dOut · weightᵀ. Where b is a batch of matrices
     * (…, n, k), a is one of (…, m, k) or a matrix, and the result is (…, m, n).
     */
    public Tensor matmulTransposeB(Tensor b) {
        return MatrixOperations.matmulTransposeB(this, b);
    }

    /** The same elements, shared, in another shape of as many elements; one size may be -1 and is worked out. */
    public Tensor reshape(int... sizes) {
        return Tracing.tell(Op.RESHAPE, view(shape.reshaped(sizes)), this);
    }

    /** The same elements, shared, in another shape of as many, told to no tracer. */
    Tensor view(Shape other) {
        return new Tensor(dtype, other, elements);
    }

    /** The same elements, shared, without the dimensions of size 1. */
    public Tensor squeeze() {
        return Reshaping.squeeze(this);
    }

    /** The same elements, shared, without one dimension if its size is 1; otherwise with it, as in PyTorch. */
    public Tensor squeeze(int dimension) {
        return Reshaping.squeeze(this, dimension);
    }

    /** The same elements, shared, with one dimension of size 1 more, at the given place; -1 puts it at the end. */
    public Tensor unsqueeze(int dimension) {
        return Reshaping.unsqueeze(this, dimension);
    }

    /** A copy with two dimensions exchanged. */
    public Tensor transpose(int dimension0, int dimension1) {
        return Selection.transpose(this, dimension0, dimension1);
    }

    /** The transpose of a matrix, a copy. */
    public Tensor t() {
        if (shape.rank() != 2) {
            throw new IllegalArgumentException("t: wants a matrix, the tensor is " + shape);
        }
        return transpose(0, 1);
    }

    /** The rows x[indices]: indices of any shape select along the first dimension, (…) and (n, rest) give (…, rest). */
    public Tensor index(Tensor indices) {
        return Selection.index(this, indices);
    }

    /** The slices at the given places of one dimension, in the order of the one-dimensional INT32 indices. */
    public Tensor indexSelect(int dimension, Tensor indices) {
        return Selection.indexSelect(this, dimension, indices);
    }

    /**
     * The elements that indices name along one dimension: out[i, j] = x[indices[i, j], j] for dimension 0 of two.
     *
     * @param indices INT32, with as many dimensions as x and in the others no longer than it: the shape of the result
     */
    public Tensor gather(int dimension, Tensor indices) {
        return Gathering.gather(this, dimension, indices);
    }

    /**
     * Adds the elements of x to those of this tensor that indices name along one dimension, in place: the backward pass
     * of {@link #gather}. An element that is named twice gets both, added in their order, in FLOAT32 rounded once.
     * Returns this tensor.
     *
     * @param indices INT32, of the shape of x; they fit this tensor as those of {@link #gather} do
     */
    public Tensor scatterAdd(int dimension, Tensor indices, Tensor x) {
        return Gathering.scatterAdd(this, dimension, indices, x);
    }

    /** A copy of the part of one dimension that begins at {@code start} and is {@code length} long. */
    public Tensor narrow(int dimension, int start, int length) {
        return Selection.narrow(this, dimension, start, length);
    }

    /**
     * Adds the rows of x to the rows indices of this tensor, in place: the backward pass of {@link #index}. A row that
     * is named twice gets both. Returns this tensor.
     *
     * @param indices INT32, of any shape (…)
     * @param x (…, rest), where this tensor is (n, rest)
     */
    public Tensor indexAdd(Tensor indices, Tensor x) {
        return Selection.indexAdd(this, indices, x);
    }

    /** A FLOAT32 tensor (…, classes) with a 1 at each index of this INT32 tensor (…) and 0 elsewhere. */
    public Tensor oneHot(int classes) {
        return Selection.oneHot(this, classes);
    }

    /** The tensors joined along one dimension; their other sizes and their types are equal. */
    public static Tensor cat(int dimension, Tensor... tensors) {
        return Selection.cat(dimension, tensors);
    }

    /** The tensors joined along a new dimension, at the given place; their shapes and their types are equal. */
    public static Tensor stack(int dimension, Tensor... tensors) {
        return Joining.stack(dimension, tensors);
    }

    /** Whether shape, type and every element are equal; NaN equals NaN, and 0 and -0 differ. */
    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Tensor tensor
                        && dtype == tensor.dtype
                        && shape.equals(tensor.shape)
                        && Objects.deepEquals(elements, tensor.elements));
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(new Object[] {dtype, shape, elements});
    }

    /** Type, shape and elements, the middle of long dimensions left out. */
    @Override
    public String toString() {
        return TensorText.format(this);
    }
}
