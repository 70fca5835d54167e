package handgrad.app.sequence;

import java.util.List;
import java.util.Optional;

/** The models of sequences, in the order of the help. */
final class SequenceModels {
    /** All of them. */
    static final List<SequenceModel> ALL = List.of(new GptModel());

    private SequenceModels() {}

    /** The one of this name. */
    static Optional<SequenceModel> named(String title) {
        return ALL.stream().filter(model -> model.title().equals(title)).findFirst();
    }
}
