package handgrad.app.study.scale;

import handgrad.nn.GptOptions;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The time of a training step of a GPT over ranks, where N is the number of its parameters:
 *
 * <pre>
 * compute   = floating-point operations of the batch / (R · rate)
 * update    = N · seconds of a parameter, at every rank
 * bandwidth = 2 (R - 1) / R · 4 N / bandwidth, each rank sends a slice to each other and the sum of its own to all
 * latency   = (2 (R - 1) · pieces + 2 · ⌈log₂ R⌉) · latency, for these messages, the agreement and the losses
 * </pre>
 *
 * @param rate floating-point operations of a rank in a second
 * @param update the seconds that a rank takes to change a parameter
 * @param link what connects the ranks
 */
record StepModel(double rate, double update, Link link) {
    /** The parameters whose gradients are summed at once. */
    private static final int PIECE = 1 << 19;

    /** What a step's time is made of. */
    enum Part {
        COMPUTE("the computation"),
        UPDATE("the update, which every rank does whole"),
        BANDWIDTH("the bandwidth of the link"),
        LATENCY("the latency of the link");

        private final String words;

        Part(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /**
     * The floating-point operations of a step, forward and backward, as nanoGPT counts them: 6 for each parameter but
     * the positions, and 12 · layers · C · T in the attention, for each token of T in a row.
     */
    static double operations(GptOptions options, int rows) {
        double tokens = (double) rows * options.blockSize();
        double positions = (double) options.blockSize() * options.embedding();
        double attention = 12.0 * options.layers() * options.embedding() * options.blockSize();
        return tokens * (6 * (parameters(options) - positions) + attention);
    }

    /** The parameters of a GPT whose head uses the table of the tokens. */
    static double parameters(GptOptions options) {
        double layers = options.layers();
        double columns = 12 * layers * options.embedding() + 2 * layers + 1;
        double biases = options.bias() ? 11 * layers + 1 : 0;
        return options.embedding() * (options.vocabulary() + options.blockSize() + columns + biases);
    }

    /** The seconds of each part of a step over so many ranks. */
    Map<Part, Double> parts(GptOptions options, int rows, int ranks) {
        double parameters = parameters(options);
        double pieces = Math.ceil(parameters / PIECE);
        var parts = new EnumMap<Part, Double>(Part.class);
        parts.put(Part.COMPUTE, operations(options, rows) / (ranks * rate));
        parts.put(Part.UPDATE, parameters * update);
        parts.put(Part.BANDWIDTH, 2.0 * (ranks - 1) / ranks * Float.BYTES * parameters / link.bandwidth());
        int hops = Integer.SIZE - Integer.numberOfLeadingZeros(ranks - 1);
        parts.put(Part.LATENCY, (2.0 * (ranks - 1) * pieces + 2.0 * hops) * link.latency());
        return parts;
    }

    /** The seconds of a step. */
    double seconds(GptOptions options, int rows, int ranks) {
        return parts(options, rows, ranks).values().stream()
                .mapToDouble(each -> each)
                .sum();
    }

    /** The share of its time that a step would take if its whole time fell with the ranks. */
    double efficiency(GptOptions options, int rows, int ranks) {
        return seconds(options, rows, 1) / (ranks * seconds(options, rows, ranks));
    }

    /** The first power of two of ranks whose efficiency is below a bound; none up to the most. */
    Optional<Integer> breaks(GptOptions options, int rows, double bound, int most) {
        for (int ranks = 2; ranks <= most; ranks *= 2) {
            if (efficiency(options, rows, ranks) < bound) {
                return Optional.of(ranks);
            }
        }
        return Optional.empty();
    }

    /** What takes the most time of a step, but for the computation. */
    Part largest(GptOptions options, int rows, int ranks) {
        return parts(options, rows, ranks).entrySet().stream()
                .filter(part -> part.getKey() != Part.COMPUTE)
                .max(Comparator.comparingDouble(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElseThrow();
    }
}
