package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Records one after the other, as numbers and characters. What a record consists of is said once, for writing and
 * reading: each method takes a value and returns the one that was written, or another one that was read.
 */
final class RecordStream {
    private final boolean isWriting;
    private final StringBuilder text = new StringBuilder();
    private double[] numbers;
    private int nextNumber;
    private int nextCharacter;

    /** An empty one to write on. */
    RecordStream() {
        isWriting = true;
        numbers = new double[64];
    }

    /** One to read. */
    RecordStream(Tensor numbers, String text) {
        isWriting = false;
        this.numbers = numbers.doubles();
        this.text.append(text);
    }

    /** The numbers that were written. */
    Tensor numbers() {
        return Tensor.of(Arrays.copyOf(numbers, nextNumber), nextNumber);
    }

    /** The characters that were written. */
    String text() {
        return text.toString();
    }

    /**
     * All that is on it, of one kind.
     *
     * @throws IllegalArgumentException if there is more or less, or something else
     */
    <T> List<T> all(T any, BiFunction<RecordStream, T, T> components) {
        var values = list(List.of(), any, components);
        require(nextNumber == numbers.length && nextCharacter == text.length(), "has more than belongs to it");
        return values;
    }

    double number(double value) {
        if (isWriting) {
            if (nextNumber == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * nextNumber);
            }
            numbers[nextNumber++] = value;
            return value;
        }
        require(nextNumber < numbers.length, "ends too early");
        return numbers[nextNumber++];
    }

    int integer(int value) {
        double number = number(value);
        require(number == (int) number, "has " + number + " for a whole number");
        return (int) number;
    }

    boolean flag(boolean value) {
        return integer(value ? 1 : 0) == 1;
    }

    private int count(int value, int most) {
        int count = integer(value);
        require(isWriting || (0 <= count && count <= most), "has " + count + " for a count");
        return count;
    }

    int[] integers(int[] values) {
        int count = count(values.length, numbers.length - nextNumber);
        int[] integers = new int[count];
        for (int i = 0; i < count; i++) {
            integers[i] = integer(isWriting ? values[i] : 0);
        }
        return integers;
    }

    String text(String value) {
        int count = count(value.length(), text.length() - nextCharacter);
        if (isWriting) {
            text.append(value);
            return value;
        }
        nextCharacter += count;
        return text.substring(nextCharacter - count, nextCharacter);
    }

    /** A list, each element of which these components make. */
    <T> List<T> list(List<T> values, T any, BiFunction<RecordStream, T, T> components) {
        int count = count(values.size(), numbers.length - nextNumber);
        var list = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            list.add(components.apply(this, isWriting ? values.get(i) : any));
        }
        return list;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
