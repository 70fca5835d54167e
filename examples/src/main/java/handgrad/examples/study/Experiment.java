package handgrad.examples.study;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One measurement of a study. Measured twice it gives the same numbers, so a {@link StudyFolder} measures it once.
 *
 * @param options all that the numbers depend on, by name; where the measurement itself is changed, a {@code version} among
 *     them makes the numbers of before count no more
 * @param measurement is called in any thread, so it draws from a generator of its own
 */
record Experiment(Map<String, String> options, Supplier<Numbers> measurement) {
    Experiment {
        options = Collections.unmodifiableMap(new TreeMap<>(options));
    }
}
