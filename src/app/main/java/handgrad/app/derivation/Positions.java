package handgrad.app.derivation;

import handgrad.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Elements of a tensor: by their place in row-major order, and by an index for each dimension. */
final class Positions {
    private Positions() {}

    /** The index of an element. */
    static int[] index(Shape shape, int position) {
        int[] index = new int[shape.rank()];
        int rest = position;
        for (int d = index.length - 1; d >= 0; d--) {
            index[d] = rest % shape.size(d);
            rest /= shape.size(d);
        }
        return index;
    }

    /** The place of an element. */
    static int position(Shape shape, int... index) {
        int position = 0;
        for (int d = 0; d < index.length; d++) {
            position = position * shape.size(d) + index[d];
        }
        return position;
    }

    /** The place of the element that a broadcast reads for the element {@code index} of its result. */
    static int broadcast(Shape from, int... index) {
        int[] own = new int[from.rank()];
        for (int d = 0; d < own.length; d++) {
            own[d] = from.size(d) == 1 ? 0 : index[index.length - own.length + d];
        }
        return position(from, own);
    }

    /** An index of letters for a tensor that is broadcast to one with the index {@code letters}. */
    static List<String> broadcast(Shape from, List<String> letters) {
        var own = new ArrayList<String>();
        for (int d = 0; d < from.rank(); d++) {
            own.add(from.size(d) == 1 ? "0" : letters.get(letters.size() - from.rank() + d));
        }
        return own;
    }

    /** An element as it is written: {@code h[3, 1]}, and {@code loss} of a number. */
    static String element(String name, List<String> index) {
        return index.isEmpty() ? name : name + "[" + String.join(", ", index) + "]";
    }

    /** An element by its place. */
    static String element(String name, Shape shape, int position) {
        var index = new ArrayList<String>();
        for (int i : index(shape, position)) {
            index.add(Integer.toString(i));
        }
        return element(name, index);
    }
}
