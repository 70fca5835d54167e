package handgrad.app.train;

import handgrad.app.report.Outcome;
import handgrad.app.report.Recording;
import handgrad.app.report.ReportData;
import handgrad.app.report.ReportData.Fact;
import handgrad.app.report.SymbolLabels;
import handgrad.app.report.TrainingPage;
import handgrad.data.Alphabet;
import handgrad.data.Split;
import handgrad.diagnostics.Recorder;
import handgrad.nn.Layer;
import handgrad.page.Page;
import handgrad.tensor.Shape;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** The page of a run: served while it trains, if that is asked for, and written at its end. */
final class RunReport implements Closeable {
    /** Options that most runs do without. */
    private static final Set<String> ONLY_WHERE_GIVEN =
            Set.of("--init", "--eval-every", "--patience", ShardsOption.NAME, ShardsOption.BATCH_NORM);

    private final TrainOptions options;
    private final String command;
    private final PageOutput output;

    /** What is known of the training; the threads of the server read it. */
    private volatile State state = new State(List.of(), null, () -> 0, null);

    private record State(
            List<Fact> facts,
            @Nullable Recorder recorder,
            DoubleSupplier seconds,
            @Nullable Outcome outcome) {}

    /**
     * Starts to serve the page, if that is asked for.
     *
     * @param command repeats the run
     */
    RunReport(ReportOptions asked, TrainOptions options, String command, PrintWriter printer) {
        this.options = options;
        this.command = command;
        boolean isFull = options.steps() >= options.model().defaults().steps();
        output = new PageOutput(asked, isFull, this::page, printer);
    }

    /** Whether there will be a page. */
    boolean isWanted() {
        return output.isWanted();
    }

    /**
     * Says what is about to be trained.
     *
     * @param seconds how long it has been trained
     */
    void starts(Layer network, Split split, Recorder recorder, DoubleSupplier seconds) {
        var facts = List.of(
                new Fact("parameters", count(network.parameterCount())),
                new Fact("symbols", count(options.alphabet().size())),
                new Fact("rows in train", count(split.train().size())),
                new Fact("rows in dev", count(split.dev().size())),
                new Fact("rows in test", count(split.test().size())));
        state = new State(facts, recorder, seconds, null);
    }

    /** Says how the training ended, and writes the page. */
    void ended(Outcome outcome, RunFolder folder) throws IOException {
        state = new State(state.facts, state.recorder, state.seconds, outcome);
        output.write(folder);
    }

    /** The numbers of each symbol, where they are two. */
    static float[] embedding(Layer network, Alphabet alphabet) {
        var first = network.parameters().getFirst().value();
        return first.shape().equals(Shape.of(alphabet.size(), 2)) ? first.floats() : new float[0];
    }

    private Page page() {
        var now = state;
        return TrainingPage.of(new ReportData(
                options.model().title(),
                options.model().lecture(),
                options.steps(),
                options.schedule()::at,
                now.seconds.getAsDouble(),
                SymbolLabels.of(options.alphabet()),
                now.recorder == null ? Recording.EMPTY : Recording.of(now.recorder),
                now.facts,
                facts(options),
                PageOutput.machine(),
                command,
                now.outcome));
    }

    private static List<Fact> facts(TrainOptions options) {
        var given = options.given();
        return options.texts().entrySet().stream()
                .filter(option -> !ONLY_WHERE_GIVEN.contains(option.getKey()) || given.containsKey(option.getKey()))
                .map(option -> new Fact(option.getKey(), option.getValue()))
                .toList();
    }

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Ends the server; a page that is open may fetch the last state first. */
    @Override
    public void close() {
        output.close();
    }
}
