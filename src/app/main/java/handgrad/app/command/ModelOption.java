package handgrad.app.command;

import handgrad.file.PrintableText;
import handgrad.models.LectureModel;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** The model that a command is given by its name. */
public final class ModelOption {
    private ModelOption() {}

    /** The model of a name; what has no such name is wrong input. */
    public static LectureModel named(String title) {
        return named(title, List.of());
    }

    /** As {@link #named(String)}, with the names of models that are no lecture's for the message. */
    public static LectureModel named(String title, Collection<String> others) {
        return LectureModel.named(title)
                .orElseThrow(() -> new WrongInputException("unknown model " + PrintableText.excerpt(title)
                        + "; there are "
                        + Stream.concat(LectureModel.titles().stream(), others.stream())
                                .collect(Collectors.joining(", "))));
    }

    /** Lets the help of a command end with a line for each model. */
    public static void listIn(CommandSpec command) {
        command.usageMessage()
                .footerHeading("%nModels:%n")
                .footer(Arrays.stream(LectureModel.values())
                        .map(model -> "%-18s %s".formatted(model.title(), model.summary()))
                        .toArray(String[]::new));
    }
}
