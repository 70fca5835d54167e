package handgrad.app.study.batchnorm;

import handgrad.app.study.Experiment;
import handgrad.app.study.Numbers;
import handgrad.app.study.StudyFolder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The trainings of one network: every variant from every seed.
 *
 * @param steps of each training
 * @param probes the measurements on the way
 * @param trainings of each variant, by seed from 1
 */
record BatchNormRuns(Network network, int steps, int probes, Map<Variant, List<MeasuredTraining>> trainings) {
    /** Changed whenever the numbers of a training change. */
    private static final String VERSION = "1";

    private static final Map<String, ToDoubleFunction<ProbeResult>> NUMBERS = Map.of(
            "gradient", ProbeResult::gradient,
            "lowestLoss", ProbeResult::lowestLoss,
            "highestLoss", ProbeResult::highestLoss,
            "lowestChange", ProbeResult::lowestChange,
            "highestChange", ProbeResult::highestChange,
            "smoothness", ProbeResult::smoothness);

    /** Trains what the folder does not have yet. */
    static BatchNormRuns measure(StudyFolder folder, Network network, int seeds, int steps, int probes) {
        var experiments = Stream.of(Variant.values())
                .flatMap(variant -> IntStream.rangeClosed(1, seeds)
                        .mapToObj(seed -> experiment(network, variant, seed, steps, probes)))
                .toList();
        var trainings = folder.measureAll(network.title(), experiments).stream()
                .map(BatchNormRuns::training)
                .iterator();
        var byVariant = new EnumMap<Variant, List<MeasuredTraining>>(Variant.class);
        for (var variant : Variant.values()) {
            byVariant.put(variant, Stream.generate(trainings::next).limit(seeds).toList());
        }
        return new BatchNormRuns(network, steps, probes, byVariant);
    }

    /** One training. */
    static Experiment experiment(Network network, Variant variant, int seed, int steps, int probes) {
        var options = new TreeMap<>(network.options());
        options.putAll(Map.of(
                "version", VERSION,
                "network", network.title(),
                "variant", variant.title(),
                "seed", Integer.toString(seed),
                "steps", Integer.toString(steps),
                "probes", Integer.toString(probes)));
        return new Experiment(
                options, steps, step -> numbers(MeasuredTraining.run(network, variant, seed, steps, probes, step)));
    }

    private static Numbers numbers(MeasuredTraining training) {
        var readings = training.readings();
        var numbers = new Numbers()
                .put("firstLoss", training.firstLoss())
                .put("losses", training.losses())
                .put("steps", Arrays.stream(training.steps()).asDoubleStream().toArray())
                .put(
                        "difference",
                        flat(readings.stream().map(ProbeResult::difference).toList()))
                .put("cosine", flat(readings.stream().map(ProbeResult::cosine).toList()))
                .put("drift", flat(readings.stream().map(ProbeResult::drift).toList()));
        new TreeMap<>(NUMBERS)
                .forEach((name, number) ->
                        numbers.put(name, readings.stream().mapToDouble(number).toArray()));
        return numbers;
    }

    private static double[] flat(List<double[]> rows) {
        return rows.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    private static MeasuredTraining training(Numbers numbers) {
        int[] steps = Arrays.stream(numbers.list("steps"))
                .mapToInt(step -> (int) step)
                .toArray();
        double[] difference = numbers.list("difference");
        double[] cosine = numbers.list("cosine");
        double[] drift = numbers.list("drift");
        double[] gradient = numbers.list("gradient");
        double[] lowestLoss = numbers.list("lowestLoss");
        double[] highestLoss = numbers.list("highestLoss");
        double[] lowestChange = numbers.list("lowestChange");
        double[] highestChange = numbers.list("highestChange");
        double[] smoothness = numbers.list("smoothness");
        int layers = difference.length / Math.max(1, steps.length);
        var readings = IntStream.range(0, steps.length)
                .mapToObj(i -> new ProbeResult(
                        Arrays.copyOfRange(difference, i * layers, (i + 1) * layers),
                        Arrays.copyOfRange(cosine, i * layers, (i + 1) * layers),
                        Arrays.copyOfRange(drift, i * layers, (i + 1) * layers),
                        gradient[i],
                        lowestLoss[i],
                        highestLoss[i],
                        lowestChange[i],
                        highestChange[i],
                        smoothness[i]))
                .toList();
        return new MeasuredTraining(numbers.number("firstLoss"), numbers.list("losses"), steps, readings);
    }

    List<MeasuredTraining> of(Variant variant) {
        var list = trainings.get(variant);
        if (list == null) {
            throw new IllegalArgumentException("not in the study: " + variant);
        }
        return list;
    }

    int seeds() {
        return of(Variant.STANDARD).size();
    }

    /** The layers that have a shift: all but the first. */
    int layers() {
        return of(Variant.STANDARD).getFirst().readings().getFirst().difference().length;
    }

    /** The mean over the seeds of the loss of the last tenth. */
    double lastLoss(Variant variant) {
        return of(variant).stream()
                .mapToDouble(MeasuredTraining::lastLoss)
                .average()
                .orElseThrow();
    }
}
