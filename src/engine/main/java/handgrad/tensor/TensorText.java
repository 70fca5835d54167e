package handgrad.tensor;

import java.util.Locale;

/** Tensors as text: {@code FLOAT32 (2, 3) [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]}. */
final class TensorText {
    /** The longest dimension that is shown whole. */
    private static final int WHOLE = 8;

    private TensorText() {}

    static String format(Tensor tensor) {
        var text = new StringBuilder(tensor.dtype() + " " + tensor.shape() + " ");
        append(tensor, 0, 0, text);
        return text.toString();
    }

    private static void append(Tensor tensor, int dimension, int position, StringBuilder text) {
        if (dimension == tensor.shape().rank()) {
            double value = tensor.getFlat(position);
            text.append(
                    switch (tensor.dtype()) {
                        case INT32 -> Integer.toString((int) value);
                        case FLOAT32 -> number(value, "%.4f", "%.4e");
                        case FLOAT64 -> number(value, "%.8f", "%.8e");
                    });
            return;
        }
        int size = tensor.size(dimension);
        int step = tensor.shape().elements(dimension + 1, tensor.shape().rank());
        boolean inner = dimension == tensor.shape().rank() - 1;
        text.append('[');
        for (int i = 0; i < size; i++) {
            if (i > 0) {
                text.append(inner ? ", " : ",\n" + " ".repeat(dimension + 1));
            }
            if (size > WHOLE && i == WHOLE / 2) {
                text.append(inner ? "..., " : "...,\n" + " ".repeat(dimension + 1));
                i = size - WHOLE / 2;
            }
            append(tensor, dimension + 1, position + i * step, text);
        }
        text.append(']');
    }

    /** Fixed decimals for the usual sizes, an exponent where they would hide the value. */
    private static String number(double value, String fixed, String exponent) {
        double size = Math.abs(value);
        boolean usual = size == 0 || (size >= 1e-3 && size < 1e5) || !Double.isFinite(value);
        return String.format(Locale.ROOT, usual ? fixed : exponent, value);
    }
}
