package handgrad.app.exercise;

import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks, before the code is written, for the shape of a gradient and for the sign of its largest element. */
record Prediction(String tensor, Tensor gradient) {
    /** Asks; an input that ends leaves the rest out. */
    void ask(BufferedReader in, PrintWriter out) throws IOException {
        var shape = answer(in, out, "Which shape has d%s, as in (2, 3)? ".formatted(tensor));
        if (shape == null) {
            return;
        }
        var right = gradient.shape().toString();
        out.println(
                plain(shape).equals(plain(right))
                        ? "Right."
                        : "No, it is %s: a gradient has the shape of its tensor.".formatted(right));
        int largest = largest();
        double value = gradient.getFlat(largest);
        var sign =
                answer(in, out, "Which sign has d%s%s, + or -? ".formatted(tensor, index(gradient.shape(), largest)));
        if (sign != null) {
            boolean same = sign.strip().equals(value < 0 ? "-" : "+");
            var number = String.format(Locale.ROOT, "%.4g", value);
            out.println((same ? "Right, it is " : "No, it is ") + number + ": so much the loss changes when " + tensor
                    + " grows by one there, to first order.");
        }
    }

    private static @Nullable String answer(BufferedReader in, PrintWriter out, String question) throws IOException {
        out.print(question);
        out.flush();
        var line = in.readLine();
        if (line == null) {
            out.println();
        }
        return line;
    }

    private static String plain(String shape) {
        return shape.replaceAll("[^0-9]+", " ").strip();
    }

    private int largest() {
        return (int) gradient.abs().reshape(-1).argmax(0).item();
    }

    private static String index(Shape shape, int position) {
        if (shape.rank() == 0) {
            return "";
        }
        var text = new StringBuilder("]");
        int rest = position;
        for (int dimension = shape.rank() - 1; dimension >= 0; dimension--) {
            text.insert(0, rest % shape.size(dimension) + (dimension == shape.rank() - 1 ? "" : ", "));
            rest /= shape.size(dimension);
        }
        return text.insert(0, " at [").toString();
    }
}
