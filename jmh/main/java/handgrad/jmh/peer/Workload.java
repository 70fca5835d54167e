package handgrad.jmh.peer;

import handgrad.data.Batch;
import handgrad.data.Names;
import handgrad.models.LectureModel;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is trained in a comparison: a model of the lectures with its first weights, and batches that are repeated. */
public enum Workload {
    /** Makemore part 3's network. */
    MLP_BN("mlp-bn", LectureModel.MLP_BN, 32, 200, 1),
    /** The same with batches of 1024 and 1024 hidden units. */
    MLP_BN_1024("mlp-bn-1024", LectureModel.MLP_BN, 1024, 1024, 1),
    /** The same on two threads. */
    MLP_BN_1024_THREADS_2("mlp-bn-1024-threads-2", LectureModel.MLP_BN, 1024, 1024, 2),
    /** Part 3's six layers. */
    DEEP("deep", LectureModel.DEEP, 32, 100, 1),
    /** Part 4's network, whose backward pass handgrad has as a learner writes it. */
    BACKPROP("backprop", LectureModel.BACKPROP, 32, 200, 1),
    /** Part 5's tree, scaled up. */
    WAVENET("wavenet", LectureModel.WAVENET, 32, 128, 1);

    /** The learning rate of every step. */
    public static final double LEARNING_RATE = 0.1;

    /** How many batches there are before they repeat. */
    private static final int BATCHES = 64;

    private static final long SEED = 2147483647L;
    private static final double MAKEMORE_EPSILON = 1e-5;

    private final String title;
    private final LectureModel model;
    private final int batchSize;
    private final int hidden;
    private final int threads;

    Workload(String title, LectureModel model, int batchSize, int hidden, int threads) {
        this.title = title;
        this.model = model;
        this.batchSize = batchSize;
        this.hidden = hidden;
        this.threads = threads;
    }

    /** The name in the tables. */
    public String title() {
        return title;
    }

    /** How many threads compute. */
    public int threads() {
        return threads;
    }

    /** The rows of a batch. */
    public int batchSize() {
        return batchSize;
    }

    /** The lecture's model. */
    public LectureModel model() {
        return model;
    }

    /** The workload of a name. */
    public static Workload named(String title) {
        return Arrays.stream(values())
                .filter(workload -> workload.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown workload " + title + "; there are "
                        + String.join(
                                ", ", Stream.of(values()).map(Workload::title).toList())));
    }

    LectureModel.Sizes sizes() {
        var defaults = model.defaults().sizes();
        return new LectureModel.Sizes(defaults.blockSize(), defaults.embedding(), hidden);
    }

    /** The model with its first weights, the same at every call. */
    public Layer build() {
        return model.build(sizes(), TorchRandom.seeded(SEED));
    }

    /** The batches, the same at every call. */
    public List<Batch> batches() {
        var random = TorchRandom.seeded(SEED);
        var data = Names.bundled().split(42, sizes().blockSize()).train();
        var batches = new ArrayList<Batch>();
        for (int i = 0; i < BATCHES; i++) {
            var batch = data.batch(batchSize, random);
            batches.add(new Batch(batch.x().copy(), batch.y().copy()));
        }
        return batches;
    }

    /** The parts of {@link #build}, for another library to build. */
    public List<Part> parts() {
        return switch (build()) {
            case Sequential layers -> layers.layers().stream().map(this::part).toList();
            case Layer backprop -> backprop(backprop);
        };
    }

    private Part part(Layer layer) {
        return switch (layer) {
            case Embedding embedding -> new Part.Embedding(embedding.weight().value());
            case FlattenConsecutive _ -> new Part.Flatten(model.isTree() ? 2 : sizes().blockSize());
            case Linear linear -> {
                var bias = linear.bias();
                yield new Part.Linear(linear.weight().value(), bias == null ? null : bias.value());
            }
            case BatchNorm1d norm -> {
                boolean part3 = model == LectureModel.MLP_BN;
                yield new Part.BatchNorm(
                        norm.weight().value(), norm.bias().value(), part3 ? 0 : MAKEMORE_EPSILON, part3 ? 0.001 : 0.1);
            }
            case Tanh _ -> new Part.Tanh();
            default ->
                throw new IllegalStateException(
                        "no peer has a " + layer.getClass().getSimpleName());
        };
    }

    private List<Part> backprop(Layer network) {
        Map<String, handgrad.tensor.Tensor> weights = network.stateDict();
        return List.of(
                new Part.Embedding(weights.get("C")),
                new Part.Flatten(sizes().blockSize()),
                new Part.Linear(weights.get("W1"), weights.get("b1")),
                new Part.BatchNorm(weights.get("bngain"), weights.get("bnbias"), MAKEMORE_EPSILON, 0.001),
                new Part.Tanh(),
                new Part.Linear(weights.get("W2"), weights.get("b2")));
    }
}
