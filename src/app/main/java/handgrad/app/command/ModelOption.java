package handgrad.app.command;

import handgrad.file.PrintableText;
import handgrad.models.LectureModel;
import java.util.Arrays;
import picocli.CommandLine.Model.CommandSpec;

/** The model that a command is given by its name. */
public final class ModelOption {
    private ModelOption() {}

    /** The model of a name; what has no such name is wrong input. */
    public static LectureModel named(String title) {
        return LectureModel.named(title)
                .orElseThrow(() -> new WrongInputException("unknown model " + PrintableText.excerpt(title)
                        + "; there are " + String.join(", ", LectureModel.titles())));
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
