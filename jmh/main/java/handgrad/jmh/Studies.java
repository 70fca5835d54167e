package handgrad.jmh;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** All studies, in the order in which they run and are shown. */
final class Studies {
    static final List<Study> ALL = List.of(
            new RooflineStudy(),
            new StepStudy(),
            new PeersStudy(),
            new GptStudy(),
            new ImagesStudy(),
            new MatmulStudy(),
            new MemoryStudy(),
            new FunctionStudy(),
            new StorageStudy(),
            new AlignmentStudy(),
            new TailStudy(),
            new WidthStudy(),
            new AccumulatorStudy(),
            new FusionStudy(),
            new ForeignStudy(),
            new ThreadStudy());

    private Studies() {}

    /** The study of a name. */
    static Optional<Study> named(String title) {
        return ALL.stream().filter(study -> study.title().equals(title)).findFirst();
    }

    static String names() {
        return ALL.stream().map(Study::title).collect(Collectors.joining(", "));
    }
}
