package handgrad.tensor;

import handgrad.kernel.Elementwise;
import java.util.Arrays;

/** The array behind a tensor, whatever its type. */
final class Elements {
    private Elements() {}

    static Object zeros(DType dtype, int n) {
        return switch (dtype) {
            case FLOAT32 -> new float[n];
            case FLOAT64 -> new double[n];
            case INT32 -> new int[n];
        };
    }

    static double get(Object elements, int position) {
        return switch (elements) {
            case float[] floats -> floats[position];
            case double[] doubles -> doubles[position];
            case int[] ints -> ints[position];
            default -> throw new AssertionError(elements);
        };
    }

    static void set(Object elements, int position, double value) {
        switch (elements) {
            case float[] floats -> floats[position] = (float) value;
            case double[] doubles -> doubles[position] = value;
            case int[] ints -> ints[position] = (int) value;
            default -> throw new AssertionError(elements);
        }
    }

    static void fill(Object elements, double value) {
        switch (elements) {
            case float[] floats -> Elementwise.fill((float) value, floats, floats.length);
            case double[] doubles -> Arrays.fill(doubles, value);
            case int[] ints -> Arrays.fill(ints, (int) value);
            default -> throw new AssertionError(elements);
        }
    }

    static void copy(Tensor source, Tensor target) {
        int n = target.shape().elements();
        if (source.dtype() == target.dtype()) {
            System.arraycopy(source.elements(), 0, target.elements(), 0, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            set(target.elements(), i, get(source.elements(), i));
        }
    }
}
