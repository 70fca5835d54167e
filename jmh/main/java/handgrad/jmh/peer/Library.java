package handgrad.jmh.peer;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** A library that can train a workload inside a JVM. Others than handgrad are found by {@link ServiceLoader}. */
public interface Library {
    /** handgrad, then what else is on the class path. */
    static List<Library> all() {
        var others = ServiceLoader.load(Library.class).stream().map(ServiceLoader.Provider::get);
        return Stream.concat(Stream.of(new HandgradLibrary()), others).toList();
    }

    /** The name in the tables. */
    String title();

    /** Its version, and what it multiplies matrices with. */
    String version();

    /** Whether it has this workload. */
    boolean supports(Workload workload);

    /** The workload with its first weights, on this many threads. */
    TrainingStep start(Workload workload, int threads);
}
