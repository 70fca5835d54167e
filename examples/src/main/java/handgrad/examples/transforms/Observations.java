package handgrad.examples.transforms;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Numbers to learn from.
 *
 * @param title where they are from
 * @param target the name of what is learned
 * @param features the names of what it is learned from
 * @param columns the values, one array for each feature
 * @param y the values of the target
 * @param lines the line of the file that each row stands in; empty where there is no file
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Observations(
        String title, String target, List<String> features, double[][] columns, double[] y, List<Long> lines) {
    static final double DEMO_DEVIATION = 1;
    static final double DEMO_CORRELATION = 0.8;

    public Observations {
        features = List.copyOf(features);
        lines = List.copyOf(lines);
    }

    int rows() {
        return y.length;
    }

    /**
     * y = 1 + 2 ln x₁ + ln x₂ + noise: two lognormal features, whose logarithms have deviation 1 and correlation 0.8, and
     * normal noise of deviation 0.5.
     */
    static Observations demo(int rows, long seed) {
        var normal = Tensor.randn(TorchRandom.seeded(seed), 3, rows);
        double[][] columns = new double[2][rows];
        double[] y = new double[rows];
        double other = Math.sqrt(1 - DEMO_CORRELATION * DEMO_CORRELATION);
        for (int i = 0; i < rows; i++) {
            double first = DEMO_DEVIATION * normal.get(0, i);
            double second = DEMO_CORRELATION * first + DEMO_DEVIATION * other * normal.get(1, i);
            columns[0][i] = Math.exp(first);
            columns[1][i] = Math.exp(second);
            y[i] = 1 + 2 * first + second + 0.5 * normal.get(2, i);
        }
        return new Observations("demo: y = 1 + 2 ln x1 + ln x2 + noise", "y", List.of("x1", "x2"), columns, y, List.of());
    }

    /** The rows in an order drawn from the seed, the first 80 % to train on and the others to test on. */
    Split split(long seed) {
        var order = new ArrayList<Integer>();
        for (int i = 0; i < rows(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        int train = Math.toIntExact(Math.round(0.8 * rows()));
        return new Split(rows(order.subList(0, train)), rows(order.subList(train, rows())));
    }

    /** What transforms and models are fitted on, and what they are judged on. */
    record Split(Observations train, Observations test) {}

    private Observations rows(List<Integer> indices) {
        double[][] chosen = new double[columns.length][];
        for (int j = 0; j < columns.length; j++) {
            double[] column = columns[j];
            chosen[j] = indices.stream().mapToDouble(i -> column[i]).toArray();
        }
        return new Observations(
                title,
                target,
                features,
                chosen,
                indices.stream().mapToDouble(i -> y[i]).toArray(),
                lines.isEmpty() ? List.of() : indices.stream().map(lines::get).toList());
    }
}
