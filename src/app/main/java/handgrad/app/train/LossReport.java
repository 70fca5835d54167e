package handgrad.app.train;

import handgrad.app.report.Outcome;
import handgrad.data.Names;
import handgrad.models.Published;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The losses of a trained model beside those that its lecture prints. */
record LossReport(TrainOptions options, Names names) {
    /** Adds the losses to a table, and prints it with what there is to say of the lecture's. */
    void print(Evaluation losses, LossTable table, PrintWriter printer) {
        var lecture = options.model();
        table.add("train", losses.train(), lecture.isBigram() ? OptionalDouble.empty() : published(Published::train));
        table.add("dev", losses.dev(), published(Published::dev));
        table.add("test", losses.test(), OptionalDouble.empty());
        table.print(printer);
        if (lecture.isBigram()) {
            printer.println("all: trained on all names, as the lecture does. train, dev and test: trained");
            printer.println("once more, on train alone, as every other model is.");
        }
        if (!hasLosses()) {
            printer.println("No lecture has these names, so there is no loss of its to compare with.");
        } else if (lecture.isConvolution()) {
            printer.println("No lecture has this model. Part 5's tree, on the lecture's names.txt, ends at");
            printer.println("1.7690 on train and 1.9937 on dev.");
        } else if (!lecture.published().isThere()) {
            printer.println("The lecture does not train this model to the end.");
        } else if (!options.areTheLectures()) {
            printer.println("The lecture's losses are of its own options: see the defaults in --help.");
        } else if (hasBundledNames()) {
            printer.println("The lecture's losses are of an earlier edition of the names: give its");
            printer.println("names.txt with --data.");
        }
        printer.flush();
    }

    private boolean hasBundledNames() {
        return options.data().equals(TrainOptions.BUNDLED);
    }

    private boolean hasLecturesNames() {
        return LectureRun.digest(names).equals(LectureRun.NAMES);
    }

    /** A loss that the lecture prints, where it is of these names or of another edition of them. */
    OptionalDouble published(Function<Published, OptionalDouble> loss) {
        return hasLosses() ? loss.apply(options.model().published()) : OptionalDouble.empty();
    }

    /** The same for a page. */
    List<Outcome.SplitLoss> splits(Evaluation losses) {
        return List.of(
                new Outcome.SplitLoss("train", losses.train(), published(Published::train)),
                new Outcome.SplitLoss("dev", losses.dev(), published(Published::dev)),
                new Outcome.SplitLoss("test", losses.test(), OptionalDouble.empty()));
    }

    /** Whether the lecture's losses are of the same names, or of another edition of them. */
    boolean hasLosses() {
        return hasBundledNames() || hasLecturesNames();
    }

    /** Whether the lecture trained with the same, so that its losses are to come out. */
    boolean isTheLectures() {
        return options.areTheLectures() && hasLecturesNames();
    }
}
