package handgrad.jmh;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * What was measured of one benchmark.
 *
 * @param group what it was measured with
 * @param method its name
 * @param parameters their values by name
 * @param forks the microseconds that a call took in each iteration, for each process
 * @param allocated the bytes that a call allocates
 */
record BenchmarkResult(
        BenchmarkGroup group, String method, Map<String, String> parameters, List<double[]> forks, double allocated) {
    /** The value of a parameter. */
    String parameter(String name) {
        var value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException(method + " has no parameter " + name + ", only " + parameters.keySet());
        }
        return value;
    }

    /** What follows this beginning of an option of the processes. */
    String option(String beginning) {
        return group.jvmOptions().stream()
                .filter(option -> option.startsWith(beginning))
                .map(option -> option.substring(beginning.length()))
                .findFirst()
                .orElseThrow();
    }

    /** A score in the unit that a function makes of microseconds. */
    Score score(String row, String column, DoubleUnaryOperator unit) {
        var converted = forks.stream()
                .map(fork -> Arrays.stream(fork).map(unit).toArray())
                .toList();
        return Score.of(row, column, converted, allocated);
    }
}
