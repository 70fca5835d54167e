package handgrad.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs JMH inside a study. */
final class Jmh {
    private Jmh() {}

    /** A benchmark with its parameters. */
    record Result(BenchmarkParams parameters) {
        String getParam(String name) {
            return parameters.getParam(name);
        }

        /** The name of its method. */
        String method() {
            var name = parameters.getBenchmark();
            return name.substring(name.lastIndexOf('.') + 1);
        }
    }

    /** Makes a score of the microseconds that a call took in each iteration. */
    @FunctionalInterface
    interface Scoring {
        Score score(Result result, double[] samples);
    }

    /** Runs the benchmarks whose names match, and fails if one of them does. */
    static List<Score> run(String include, Effort effort, Map<String, List<String>> parameters, Scoring scoring) {
        var duration = TimeValue.milliseconds(Math.round(effort.seconds() * 1e3));
        var options = new OptionsBuilder()
                .include(include)
                .mode(Mode.AverageTime)
                .timeUnit(java.util.concurrent.TimeUnit.MICROSECONDS)
                .forks(effort.forks())
                .warmupIterations(effort.warmups())
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(effort.iterations())
                .measurementTime(duration)
                .shouldFailOnError(true);
        parameters.forEach((name, values) -> options.param(name, values.toArray(String[]::new)));
        try {
            var scores = new ArrayList<Score>();
            for (var result : new Runner(options.build()).run()) {
                double[] samples = result.getBenchmarkResults().stream()
                        .flatMap(fork -> fork.getIterationResults().stream())
                        .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                        .toArray();
                scores.add(scoring.score(new Result(result.getParams()), samples));
            }
            return scores;
        } catch (RunnerException failure) {
            throw new IllegalStateException("JMH: " + failure.getMessage(), failure);
        }
    }
}
