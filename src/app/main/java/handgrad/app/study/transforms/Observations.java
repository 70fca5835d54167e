package handgrad.app.study.transforms;

import handgrad.random.PythonRandom;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
record Observations(
        String title, String target, List<String> features, double[][] columns, double[] y, List<Long> lines) {
    private static final double DEMO_LOG_MEAN = 3;
    private static final double DEMO_CORRELATION = 0.8;

    Observations {
        features = List.copyOf(features);
        lines = List.copyOf(lines);
    }

    /** How many rows there are. */
    int rows() {
        return y.length;
    }

    /**
     * Reads the user's table of comma-separated values: a line of names first, then numbers.
     *
     * @param target the column to learn
     * @param features the columns to learn from; null for all others
     * @throws handgrad.app.command.WrongInputException if it cannot be learned from; the message says which line and
     *     column are wrong
     */
    static Observations read(Path file, String target, @Nullable List<String> features) {
        return CsvFile.read(file, target, features);
    }

    /** The SHA-256 of names and numbers, in hexadecimal digits. */
    String digest() {
        try (var bytes = new ByteArrayOutputStream();
                var data = new DataOutputStream(bytes)) {
            data.writeUTF(String.join("\n", features) + "\n" + target);
            for (var column : columns) {
                for (double value : column) {
                    data.writeDouble(value);
                }
            }
            for (double value : y) {
                data.writeDouble(value);
            }
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (IOException | NoSuchAlgorithmException exception) {
            throw new IllegalStateException("memory can be written to, and every Java platform has SHA-256", exception);
        }
    }

    /**
     * y = 1 + 2 ln x₁ + ln x₂ + noise: two lognormal features, whose logarithms have mean 3, deviation 1 and
     * correlation 0.8, and normal noise of deviation 0.5.
     */
    static Observations demo(int rows, long seed) {
        var normal = Tensor.randn(TorchRandom.seeded(seed), 3, rows);
        double[][] columns = new double[2][rows];
        double[] y = new double[rows];
        double other = Math.sqrt(1 - DEMO_CORRELATION * DEMO_CORRELATION);
        for (int i = 0; i < rows; i++) {
            double first = normal.get(0, i);
            double log1 = DEMO_LOG_MEAN + first;
            double log2 = DEMO_LOG_MEAN + DEMO_CORRELATION * first + other * normal.get(1, i);
            columns[0][i] = Math.exp(log1);
            columns[1][i] = Math.exp(log2);
            y[i] = 1 + 2 * log1 + log2 + 0.5 * normal.get(2, i);
        }
        return new Observations(
                "demo: y = 1 + 2 ln x1 + ln x2 + noise", "y", List.of("x1", "x2"), columns, y, List.of());
    }

    /** The rows in an order drawn from the seed, the first 80 % to train on and the others to test on. */
    Split split(long seed) {
        var order = new ArrayList<Integer>();
        for (int i = 0; i < rows(); i++) {
            order.add(i);
        }
        PythonRandom.seeded(seed).shuffle(order);
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
