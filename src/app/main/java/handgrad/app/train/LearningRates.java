package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.data.Dataset;
import handgrad.nn.CrossEntropyLoss;
import handgrad.random.TorchRandom;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The learning-rate finder of makemore part 2: a model is trained with a rate that grows from step to step, and the
 * losses show where it learns and where it breaks.
 *
 * @param exponents of 10, ascending; with them the rate of each step
 * @param losses of each step's batch, before its update
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
record LearningRates(double[] exponents, double[] losses) {
    private static final int STEPS = 1000;
    private static final double FIRST = -3;
    private static final double LAST = 0;

    /** Steps on each side that a loss is averaged with. */
    private static final int SMOOTHING = 50;

    /** The part of the fall to the lowest loss that a suggested rate reaches. */
    private static final double MOST = 0.95;

    private static final int PRINTED_EVERY = 50;

    /**
     * Trains the model of these options for 1,000 steps, their rates from 0.001 to 1, their exponents at equal
     * distances. It ends early where the loss is not finite.
     *
     * @throws FailedException if the first loss is not finite
     */
    static LearningRates find(TrainOptions options, Dataset data) {
        var random = TorchRandom.seeded(options.seed());
        var model = options.network(random);
        var loss = new CrossEntropyLoss();
        var optimizer = options.model().optimizer(model.parameters());
        var batches = Trainer.batches(data, options, random);
        double[] exponents = new double[STEPS];
        double[] losses = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            var batch = batches.get();
            exponents[step] = FIRST + (LAST - FIRST) * step / (STEPS - 1);
            losses[step] = loss.forward(model.forward(batch.x()), batch.y());
            if (!Double.isFinite(losses[step])) {
                if (step == 0) {
                    throw new FailedException("the loss of the first batch is " + losses[step]);
                }
                return new LearningRates(Arrays.copyOf(exponents, step), Arrays.copyOf(losses, step));
            }
            optimizer.zeroGrad();
            model.backward(loss.backward());
            optimizer.step(Math.pow(10, exponents[step]));
        }
        return new LearningRates(exponents, losses);
    }

    /**
     * The least rate whose loss, averaged with its neighbours, has fallen most of the way from the first to the lowest;
     * NaN where no rate lowers it. The lecture takes a rate from this place, the near end of the valley, by eye.
     */
    double suggestion() {
        double first = smoothed(0);
        double lowest = smoothed(lowestStep());
        for (int step = 0; step < losses.length && lowest < first; step++) {
            if (smoothed(step) <= first - MOST * (first - lowest)) {
                return rate(step);
            }
        }
        return Double.NaN;
    }

    private int lowestStep() {
        return IntStream.range(0, losses.length)
                .boxed()
                .min(Comparator.comparingDouble(this::smoothed))
                .orElseThrow();
    }

    private double rate(int step) {
        return Math.pow(10, exponents[step]);
    }

    /** Prints the averaged losses at some of the rates, and the suggestion with its reason. */
    void print(PrintWriter out) {
        out.printf("%8s  %8s  %8s%n", "rate", "exponent", "loss");
        for (int step = 0; step < losses.length; step += PRINTED_EVERY) {
            out.printf(Locale.ROOT, "%8.4f  %8.2f  %8.4f%n", rate(step), exponents[step], smoothed(step));
        }
        int lowest = lowestStep();
        double suggestion = suggestion();
        out.println();
        if (Double.isNaN(suggestion)) {
            out.printf(
                    Locale.ROOT, "No rate up to %.3g lowers the loss, %.4f.%n", rate(losses.length - 1), smoothed(0));
        } else {
            out.printf(
                    Locale.ROOT,
                    "suggested: --lr %.1g, the least rate whose loss has fallen %.0f %% of the way%n"
                            + "from %.4f to the lowest, %.4f at a rate of %.2g%n",
                    suggestion,
                    100 * MOST,
                    smoothed(0),
                    smoothed(lowest),
                    rate(lowest));
        }
        out.flush();
    }

    /** The mean loss of each step and its neighbours. */
    double[] smoothed() {
        return IntStream.range(0, losses.length).mapToDouble(this::smoothed).toArray();
    }

    /** The mean loss of a step and its neighbours. */
    double smoothed(int step) {
        int from = Math.max(0, step - SMOOTHING);
        int to = Math.min(losses.length, step + SMOOTHING + 1);
        return Arrays.stream(losses, from, to).average().orElse(Double.NaN);
    }
}
