package handgrad.app.sequence;

import handgrad.models.MakemoreModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The models of sequences, in the order of the help. */
final class SequenceModels {
    /** All of them. */
    static final List<SequenceModel> ALL = Stream.concat(
                    Stream.<SequenceModel>of(new GptModel()),
                    Arrays.stream(MakemoreModel.values()).map(MakemoreSequence::new))
            .toList();

    private SequenceModels() {}

    /** The one of this name. */
    static Optional<SequenceModel> named(String title) {
        return ALL.stream().filter(model -> model.title().equals(title)).findFirst();
    }
}
