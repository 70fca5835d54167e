package handgrad.app.derivation;

import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * An operation that reads a tensor x and makes a tensor y.
 *
 * @param output y
 * @param input x
 * @param place which of the inputs x is
 * @param names what each value is called
 */
record TensorUse(Value output, Value input, int place, Function<Value, String> names) {
    private static final List<String> LETTERS = List.of("i", "j", "k", "l", "m", "n", "o", "p", "q", "r");

    Op operation() {
        return Objects.requireNonNull(output.operation());
    }

    /** What x is called. */
    String x() {
        return names.apply(input);
    }

    /** What y is called. */
    String y() {
        return names.apply(output);
    }

    /** What another value is called. */
    String name(Value value) {
        return names.apply(value);
    }

    /** A number among the arguments. */
    double argument(int i) {
        return output.arguments().get(i);
    }

    /** A dimension among the arguments. */
    int dimension() {
        return (int) argument(0);
    }

    /** Whether the operation has another tensor beside x. */
    boolean hasOther() {
        return output.inputs().size() > 1;
    }

    /** The other of two inputs. */
    Value other() {
        return output.inputs().get(1 - place);
    }

    Shape xShape() {
        return input.shape();
    }

    Shape yShape() {
        return output.shape();
    }

    /** A letter for each dimension of a shape, the first {@code skipped} left out; 0 stands for a size of 1. */
    static List<String> letters(Shape shape, int skipped) {
        var letters = new ArrayList<String>();
        for (int d = 0; d < shape.rank(); d++) {
            letters.add(shape.size(d) == 1 ? "0" : LETTERS.get(skipped + d));
        }
        return letters;
    }

    /** A letter that an index of so many dimensions does not use. */
    static String letter(int number) {
        return LETTERS.get(number);
    }
}
