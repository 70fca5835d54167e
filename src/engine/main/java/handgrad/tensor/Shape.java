package handgrad.tensor;

import java.util.Arrays;

/** The sizes of a tensor's dimensions, outermost first; immutable. A scalar has no dimensions and one element. */
public final class Shape {
    /** The shape of a scalar, {@code ()}. */
    public static final Shape SCALAR = new Shape(new int[0]);

    private static final long TOO_MANY = 1L << 31;

    private final int[] sizes;
    private final int elements;

    private Shape(int[] sizes) {
        this.sizes = sizes;
        this.elements = elements(0, sizes.length);
    }

    /**
     * The shape with these sizes, outermost first.
     *
     * @throws IllegalArgumentException if one is negative, or those that are not 0 multiply to 2³¹ or more
     */
    public static Shape of(int... sizes) {
        return sizes.length == 0 ? SCALAR : of("shape", longs(sizes));
    }

    /**
     * The shape of what an operation makes, or a layer, from sizes that have been worked out without overflow.
     *
     * @throws IllegalArgumentException as for {@link #of(int...)}; it names the operation
     */
    public static Shape of(String operation, long... sizes) {
        int[] checked = new int[sizes.length];
        // Zeros do not count, so that the product of any of the sizes is an int.
        long product = 1;
        boolean zeros = false;
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] < 0) {
                throw new IllegalArgumentException(operation + ": negative size in " + format(sizes));
            }
            zeros |= sizes[d] == 0;
            checked[d] = (int) sizes[d];
            product *= Math.max(1, Math.min(sizes[d], TOO_MANY));
            product = Math.min(product, TOO_MANY);
        }
        if (product == TOO_MANY) {
            throw new IllegalArgumentException(operation + ": " + format(sizes) + " has more than 2^31 - 1 elements"
                    + (zeros ? ", its zeros left out" : ""));
        }
        return new Shape(checked);
    }

    private static long[] longs(int[] sizes) {
        return Arrays.stream(sizes).asLongStream().toArray();
    }

    /** The shape of an operation's result that has these sizes, then those. */
    static Shape joined(String operation, int[] first, int... second) {
        long[] sizes = Arrays.copyOf(longs(first), first.length + second.length);
        System.arraycopy(longs(second), 0, sizes, first.length, second.length);
        return of(operation, sizes);
    }

    /** The shape with these sizes for an array of a length, to which they must multiply. */
    static Shape ofLength(int length, int[] sizes) {
        var shape = of(sizes);
        if (shape.elements != length) {
            throw new IllegalArgumentException(
                    "of: shape " + shape + " has " + shape.elements + " elements, the array " + length);
        }
        return shape;
    }

    /** The number of dimensions. */
    public int rank() {
        return sizes.length;
    }

    /** The number of elements: the product of the sizes, 1 for a scalar. */
    public int elements() {
        return elements;
    }

    /** The size of one dimension; a negative one counts from the end, -1 is the last. */
    public int size(int dimension) {
        return sizes[dimension(dimension)];
    }

    /** The index of a dimension from 0, for one that may count from the end. */
    public int dimension(int dimension) {
        if (dimension < -sizes.length || dimension >= sizes.length) {
            throw new IllegalArgumentException("dimension " + dimension + " is outside of " + this + ", which has "
                    + sizes.length + (sizes.length == 1 ? " dimension" : " dimensions"));
        }
        return dimension < 0 ? dimension + sizes.length : dimension;
    }

    /** The sizes as a new array, outermost first. */
    public int[] toArray() {
        return sizes.clone();
    }

    /**
     * The product of the sizes from dimension {@code from} up to, not including, {@code to}; 1 where there are none.
     */
    public int elements(int from, int to) {
        int product = 1;
        for (int d = from; d < to; d++) {
            product *= sizes[d];
        }
        return product;
    }

    /** The product of the sizes before a dimension. */
    int outer(int dimension) {
        return elements(0, dimension(dimension));
    }

    /** The product of the sizes after a dimension. */
    int inner(int dimension) {
        return elements(dimension + 1, sizes.length);
    }

    /** The position of an element in row-major order, by its index in each dimension. */
    int position(String operation, int[] index) {
        if (index.length != sizes.length) {
            throw new IllegalArgumentException(
                    operation + ": " + index.length + " indices for a tensor of shape " + this);
        }
        int position = 0;
        for (int d = 0; d < index.length; d++) {
            if (index[d] < 0 || index[d] >= sizes[d]) {
                throw new IllegalArgumentException(
                        operation + ": index " + Arrays.toString(index) + " is outside of shape " + this);
            }
            position = position * sizes[d] + index[d];
        }
        return position;
    }

    /** Another shape of as many elements; one of its sizes may be -1 and is worked out. */
    Shape reshaped(int[] wanted) {
        int[] resolved = wanted.clone();
        int unknown = -1;
        long known = 1;
        for (int d = 0; d < wanted.length; d++) {
            if (wanted[d] == -1 && unknown < 0) {
                unknown = d;
            } else {
                // More than there are elements is enough to know, and cannot overflow.
                known = wanted[d] == 0 ? 0 : Math.min(known * Math.abs((long) wanted[d]), TOO_MANY);
            }
        }
        if (unknown >= 0 && known > 0) {
            resolved[unknown] = (int) (elements / known);
            known *= resolved[unknown];
        }
        if (known != elements || Arrays.stream(resolved).anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException(
                    "reshape: " + this + " with " + elements + " elements does not fit " + Arrays.toString(wanted));
        }
        return of(resolved);
    }

    /** This shape with one dimension's size replaced. */
    public Shape with(int dimension, int size) {
        return with("shape", dimension, size);
    }

    /** This shape with one dimension's size replaced, for the result of an operation. */
    Shape with(String operation, int dimension, long size) {
        long[] changed = longs(sizes);
        changed[dimension(dimension)] = size;
        return of(operation, changed);
    }

    /** This shape without one dimension. */
    public Shape without(int dimension) {
        int d = dimension(dimension);
        int[] rest = new int[sizes.length - 1];
        System.arraycopy(sizes, 0, rest, 0, d);
        System.arraycopy(sizes, d + 1, rest, d, rest.length - d);
        return of(rest);
    }

    /** Whether this shape is {@code leading} with its last size replaced by {@code last}. */
    public boolean isWithLast(Shape leading, int last) {
        int end = sizes.length - 1;
        return end >= 0
                && end == leading.sizes.length - 1
                && sizes[end] == last
                && Arrays.equals(sizes, 0, end, leading.sizes, 0, end);
    }

    /** Whether this shape is {@code leading} with one more dimension behind it. */
    public boolean appendsOneDimensionTo(Shape leading) {
        return sizes.length == leading.sizes.length + 1
                && Arrays.equals(sizes, 0, leading.sizes.length, leading.sizes, 0, leading.sizes.length);
    }

    /**
     * The shape that two shapes broadcast to: aligned at the last dimension, sizes must be equal or one of them 1, and
     * a missing dimension counts as 1.
     *
     * @param operation the name to use in the error
     */
    static Shape broadcast(String operation, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int rank = Math.max(a.rank(), b.rank());
        long[] result = new long[rank];
        for (int d = 1; d <= rank; d++) {
            int sizeA = d > a.rank() ? 1 : a.sizes[a.rank() - d];
            int sizeB = d > b.rank() ? 1 : b.sizes[b.rank() - d];
            if (sizeA != sizeB && sizeA != 1 && sizeB != 1) {
                throw new IllegalArgumentException(operation + ": shapes do not broadcast, a " + a + ", b " + b
                        + ": dimension -" + d + " is " + sizeA + " and " + sizeB);
            }
            result[rank - d] = sizeA == 1 ? sizeB : sizeA;
        }
        return of(operation, result);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Shape shape && Arrays.equals(sizes, shape.sizes));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** The sizes in parentheses: {@code (32, 30)}, {@code (27)}, {@code ()}. */
    @Override
    public String toString() {
        return format(longs(sizes));
    }

    private static String format(long[] sizes) {
        String list = Arrays.toString(sizes);
        return "(" + list.substring(1, list.length() - 1) + ")";
    }
}
