package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.app.command.StopSignal;
import handgrad.app.command.StoppedException;
import handgrad.file.PrintableText;
import handgrad.io.SafetensorsException;
import handgrad.io.TrainingState;
import handgrad.nn.Layer;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * The steps of a training that are left to do: each is told, and after it the training is evaluated, saved or ended
 * where that is due. What all this depends on is part of the training's state, so that a resumed one does the same.
 */
public final class TrainingLoop {
    /** Is told of what happens. */
    public interface Listener {
        /** A step, after its update. */
        void step(SteppedTraining.Step done);

        /** The loss on dev after so many steps. */
        void evaluated(int steps, double dev);

        /** Samples are to be drawn, after the evaluation that follows the same step. */
        default void sample() {}
    }

    /** What follows the last step, and what may stand between two. */
    public static final String EVALUATION = "the evaluation";

    private static final String STEP = "the step";
    private static final String SAVING = "the saving";

    private static final String SECONDS = "seconds";
    private static final String BEST = "best-loss";
    private static final String BEST_STEP = "best-step";
    private static final String WITHOUT_BETTER = "evaluations-without-better";

    private final SteppedTraining steps;
    private final EvaluationSchedule schedule;
    private final DoubleSupplier dev;
    private final RunSaver saver;
    private final StoppableRanks ranks;
    private final TrainingState state;
    private final TrainingClock clock = new TrainingClock();

    /**
     * A loop of these steps.
     *
     * @param schedule when it is evaluated
     * @param dev evaluates it, and leaves it ready for the next step
     * @param ranks do the same steps, and agree in each
     */
    public TrainingLoop(
            SteppedTraining steps,
            EvaluationSchedule schedule,
            DoubleSupplier dev,
            RunSaver saver,
            StoppableRanks ranks) {
        this.steps = steps;
        this.schedule = schedule;
        this.dev = dev;
        this.saver = saver;
        this.ranks = ranks;
        state = steps.state()
                .with(SECONDS, 0)
                .with(BEST, Double.POSITIVE_INFINITY)
                .with(BEST_STEP, 0)
                .with(WITHOUT_BETTER, 0);
    }

    /** Sets the training to the newest checkpoint, if there is one, and the metrics to what they were then. */
    public void begin(RunPlace place, Metrics metrics, MetricsOptions more, RunConsole console) {
        var checkpoint = saver.resume();
        clock.set(state.number(SECONDS));
        place.startMetrics(metrics, more, state.step());
        if (!console.quiet()) {
            var out = console.out();
            checkpoint.ifPresent(file -> out.println(PrintableText.of(
                    String.format(Locale.ROOT, "resumed  after step %,d, from %s", state.step(), file))));
            out.println();
            if (!steps.isDone()) {
                out.printf(Locale.ROOT, "%9s  %8s  %6s%n", "step", "loss", "lr");
            }
            out.flush();
        }
    }

    /** How long the steps have taken so far, also before an interruption. */
    public double seconds() {
        return clock.seconds();
    }

    /** How many steps the training with the best loss on dev had done; 0 before the first evaluation. */
    int bestStep() {
        return (int) state.number(BEST_STEP);
    }

    private boolean isEvaluated() {
        return state.number(BEST) < Double.POSITIVE_INFINITY;
    }

    /** As {@link #keepBest(Layer, String, RunConsole)}, by dev. */
    public void keepBest(Layer model, RunConsole console) {
        keepBest(model, "dev", console);
    }

    /**
     * Where patience watches, gives the model the weights that were best, with which the run ends.
     *
     * @param part of the data that they were best on
     */
    public void keepBest(Layer model, String part, RunConsole console) {
        if (schedule.patience() == 0 || !isEvaluated()) {
            return;
        }
        try {
            model.loadStateDict(saver.bestWeights());
            if (!console.quiet()) {
                console.out()
                        .printf(
                                Locale.ROOT,
                                "%nThe weights are those after step %,d, the best on %s: %.4f.%n",
                                bestStep(),
                                part,
                                state.number(BEST));
            }
        } catch (SafetensorsException exception) {
            console.warn("the weights are the last, not the best on " + part + ": " + RunFolder.reason(exception));
        }
    }

    /**
     * Does all steps that are left, and saves the last.
     *
     * @throws FailedException if the training diverges, or its end cannot be saved
     * @throws StoppedException if a signal came; the training is saved
     */
    public void run(Listener listener) {
        if (state.step() == 0 && schedule.every() > 0 && steps.evaluatesFirst()) {
            ranks.during(EVALUATION);
            evaluate(listener);
        }
        ranks.during(STEP);
        clock.start();
        while (!steps.isDone() && !isOver()) {
            var done = steps.next();
            listener.step(done);
            if (done.diverged()) {
                throw diverged(String.format(Locale.ROOT, "the loss of step %d is %.3g", done.step(), done.loss()));
            }
            if (schedule.isDue(steps.evaluationStep())) {
                pausing(EVALUATION, () -> evaluate(listener));
            }
            if (steps.isSampled()) {
                pausing("the sampling", listener::sample);
            }
            if (saver.isDue()) {
                pausing(SAVING, saver::save);
            }
            var signal = ranks.asked();
            if (signal.isPresent()) {
                pausing(SAVING, saver::save);
                endIfAsked(signal);
            }
        }
        if (!state.isFinite()) {
            throw diverged("the weights after step %,d are not finite".formatted(state.step()));
        }
        pausing(SAVING, saver::saveAtTheEnd);
        clock.stop();
    }

    /** Does what is no training: its time is not counted, and a signal waits for its end. */
    private void pausing(String what, Runnable action) {
        clock.stop();
        state.set(SECONDS, clock.seconds());
        ranks.during(what);
        action.run();
        ranks.during(STEP);
        clock.start();
    }

    /** Whether patience has ended the training. */
    private boolean isOver() {
        return schedule.isOver((int) state.number(WITHOUT_BETTER));
    }

    private void evaluate(Listener listener) {
        double loss = dev.getAsDouble();
        boolean better = loss < state.number(BEST);
        state.set(WITHOUT_BETTER, better ? 0 : state.number(WITHOUT_BETTER) + 1);
        if (better) {
            state.set(BEST, loss);
            state.set(BEST_STEP, steps.evaluationStep());
            saver.saveBest();
        }
        listener.evaluated(steps.evaluationStep(), loss);
    }

    private FailedException diverged(String sign) {
        return new FailedException("training diverged: " + sign + "; try a smaller --lr"
                + saver.last()
                        .map(file -> ", or train on from the weights in " + file + " with --init")
                        .orElse(""));
    }

    /**
     * Ends the command if a signal came; the training is saved.
     *
     * @param next what comes next, for whose end a later signal waits
     * @throws StoppedException if one did; it says what is saved and how to go on
     */
    public void endIfAsked(String next) {
        endIfAsked(ranks.pending());
        ranks.during(next);
    }

    private void endIfAsked(Optional<StopSignal> asked) {
        asked.ifPresent(signal -> {
            throw new StoppedException(
                    signal,
                    String.format(
                            Locale.ROOT, "handgrad: %s after step %,d; %s", signal, state.step(), saver.whatIsSaved()),
                    "go on with " + saver.command());
        });
    }
}
