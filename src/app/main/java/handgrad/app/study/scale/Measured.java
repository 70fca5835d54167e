package handgrad.app.study.scale;

import handgrad.app.study.Numbers;
import handgrad.nn.Collective;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.DataParallel;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.optim.Optimizer;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;

/**
 * What two ranks measure: a step of one block of GPT-2, as wide as it is, with few tokens to choose from.
 *
 * @param link what connects them
 * @param compute the seconds of one rank for a batch forward and backward
 * @param update the seconds of one rank to change the parameters
 * @param together the seconds of both for a step
 */
record Measured(Link link, double compute, double update, double together) {
    /** Each rank has one. */
    static final int SHARDS = 2;

    static final int ROWS = 4;

    /** Steps that do not count, at least: until then the JVM still compiles. */
    private static final int LEAST_WARMUP = 20;

    static final GptOptions MODEL =
            GptOptions.GPT2.withVocabulary(1000).withBlockSize(128).withSizes(1, 12, 768);

    /**
     * Measures; both ranks call it. The steps of both come first, so that both JVMs have compiled them; then rank 0
     * computes alone while the other waits.
     *
     * @param steps of which the median counts, after others that do not
     */
    static Measured of(Collective ranks, int steps) {
        var link = Link.measure(ranks);
        ranks.barrier();
        double[] both = time(ranks, steps);
        ranks.barrier();
        double[] alone = ranks.rank() == 0 ? time(Collective.single(), steps) : new double[2];
        ranks.barrier();
        return new Measured(link, alone[0], alone[1], both[0] + both[1]);
    }

    Numbers numbers() {
        return new Numbers()
                .put("latency", link.latency())
                .put("bandwidth", link.bandwidth())
                .put("compute", compute)
                .put("update", update)
                .put("together", together);
    }

    /** What the model is told. */
    StepModel model(Link other) {
        return new StepModel(StepModel.operations(MODEL, ROWS) / compute, update / StepModel.parameters(MODEL), other);
    }

    /** The medians of the seconds for a batch forward and backward, and for the update. */
    private static double[] time(Collective ranks, int steps) {
        var random = TorchRandom.seeded(1);
        var parallel = new DataParallel(ranks, SHARDS, () -> new Gpt(MODEL, random.copy()), CrossEntropyLoss::new);
        Optimizer optimizer = new AdamW(parallel.parameters(), AdamOptions.PYTORCH);
        var x = tokens(random, ROWS, MODEL.blockSize());
        var y = tokens(random, ROWS, MODEL.blockSize());
        double[] compute = new double[steps];
        double[] update = new double[steps];
        for (int i = -Math.max(steps, LEAST_WARMUP); i < steps; i++) {
            optimizer.zeroGrad();
            long start = System.nanoTime();
            parallel.forwardBackward(x, y);
            long middle = System.nanoTime();
            optimizer.step(1e-4);
            long end = System.nanoTime();
            if (i >= 0) {
                compute[i] = (middle - start) / 1e9;
                update[i] = (end - middle) / 1e9;
            }
        }
        return new double[] {median(compute), median(update)};
    }

    private static Tensor tokens(TorchRandom random, int... sizes) {
        var tokens = Tensor.zeros(DType.INT32, Shape.of(sizes));
        random.randint(0, MODEL.vocabulary(), tokens.ints());
        return tokens;
    }

    private static double median(double[] seconds) {
        Arrays.sort(seconds);
        return seconds[seconds.length / 2];
    }
}
