package handgrad.app.report;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the page of a training is made from, at its end or at any time before.
 *
 * @param model its name on the command line
 * @param lecture where the model is from
 * @param steps how many there will be
 * @param learningRate of each step
 * @param seconds how long it has trained
 * @param symbols what the model chooses from
 * @param recording what was seen of it
 * @param facts the parameter count and the sizes of the data
 * @param options what it can be repeated with
 * @param machine what it ran on
 * @param command the command that repeats it
 * @param ending what is known at its end; null before
 */
public record ReportData(
        String model,
        String lecture,
        int steps,
        IntToDoubleFunction learningRate,
        double seconds,
        SymbolLabels symbols,
        Recording recording,
        List<Fact> facts,
        List<Fact> options,
        List<Fact> machine,
        String command,
        @Nullable Ending ending) {

    /** A name and its value. */
    public record Fact(String name, String value) {}
}
