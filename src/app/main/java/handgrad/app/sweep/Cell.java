package handgrad.app.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** A cell of the file of a sweep: one value, or several such as {@code 0.1|0.01}, {@code 0..199} or {@code 1..3|7}. */
final class Cell {
    private static final Pattern RANGE = Pattern.compile("(-?[0-9]{1,18})\\.\\.(-?[0-9]{1,18})");

    private Cell() {}

    /**
     * The values of a cell, in its order. An empty cell has none.
     *
     * @throws IllegalArgumentException if it has no meaning, or more than {@code most} values; the message says why
     */
    static List<String> values(String cell, int most) {
        if (cell.isBlank()) {
            return List.of();
        }
        var values = new ArrayList<String>();
        for (var part : cell.strip().split("\\|", -1)) {
            values.addAll(part(part.strip(), most));
            if (values.size() > most) {
                throw new IllegalArgumentException("has more than %d values".formatted(most));
            }
        }
        return values;
    }

    private static List<String> part(String part, int most) {
        if (part.isEmpty()) {
            throw new IllegalArgumentException("has an empty value beside |");
        }
        var range = RANGE.matcher(part);
        if (!range.matches()) {
            return List.of(part);
        }
        long first = Long.parseLong(range.group(1));
        long last = Long.parseLong(range.group(2));
        if (first > last) {
            throw new IllegalArgumentException("has the range " + part + ", which goes down and so has no values");
        }
        if (last - first >= most) {
            throw new IllegalArgumentException("has the range %s of more than %d values".formatted(part, most));
        }
        return LongStream.rangeClosed(first, last).mapToObj(Long::toString).toList();
    }

    /** Every choice of one value from each of the lists, the last list going fastest. */
    static List<List<String>> product(List<List<String>> lists) {
        var choices = List.of(List.<String>of());
        for (var list : lists) {
            choices = choices.stream()
                    .flatMap(choice -> list.stream().map(value -> {
                        var longer = new ArrayList<>(choice);
                        longer.add(value);
                        return (List<String>) longer;
                    }))
                    .toList();
        }
        return choices;
    }

    /** The first and the last value of each part, by which the others are judged. */
    static List<String> ends(String cell, int most) {
        return Arrays.stream(cell.strip().split("\\|", -1))
                .map(part -> part(part.strip(), most))
                .flatMap(
                        values -> LongStream.of(0, values.size() - 1).distinct().mapToObj(i -> values.get((int) i)))
                .toList();
    }
}
