package handgrad.app.command;

import handgrad.models.LectureModel;

/** The model that a command is given by its name. */
public final class ModelOption {
    private ModelOption() {}

    /** The model of a name; what has no such name is wrong input. */
    public static LectureModel named(String title) {
        return LectureModel.named(title)
                .orElseThrow(() -> new WrongInputException(
                        "unknown model " + title + "; there are " + String.join(", ", LectureModel.titles())));
    }
}
