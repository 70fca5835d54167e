package handgrad.tensor;

import handgrad.kernel.BinaryOperation;
import handgrad.kernel.Elementwise;
import handgrad.kernel.Reduction;
import handgrad.kernel.Rows;
import handgrad.kernel.UnaryOperation;
import handgrad.random.TorchRandom;
import java.util.Arrays;
import java.util.Objects;

/**
 * A dense array of numbers with a shape: contiguous, row-major, in a plain Java array.
 *
 * <p>Operations check their arguments and return a fresh tensor; they carry PyTorch's names and follow its broadcasting
 * rule: shapes are aligned at the last dimension, and a size of 1 or a missing dimension is repeated. Both operands of an
 * operation must have the same {@link DType}. {@link #reshape} and the accessors {@link #floats()}, {@link #doubles()} and
 * {@link #ints()} share the elements; everything else copies. A dimension may count from the end: -1 is the last.
 *
 * <p>A wrong shape, type or dimension throws an {@link IllegalArgumentException} that names the operation, the rule and
 * both shapes. A tensor may be read by several threads at once, not written.
 */
public final class Tensor {
    private final DType dtype;
    private final Shape shape;
    private final Object elements;

    private Tensor(DType dtype, Shape shape, Object elements) {
        this.dtype = dtype;
        this.shape = shape;
        this.elements = elements;
    }

    private static Tensor wrap(DType dtype, Object elements, int length, int... sizes) {
        var shape = Shape.of(sizes);
        if (shape.elements() != length) {
            throw new IllegalArgumentException(
                    "of: shape " + shape + " has " + shape.elements() + " elements, the array " + length);
        }
        return new Tensor(dtype, shape, elements);
    }

    /** A FLOAT32 tensor on this array, which it shares; {@code sizes} multiply to its length. */
    public static Tensor of(float[] elements, int... sizes) {
        return wrap(DType.FLOAT32, elements, elements.length, sizes);
    }

    /** A FLOAT64 tensor on this array, which it shares; {@code sizes} multiply to its length. */
    public static Tensor of(double[] elements, int... sizes) {
        return wrap(DType.FLOAT64, elements, elements.length, sizes);
    }

    /** An INT32 tensor on this array, which it shares; {@code sizes} multiply to its length. */
    public static Tensor of(int[] elements, int... sizes) {
        return wrap(DType.INT32, elements, elements.length, sizes);
    }

    /** A FLOAT32 tensor of zeros. */
    public static Tensor zeros(int... sizes) {
        return zeros(DType.FLOAT32, Shape.of(sizes));
    }

    /** A tensor of zeros. */
    public static Tensor zeros(DType dtype, Shape shape) {
        Object elements = switch (dtype) {
            case FLOAT32 -> new float[shape.elements()];
            case FLOAT64 -> new double[shape.elements()];
            case INT32 -> new int[shape.elements()];
        };
        return new Tensor(dtype, shape, elements);
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
        if (elements instanceof float[] floats) {
            return floats;
        }
        throw wrongType("floats", DType.FLOAT32);
    }

    /** The elements themselves, row-major, not a copy; FLOAT64 only. */
    public double[] doubles() {
        if (elements instanceof double[] doubles) {
            return doubles;
        }
        throw wrongType("doubles", DType.FLOAT64);
    }

    /** The elements themselves, row-major, not a copy; INT32 only. */
    public int[] ints() {
        if (elements instanceof int[] ints) {
            return ints;
        }
        throw wrongType("ints", DType.INT32);
    }

    /** The array behind this tensor, of the type that its dtype says. */
    Object elements() {
        return elements;
    }

    private IllegalArgumentException wrongType(String operation, DType wanted) {
        return new IllegalArgumentException(operation + ": wants " + wanted + ", the tensor " + shape + " is " + dtype);
    }

    private void requireFloating(String operation) {
        if (dtype == DType.INT32) {
            throw new IllegalArgumentException(
                    operation + ": wants FLOAT32 or FLOAT64, the tensor " + shape + " is INT32; convert it with to");
        }
    }

    private void requireSameType(String operation, Tensor other) {
        requireFloating(operation);
        if (dtype != other.dtype) {
            throw new IllegalArgumentException(operation + ": types differ, a " + dtype + " " + shape + ", b "
                    + other.dtype + " " + other.shape + "; convert one with to");
        }
    }

    /** One element, by its index in each dimension. */
    public double get(int... index) {
        return getFlat(offset("get", index));
    }

    /** Sets one element, by its index in each dimension. */
    public void set(double value, int... index) {
        setFlat(offset("set", index), value);
    }

    private int offset(String operation, int[] index) {
        if (index.length != shape.rank()) {
            throw new IllegalArgumentException(
                    operation + ": " + index.length + " indices for a tensor of shape " + shape);
        }
        int offset = 0;
        for (int d = 0; d < index.length; d++) {
            if (index[d] < 0 || index[d] >= shape.size(d)) {
                throw new IllegalArgumentException(
                        operation + ": index " + Arrays.toString(index) + " is outside of shape " + shape);
            }
            offset = offset * shape.size(d) + index[d];
        }
        return offset;
    }

    /** One element, by its position in row-major order. */
    public double getFlat(int position) {
        return switch (elements) {
            case float[] floats -> floats[position];
            case double[] doubles -> doubles[position];
            case int[] ints -> ints[position];
            default -> throw new AssertionError(elements);
        };
    }

    /** Sets one element, by its position in row-major order; rounded for FLOAT32, cut to its whole part for INT32. */
    public void setFlat(int position, double value) {
        switch (elements) {
            case float[] floats -> floats[position] = (float) value;
            case double[] doubles -> doubles[position] = value;
            case int[] ints -> ints[position] = (int) value;
            default -> throw new AssertionError(elements);
        }
    }

    /** The value of a tensor with exactly one element. */
    public double item() {
        if (shape.elements() != 1) {
            throw new IllegalArgumentException("item: wants one element, the tensor is " + shape);
        }
        return getFlat(0);
    }

    /** Sets every element, and returns this tensor. */
    public Tensor fill(double value) {
        switch (elements) {
            case float[] floats -> Elementwise.fill((float) value, floats, floats.length);
            case double[] doubles -> Arrays.fill(doubles, value);
            case int[] ints -> Arrays.fill(ints, (int) value);
            default -> throw new AssertionError(elements);
        }
        return this;
    }

    /** Copies the elements of a tensor of the same shape into this one, converting its type, and returns this one. */
    public Tensor copyFrom(Tensor source) {
        if (!shape.equals(source.shape)) {
            throw new IllegalArgumentException("copyFrom: shapes differ, this " + shape + ", source " + source.shape);
        }
        if (dtype == source.dtype) {
            System.arraycopy(source.elements, 0, elements, 0, shape.elements());
        } else {
            for (int i = 0; i < shape.elements(); i++) {
                setFlat(i, source.getFlat(i));
            }
        }
        return Tracing.tell(Op.COPY_FROM, this, source);
    }

    /** A copy with its own elements. */
    public Tensor copy() {
        return zeros(dtype, shape).copyFrom(this);
    }

    /** This tensor where it has this type already, otherwise a converted copy. */
    public Tensor to(DType type) {
        return dtype == type ? this : zeros(type, shape).copyFrom(this);
    }

    /** a + b, elementwise. */
    public Tensor add(Tensor b) {
        return binary(Op.ADD, BinaryOperation.ADD, b);
    }

    /** a + b for every element a. */
    public Tensor add(double b) {
        return binaryWithScalar(Op.ADD, BinaryOperation.ADD, b);
    }

    /** a - b, elementwise. */
    public Tensor sub(Tensor b) {
        return binary(Op.SUB, BinaryOperation.SUBTRACT, b);
    }

    /** a - b for every element a. */
    public Tensor sub(double b) {
        return binaryWithScalar(Op.SUB, BinaryOperation.SUBTRACT, b);
    }

    /** a · b, elementwise. */
    public Tensor mul(Tensor b) {
        return binary(Op.MUL, BinaryOperation.MULTIPLY, b);
    }

    /** a · b for every element a. */
    public Tensor mul(double b) {
        return binaryWithScalar(Op.MUL, BinaryOperation.MULTIPLY, b);
    }

    /** a / b, elementwise. */
    public Tensor div(Tensor b) {
        return binary(Op.DIV, BinaryOperation.DIVIDE, b);
    }

    /** a / b for every element a. */
    public Tensor div(double b) {
        return binaryWithScalar(Op.DIV, BinaryOperation.DIVIDE, b);
    }

    private Tensor binaryWithScalar(Op op, BinaryOperation operation, double b) {
        requireFloating(op.toString());
        var out = zeros(dtype, shape);
        Broadcast.apply(operation, this, zeros(dtype, Shape.SCALAR).fill(b), out);
        return Tracing.tell(op, new double[] {b}, out, this);
    }

    private Tensor binary(Op op, BinaryOperation operation, Tensor b) {
        requireSameType(op.toString(), b);
        var out = zeros(dtype, Shape.broadcast(op.toString(), shape, b.shape));
        Broadcast.apply(operation, this, b, out);
        return Tracing.tell(op, out, this, b);
    }

    /** Adds b to this tensor in place; b broadcasts to this tensor's shape. Returns this tensor. */
    public Tensor addInPlace(Tensor b) {
        requireSameType("addInPlace", b);
        if (!Shape.broadcast("addInPlace", shape, b.shape).equals(shape)) {
            throw new IllegalArgumentException(
                    "addInPlace: b does not broadcast to this tensor's shape, this " + shape + ", b " + b.shape);
        }
        Broadcast.apply(BinaryOperation.ADD, this, b, this);
        return Tracing.tell(Op.ADD_IN_PLACE, this, this, b);
    }

    /** -x, elementwise. */
    public Tensor neg() {
        return unary(Op.NEG, UnaryOperation.NEGATE);
    }

    /** |x|, elementwise. */
    public Tensor abs() {
        return unary(Op.ABS, UnaryOperation.ABSOLUTE);
    }

    /** eˣ, elementwise. */
    public Tensor exp() {
        return unary(Op.EXP, UnaryOperation.EXP);
    }

    /** ln x, elementwise. */
    public Tensor log() {
        return unary(Op.LOG, UnaryOperation.LOG);
    }

    /** tanh x, elementwise. */
    public Tensor tanh() {
        return unary(Op.TANH, UnaryOperation.TANH);
    }

    /** √x, elementwise. */
    public Tensor sqrt() {
        return unary(Op.SQRT, UnaryOperation.SQUARE_ROOT);
    }

    /** max(x, 0), elementwise. */
    public Tensor relu() {
        return unary(Op.RELU, UnaryOperation.RELU);
    }

    /** x to the power of exponent, elementwise. */
    public Tensor pow(double exponent) {
        if (exponent == 2) {
            return unary(Op.POW, UnaryOperation.SQUARE, exponent);
        }
        if (exponent == -1) {
            return unary(Op.POW, UnaryOperation.RECIPROCAL, exponent);
        }
        if (exponent == 0.5) {
            return sqrt();
        }
        requireFloating("pow");
        var out = zeros(dtype, shape);
        if (dtype == DType.FLOAT32) {
            Elementwise.power(floats(), exponent, out.floats(), shape.elements());
        } else {
            Elementwise.power(doubles(), exponent, out.doubles(), shape.elements());
        }
        return Tracing.tell(Op.POW, new double[] {exponent}, out, this);
    }

    private Tensor unary(Op op, UnaryOperation operation, double... arguments) {
        requireFloating(op.toString());
        var out = zeros(dtype, shape);
        if (dtype == DType.FLOAT32) {
            Elementwise.unary(operation, floats(), out.floats(), shape.elements());
        } else {
            Elementwise.unary(operation, doubles(), out.doubles(), shape.elements());
        }
        return Tracing.tell(op, arguments, out, this);
    }

    /** The sum of all elements, a scalar. */
    public Tensor sum() {
        return reshape(shape.elements()).sum(0);
    }

    /** The sum over one dimension, which is left out of the result. */
    public Tensor sum(int dimension) {
        return sum(dimension, false);
    }

    /** The sum over one dimension, which the result keeps with size 1 or leaves out. */
    public Tensor sum(int dimension, boolean keepDimension) {
        requireFloating("sum");
        int d = shape.dimension(dimension);
        var out = zeros(dtype, reduced(d, keepDimension));
        if (dtype == DType.FLOAT32) {
            Reduction.sum(floats(), outer(d), shape.size(d), inner(d), out.floats());
        } else {
            Reduction.sum(doubles(), outer(d), shape.size(d), inner(d), out.doubles());
        }
        return Tracing.tell(Op.SUM, new double[] {d, keepDimension ? 1 : 0}, out, this);
    }

    /** The mean of all elements, a scalar. */
    public Tensor mean() {
        requireFloating("mean");
        return sum().div(shape.elements());
    }

    /** The mean over one dimension, which is left out of the result. */
    public Tensor mean(int dimension) {
        return mean(dimension, false);
    }

    /** The mean over one dimension, which the result keeps with size 1 or leaves out. */
    public Tensor mean(int dimension, boolean keepDimension) {
        requireFloating("mean");
        return sum(dimension, keepDimension).div(shape.size(dimension));
    }

    /** The unbiased variance of all elements, a scalar; NaN for one element. */
    public Tensor var() {
        return reshape(shape.elements()).var(0, true, false);
    }

    /**
     * The variance over one dimension; NaN where it would be divided by 0.
     *
     * @param unbiased whether to divide by n - 1, which is PyTorch's default, or by n
     * @param keepDimension whether the result keeps the dimension with size 1 or leaves it out
     */
    public Tensor var(int dimension, boolean unbiased, boolean keepDimension) {
        requireFloating("var");
        var squares = sub(mean(dimension, true)).pow(2).sum(dimension, keepDimension);
        int n = shape.size(dimension);
        return squares.div(unbiased ? Math.max(0, n - 1) : n);
    }

    /** The unbiased standard deviation of all elements, a scalar; NaN for one element. */
    public Tensor std() {
        requireFloating("std");
        return var().sqrt();
    }

    /** The standard deviation over one dimension: the square root of {@link #var(int, boolean, boolean)}. */
    public Tensor std(int dimension, boolean unbiased, boolean keepDimension) {
        requireFloating("std");
        return var(dimension, unbiased, keepDimension).sqrt();
    }

    /** The largest elements over one dimension, which the result keeps with size 1 or leaves out; NaN counts as largest. */
    public Tensor max(int dimension, boolean keepDimension) {
        int d = shape.dimension(dimension);
        int[] best = largest("max", d).ints();
        var out = zeros(dtype, reduced(d, keepDimension));
        int inner = inner(d);
        for (int i = 0; i < best.length; i++) {
            int position = (i / inner * shape.size(d) + best[i]) * inner + i % inner;
            System.arraycopy(elements, position, out.elements, i, 1);
        }
        return Tracing.tell(Op.MAX, new double[] {d, keepDimension ? 1 : 0}, out, this);
    }

    /** The INT32 index of the largest element over one dimension, the first of equals; the dimension is left out. */
    public Tensor argmax(int dimension) {
        return largest("argmax", dimension);
    }

    private Tensor largest(String operation, int dimension) {
        requireFloating(operation);
        int d = shape.dimension(dimension);
        if (shape.size(d) == 0) {
            throw new IllegalArgumentException(operation + ": dimension " + dimension + " of " + shape + " is empty");
        }
        var out = zeros(DType.INT32, shape.without(d));
        if (dtype == DType.FLOAT32) {
            Reduction.argmax(floats(), outer(d), shape.size(d), inner(d), out.ints());
        } else {
            Reduction.argmax(doubles(), outer(d), shape.size(d), inner(d), out.ints());
        }
        return Tracing.tell(Op.ARGMAX, new double[] {d}, out, this);
    }

    private Shape reduced(int dimension, boolean keepDimension) {
        return keepDimension ? shape.with(dimension, 1) : shape.without(dimension);
    }

    private int outer(int dimension) {
        return shape.elements(0, dimension);
    }

    private int inner(int dimension) {
        return shape.elements(dimension + 1, shape.rank());
    }

    /** a · b: (…, k) times (k, n) is (…, n). */
    public Tensor matmul(Tensor b) {
        requireMatrices("matmul", b, 1);
        requireEqual("matmul", "inner dimensions", size(-1), b.size(0), b);
        var out = zeros(dtype, shape.with(-1, b.size(1)));
        int rows = outer(shape.rank() - 1);
        MatrixForms.multiply(this, false, b, false, rows, b.size(1), size(-1), 0, out);
        return Tracing.tell(Op.MATMUL, out, this, b);
    }

    /** aᵀ · b: (m, k) and (m, n) give (k, n). The gradient of a weight: xᵀ · dOut. */
    public Tensor matmulTransposeA(Tensor b) {
        requireMatrices("matmulTransposeA", b, 2);
        requireEqual("matmulTransposeA", "first dimensions", size(0), b.size(0), b);
        var out = zeros(dtype, Shape.of(size(1), b.size(1)));
        MatrixForms.multiply(this, true, b, false, size(1), b.size(1), size(0), 0, out);
        return Tracing.tell(Op.MATMUL_TRANSPOSE_A, out, this, b);
    }

    /** a · bᵀ: (…, k) and (n, k) give (…, n). The gradient of an input: dOut · weightᵀ. */
    public Tensor matmulTransposeB(Tensor b) {
        requireMatrices("matmulTransposeB", b, 1);
        requireEqual("matmulTransposeB", "last dimensions", size(-1), b.size(1), b);
        var out = zeros(dtype, shape.with(-1, b.size(0)));
        int rows = outer(shape.rank() - 1);
        MatrixForms.multiply(this, false, b, true, rows, b.size(0), size(-1), 0, out);
        return Tracing.tell(Op.MATMUL_TRANSPOSE_B, out, this, b);
    }

    private void requireMatrices(String operation, Tensor b, int leastRank) {
        requireSameType(operation, b);
        boolean rankOfA = leastRank == 2 ? shape.rank() == 2 : shape.rank() >= 1;
        if (!rankOfA || b.shape.rank() != 2) {
            throw new IllegalArgumentException(operation + ": wants "
                    + (leastRank == 2 ? "two matrices" : "a of at least one dimension and a matrix b") + ", a " + shape
                    + ", b " + b.shape);
        }
    }

    private void requireEqual(String operation, String what, int sizeA, int sizeB, Tensor b) {
        if (sizeA != sizeB) {
            throw new IllegalArgumentException(operation + ": " + what + " differ, a " + shape + ", b " + b.shape);
        }
    }

    /** The same elements, shared, in another shape of as many elements; one size may be -1 and is worked out. */
    public Tensor reshape(int... sizes) {
        int[] resolved = sizes.clone();
        int unknown = -1;
        int known = 1;
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] == -1 && unknown < 0) {
                unknown = d;
            } else {
                known *= sizes[d];
            }
        }
        if (unknown >= 0 && known > 0) {
            resolved[unknown] = shape.elements() / known;
        }
        if (Arrays.stream(resolved).anyMatch(size -> size < 0)
                || Shape.of(resolved).elements() != shape.elements()) {
            throw new IllegalArgumentException("reshape: " + shape + " with " + shape.elements()
                    + " elements does not fit " + Arrays.toString(sizes));
        }
        return Tracing.tell(Op.RESHAPE, new Tensor(dtype, Shape.of(resolved), elements), this);
    }

    /** A copy with two dimensions exchanged. */
    public Tensor transpose(int dimension0, int dimension1) {
        int first = Math.min(shape.dimension(dimension0), shape.dimension(dimension1));
        int second = Math.max(shape.dimension(dimension0), shape.dimension(dimension1));
        if (first == second) {
            return copy();
        }
        var out = zeros(dtype, shape.with(first, shape.size(second)).with(second, shape.size(first)));
        int outer = outer(first);
        int rows = shape.size(first);
        int middle = shape.elements(first + 1, second);
        int columns = shape.size(second);
        int inner = inner(second);
        int target = 0;
        for (int o = 0; o < outer; o++) {
            for (int column = 0; column < columns; column++) {
                for (int m = 0; m < middle; m++) {
                    for (int row = 0; row < rows; row++) {
                        int source = (((o * rows + row) * middle + m) * columns + column) * inner;
                        System.arraycopy(elements, source, out.elements, target, inner);
                        target += inner;
                    }
                }
            }
        }
        return Tracing.tell(Op.TRANSPOSE, new double[] {first, second}, out, this);
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
        requireIndices("index", indices, shape.size(0));
        int[] rest = shape.without(0).toArray();
        int[] sizes = Arrays.copyOf(indices.shape.toArray(), indices.shape.rank() + rest.length);
        System.arraycopy(rest, 0, sizes, indices.shape.rank(), rest.length);
        var out = zeros(dtype, Shape.of(sizes));
        Rows.gather(elements, inner(0), indices.ints(), indices.shape.elements(), out.elements);
        return Tracing.tell(Op.INDEX, out, this, indices);
    }

    /** The slices at the given places of one dimension, in the order of the one-dimensional INT32 indices. */
    public Tensor indexSelect(int dimension, Tensor indices) {
        if (indices.shape.rank() != 1) {
            throw new IllegalArgumentException("indexSelect: wants one-dimensional indices, they are " + indices.shape);
        }
        int d = shape.dimension(dimension);
        requireIndices("indexSelect", indices, shape.size(d));
        int count = indices.shape.elements();
        var out = zeros(dtype, shape.with(d, count));
        int inner = inner(d);
        for (int o = 0; o < outer(d); o++) {
            for (int i = 0; i < count; i++) {
                int source = (o * shape.size(d) + indices.ints()[i]) * inner;
                System.arraycopy(elements, source, out.elements, (o * count + i) * inner, inner);
            }
        }
        return Tracing.tell(Op.INDEX_SELECT, new double[] {d}, out, this, indices);
    }

    /** A copy of the part of one dimension that begins at {@code start} and is {@code length} long. */
    public Tensor narrow(int dimension, int start, int length) {
        int d = shape.dimension(dimension);
        if (start < 0 || length < 0 || start > shape.size(d) - length) {
            throw new IllegalArgumentException("narrow: " + length + " from " + start + " on is not within dimension "
                    + dimension + " of " + shape);
        }
        var out = zeros(dtype, shape.with(d, length));
        int inner = inner(d);
        for (int o = 0; o < outer(d); o++) {
            int source = (o * shape.size(d) + start) * inner;
            System.arraycopy(elements, source, out.elements, o * length * inner, length * inner);
        }
        return Tracing.tell(Op.NARROW, new double[] {d, start, length}, out, this);
    }

    /**
     * Adds the rows of x to the rows indices of this tensor, in place: the backward pass of {@link #index}. A row that is
     * named twice gets both. Returns this tensor.
     *
     * @param indices INT32, of any shape (…)
     * @param x (…, rest), where this tensor is (n, rest)
     */
    public Tensor indexAdd(Tensor indices, Tensor x) {
        requireSameType("indexAdd", x);
        requireIndices("indexAdd", indices, shape.size(0));
        if (x.shape.elements() != indices.shape.elements() * inner(0)) {
            throw new IllegalArgumentException(
                    "indexAdd: " + indices.shape + " rows of " + shape.without(0) + " do not fit x " + x.shape);
        }
        int count = indices.shape.elements();
        if (dtype == DType.FLOAT32) {
            Rows.scatterAdd(floats(), inner(0), indices.ints(), count, x.floats());
        } else {
            Rows.scatterAdd(doubles(), inner(0), indices.ints(), count, x.doubles());
        }
        return Tracing.tell(Op.INDEX_ADD, this, this, indices, x);
    }

    /** Checks that indices are INT32 and each from 0 to size - 1. */
    static void requireIndices(String operation, Tensor indices, int size) {
        if (indices.dtype != DType.INT32) {
            throw new IllegalArgumentException(
                    operation + ": indices must be INT32, they are " + indices.dtype + " " + indices.shape);
        }
        for (int index : indices.ints()) {
            if (index < 0 || index >= size) {
                throw new IllegalArgumentException(
                        operation + ": index " + index + " is outside of 0 to " + (size - 1));
            }
        }
    }

    /** A FLOAT32 tensor (…, classes) with a 1 at each index of this INT32 tensor (…) and 0 elsewhere. */
    public Tensor oneHot(int classes) {
        requireIndices("oneHot", this, classes);
        int[] sizes = Arrays.copyOf(shape.toArray(), shape.rank() + 1);
        sizes[shape.rank()] = classes;
        var out = zeros(sizes);
        for (int i = 0; i < shape.elements(); i++) {
            out.floats()[i * classes + ints()[i]] = 1;
        }
        return Tracing.tell(Op.ONE_HOT, out, this);
    }

    /** The tensors joined along one dimension; their other sizes and their types are equal. */
    public static Tensor cat(int dimension, Tensor... tensors) {
        if (tensors.length == 0) {
            throw new IllegalArgumentException("cat: wants at least one tensor");
        }
        var first = tensors[0];
        int d = first.shape.dimension(dimension);
        int total = 0;
        for (var tensor : tensors) {
            if (tensor.dtype != first.dtype
                    || tensor.shape.rank() != first.shape.rank()
                    || !tensor.shape.with(d, 0).equals(first.shape.with(d, 0))) {
                throw new IllegalArgumentException("cat: tensors may differ in dimension " + dimension + " only, a "
                        + first.dtype + " " + first.shape + ", b " + tensor.dtype + " " + tensor.shape);
            }
            total += tensor.shape.size(d);
        }
        var out = zeros(first.dtype, first.shape.with(d, total));
        int inner = first.inner(d);
        int target = 0;
        for (int o = 0; o < first.outer(d); o++) {
            for (var tensor : tensors) {
                int length = tensor.shape.size(d) * inner;
                System.arraycopy(tensor.elements, o * length, out.elements, target, length);
                target += length;
            }
        }
        return Tracing.tell(Op.CAT, new double[] {d}, out, tensors);
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
