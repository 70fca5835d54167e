package handgrad.app.study.batchnorm;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.WrongInputException;
import handgrad.app.study.EnumOption;
import handgrad.app.study.StudyFolder;
import handgrad.app.study.StudyOptions;
import handgrad.data.DataFileException;
import handgrad.data.GlyphImages;
import handgrad.data.ImageFolder;
import handgrad.models.VggNetwork;
import handgrad.random.TorchRandom;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Why BatchNorm helps. */
@Command(
        name = "batchnorm",
        description = {
            "Does BatchNorm help by less internal covariate shift, or by a smoother loss? Santurkar et al. 2018"
                    + " on a CPU.",
            "",
            "Trains three networks without normalisation, with BatchNorm, with noisy BatchNorm and with three other"
                    + " normalisations, measures them on the way, and writes a page."
        },
        sortOptions = false)
public final class BatchNormCommand implements Callable<Integer> {
    /** The networks in the order of the page, each with its steps. */
    enum Kind {
        LINEAR(10_000, 1_000),
        NAMES(20_000, 1_000),
        IMAGES(500, 40);

        private final int steps;
        private final int quickSteps;

        Kind(int steps, int quickSteps) {
            this.steps = steps;
            this.quickSteps = quickSteps;
        }
    }

    private static final int SEEDS = 3;
    private static final int PROBES = 50;
    private static final int QUICK_PROBES = 10;

    /** A measurement costs as much as some tens of steps. */
    private static final int STEPS_BETWEEN = 10;

    private static final int GLYPHS = 10_000;
    private static final long GLYPHS_SEED = 42;
    private static final int BATCH_SIZE = 64;

    @Mixin
    private final StudyOptions options = new StudyOptions();

    @Option(
            names = "--networks",
            paramLabel = "A,B",
            split = ",",
            description = "linear (deep linear network), names, images; default all three.")
    private List<String> networks = List.of("linear", "names", "images");

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description =
                    "Images of MNIST, Fashion-MNIST (IDX) or CIFAR-10 (binary); without it glyphs that are drawn.")
    private @Nullable Path data;

    @Option(names = "--seeds", paramLabel = "N", description = "Seeds of each network; default 3, with --quick 1.")
    private @Nullable Integer seeds;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of each training; default linear 10000, names 20000, images 500.")
    private @Nullable Integer steps;

    @Option(names = "--samples", paramLabel = "N", description = "Inputs of the deep linear network; default 100.")
    private int samples = 100;

    @Option(
            names = "--placement",
            paramLabel = "NAME",
            description =
                    "Where the deep linear network is normalised: behind every layer, or hidden ones; default every.")
    private String placement = "every";

    @Option(
            names = "--initialization",
            paramLabel = "NAME",
            description = "Of the deep linear network: pytorch, kaiming-normal, kaiming-uniform, xavier-normal or"
                    + " xavier-uniform; default xavier-normal.")
    private String initialization = "xavier-normal";

    @Option(
            names = "--width",
            paramLabel = "N",
            description = "Channels of the first convolutions of the image network; default 8.")
    private int width = 8;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        int count = seeds != null ? seeds : options.quick() ? 1 : SEEDS;
        Checks.between(1, 1_000, "--seeds", count);
        if (steps != null) {
            Checks.between(10, 10_000_000, "--steps", steps);
        }
        Checks.between(2, 1_000_000, "--samples", samples);
        Checks.between(1, 256, "--width", width);
        var kinds = kinds();
        if (data != null && !kinds.contains(Kind.IMAGES)) {
            throw new WrongInputException("--data is of the image network, which --networks leaves out");
        }
        var chosen = new EnumMap<Kind, Network>(Kind.class);
        kinds.forEach(kind -> chosen.put(kind, network(kind)));
        var folder = options.folder("batchnorm");
        var runs = chosen.entrySet().stream()
                .map(entry -> measure(folder, entry.getValue(), count, stepsOf(entry.getKey())))
                .toList();
        var out = spec.commandLine().getOut();
        for (var run : runs) {
            out.printf("%s%n%n", BatchNormPage.title(run));
            BatchNormPage.medians(run).print(out);
            new BatchNormVerdicts(run).findings().print(out);
            out.println();
        }
        folder.write(BatchNormPage.of(runs, command()), options.open(), out);
        return ExitCode.DONE;
    }

    private BatchNormRuns measure(StudyFolder folder, Network network, int count, int steps) {
        int probes = Math.min(options.quick() ? QUICK_PROBES : PROBES, steps / STEPS_BETWEEN);
        return BatchNormRuns.measure(folder, network, count, steps, probes);
    }

    private int stepsOf(Kind kind) {
        return steps != null ? steps : options.quick() ? kind.quickSteps : kind.steps;
    }

    private Set<Kind> kinds() {
        return networks.stream()
                .map(name -> EnumOption.of(Kind.values(), "--networks", name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Network network(Kind kind) {
        return switch (kind) {
            case LINEAR ->
                new DeepLinear(
                        samples,
                        EnumOption.of(DeepLinear.Placement.values(), "--placement", placement),
                        EnumOption.of(DeepLinear.Weights.values(), "--initialization", initialization));
            case NAMES -> new NamesNetwork();
            case IMAGES -> images();
        };
    }

    private ImageNetwork images() {
        if (data == null) {
            var glyphs = GlyphImages.split(GLYPHS, 0, TorchRandom.seeded(GLYPHS_SEED));
            return new ImageNetwork(glyphs.train(), "glyphs of the ten digits, drawn here", width, BATCH_SIZE);
        }
        Checks.notEmpty("--data", data);
        try {
            var images = ImageFolder.read(data).train();
            if (Math.min(images.height(), images.width()) < VggNetwork.LEAST_SIDE) {
                throw new WrongInputException("--data: %s: its images are %d x %d; the network wants at least %d x %d"
                        .formatted(
                                data, images.height(), images.width(), VggNetwork.LEAST_SIDE, VggNetwork.LEAST_SIDE));
            }
            var source = "%s (SHA-256 %s…)"
                    .formatted(data.toAbsolutePath(), images.digest().substring(0, 12));
            return new ImageNetwork(images, source, width, BATCH_SIZE);
        } catch (DataFileException exception) {
            throw new WrongInputException("--data: " + exception.getMessage());
        }
    }

    private String command() {
        return "./handgrad study batchnorm "
                + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }
}
