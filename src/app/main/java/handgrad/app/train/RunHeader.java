package handgrad.app.train;

import handgrad.data.Alphabet;
import handgrad.data.Names;
import handgrad.data.Split;
import handgrad.file.PrintableText;
import handgrad.models.LectureModel;
import handgrad.nn.Layer;
import handgrad.tensor.Backend;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** What a training prints before its first step. */
record RunHeader(TrainOptions options, Names names, TrainingMemory memory, PrintWriter printer) {
    private static final int SHOWN_CHARACTERS = 60;

    /** Says at once what is about to be trained. */
    void describe(Layer network, Path folder) {
        printer.printf(
                Locale.ROOT,
                "model    %s (%s): %,d parameters, batch %s, seed %d%n",
                options.model().title(),
                options.model().lecture(),
                network.parameterCount(),
                options.batchSize() == LectureModel.Defaults.ALL_ROWS ? "all rows" : options.batchSize(),
                options.seed());
        printer.println("folder   " + PrintableText.of(folder.toString()));
        printer.println("memory   " + memory.line());
        var init = options.init();
        if (init != null) {
            printer.println("init     " + PrintableText.of(init.toString()));
        }
        printer.printf(
                Locale.ROOT,
                "names    %s: %,d%n",
                PrintableText.of(names.edition()),
                names.words().size());
        if (!options.alphabet().equals(Alphabet.A_TO_Z)) {
            printer.printf(
                    Locale.ROOT,
                    "symbols  %,d: .%s%n",
                    options.alphabet().size(),
                    firstOf(options.alphabet().characters()));
        }
        printer.flush();
    }

    /** As much of the characters as fits in a line. */
    private static String firstOf(String characters) {
        return characters.codePointCount(0, characters.length()) <= SHOWN_CHARACTERS
                ? characters
                : characters.substring(0, characters.offsetByCodePoints(0, SHOWN_CHARACTERS)) + "…";
    }

    /** Says which rows it learns from, and what computes. */
    void describe(Split split) {
        printer.printf(
                Locale.ROOT,
                "rows     train %,d, dev %,d, test %,d%n",
                split.train().size(),
                split.dev().size(),
                split.test().size());
        printer.printf(
                Locale.ROOT,
                "repeats  %,d of %,d dev names (%.1f %%) and %,d of %,d test names (%.1f %%)%n"
                        + "         also occur in train%n",
                split.devInTrain(),
                split.dev().words().size(),
                100.0 * split.devInTrain() / split.dev().words().size(),
                split.testInTrain(),
                split.test().words().size(),
                100.0 * split.testInTrain() / split.test().words().size());
        printer.println("vectors  " + Backend.vectors());
        printer.println("BLAS     " + Backend.blas());
        printer.println("matmul   " + Backend.matmul());
        printer.flush();
    }
}
