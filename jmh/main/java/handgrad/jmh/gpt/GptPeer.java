package handgrad.jmh.gpt;

import handgrad.jmh.peer.TrainingStep;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** A library that trains a GPT inside a JVM. Others than handgrad are found by {@link ServiceLoader}. */
public interface GptPeer {
    /** handgrad, then what else is on the class path. */
    static List<GptPeer> all() {
        var others = ServiceLoader.load(GptPeer.class).stream().map(ServiceLoader.Provider::get);
        return Stream.concat(Stream.of(new HandgradGpt()), others).toList();
    }

    /** The name in the tables. */
    String title();

    /** Its version. */
    String version();

    /** The workload with its first weights, on this many threads. */
    TrainingStep start(GptWorkload workload, int threads);
}
