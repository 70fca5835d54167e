package handgrad.app.sequence;

import handgrad.app.report.Recording;
import handgrad.app.report.ReportData;
import handgrad.app.report.ReportData.Fact;
import handgrad.app.report.TrainingPage;
import handgrad.app.train.PageOutput;
import handgrad.app.train.ReportOptions;
import handgrad.app.train.RunFolder;
import handgrad.diagnostics.Recorder;
import handgrad.nn.Layer;
import handgrad.page.Page;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** The page of a run of a model of sequences. */
final class SequenceReport implements Closeable {
    private final SequenceOptions options;
    private final SequenceData data;
    private final String command;
    private final PageOutput output;

    /** What is known of the training; the threads of the server read it. */
    private volatile State state = new State(List.of(), null, () -> 0, null);

    private record State(
            List<Fact> facts,
            @Nullable Recorder recorder,
            DoubleSupplier seconds,
            @Nullable SequenceEnding ending) {}

    /**
     * Starts to serve the page, if that is asked for.
     *
     * @param command repeats the run
     */
    SequenceReport(
            ReportOptions asked, SequenceOptions options, SequenceData data, String command, PrintWriter printer) {
        this.options = options;
        this.data = data;
        this.command = command;
        int full = SequenceOptions.defaults(options.model()).steps();
        output = new PageOutput(asked, options.steps() >= full, this::page, printer);
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
    void starts(Layer network, Recorder recorder, DoubleSupplier seconds) {
        var facts = new ArrayList<Fact>();
        facts.add(new Fact("parameters", String.format(Locale.ROOT, "%,d", network.parameterCount())));
        facts.addAll(data.facts());
        state = new State(List.copyOf(facts), recorder, seconds, null);
    }

    /** Says how the training ended, and writes the page. */
    void ended(Layer network, SequencedMap<String, Double> losses, String evaluated, RunFolder folder)
            throws IOException {
        var ending = new SequenceEnding(losses, evaluated, data.pictures(options, network));
        state = new State(state.facts, state.recorder, state.seconds, ending);
        output.write(folder);
    }

    private Page page() {
        var now = state;
        return TrainingPage.of(new ReportData(
                options.model().title(),
                options.model().origin(),
                options.steps(),
                options.model().schedule(options)::at,
                now.seconds.getAsDouble(),
                data.symbols(),
                now.recorder == null ? Recording.EMPTY : Recording.of(now.recorder),
                now.facts,
                options.texts().entrySet().stream()
                        .map(option -> new Fact(option.getKey(), option.getValue()))
                        .toList(),
                PageOutput.machine(),
                command,
                now.ending));
    }

    @Override
    public void close() {
        output.close();
    }
}
