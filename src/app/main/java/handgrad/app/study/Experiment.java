package handgrad.app.study;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One measurement of a study. Measured twice it gives the same numbers, so a {@link StudyFolder} measures it once.
 *
 * @param options all that the numbers depend on, by name; where the measurement itself is changed, a {@code version}
 *     among them makes the numbers of before count no more
 * @param steps its share of the bar that shows how far a study is
 * @param measurement is called in any thread, so it draws from a generator of its own; it runs what it is given after
 *     each step
 */
public record Experiment(Map<String, String> options, int steps, Function<Runnable, Numbers> measurement) {
    public Experiment {
        options = Collections.unmodifiableMap(new TreeMap<>(options));
    }

    /** An experiment that is one step. */
    public Experiment(Map<String, String> options, Supplier<Numbers> measurement) {
        this(options, 1, _ -> measurement.get());
    }
}
