package handgrad.io;

import handgrad.data.BatchOptions;
import handgrad.data.Batches;
import handgrad.data.TensorDataset;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.Conv2d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Dropout;
import handgrad.nn.Embedding;
import handgrad.nn.Flatten;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Parameter;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.nn.TiedLinear;
import handgrad.optim.Adam;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.optim.Optimizer;
import handgrad.optim.ParameterGroup;
import handgrad.optim.ParameterGroups;
import handgrad.optim.RMSprop;
import handgrad.optim.RMSpropOptions;
import handgrad.optim.Sgd;
import handgrad.optim.SgdOptions;
import handgrad.optim.WeightAverage;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A training of a few steps whose state has parts of every kind, all of which its steps depend on. */
final class SmallTraining {
    private static final int ROWS = 23;
    private static final int BATCH = 5;

    /** The models; a seed gives their first weights and the states of the generators that they draw from. */
    enum Net {
        BATCH_NORM {
            @Override
            Layer of(TorchRandom random) {
                return new Sequential(
                        new Linear(6, 8, random), new BatchNorm1d(8), new Tanh(), new Linear(8, 3, random));
            }
        },
        POSITIONS {
            @Override
            Layer of(TorchRandom random) {
                var options = BatchNormOptions.PYTORCH.withAxes(BatchNormOptions.Axes.FIRST);
                return new Sequential(
                        new Embedding(7, 4, random),
                        new BatchNorm1d(4, options),
                        new Flatten(1, 2),
                        new Linear(24, 3, random));
            }
        },
        DROPOUT {
            @Override
            Layer of(TorchRandom random) {
                return new Sequential(
                        new Linear(6, 12, random),
                        new Dropout(0.3, random),
                        new Relu(),
                        new Dropout(0.5, random.copy()),
                        new Linear(12, 3, random));
            }
        },
        TIED {
            @Override
            Layer of(TorchRandom random) {
                var embedding = new Embedding(7, 4, random);
                return new Sequential(
                        embedding,
                        new Flatten(1, 2),
                        new Linear(24, 4, random),
                        new Dropout(0.2, random),
                        new TiedLinear(embedding.weight()));
            }
        },
        CONVOLUTION {
            @Override
            Layer of(TorchRandom random) {
                return new Sequential(
                        new Conv2d(2, 3, 2, random),
                        new BatchNorm2d(3),
                        new Relu(),
                        new Flatten(1, 3),
                        new Linear(6, 3, random));
            }
        };

        abstract Layer of(TorchRandom random);

        private Tensor inputs(TorchRandom random) {
            return switch (this) {
                case BATCH_NORM, DROPOUT -> Tensor.randn(random, ROWS, 6);
                case POSITIONS, TIED -> Tensor.randint(random, 7, ROWS, 6);
                case CONVOLUTION -> Tensor.randn(random, ROWS, 2, 2, 3);
            };
        }
    }

    /** The optimisers. */
    enum Method {
        SGD,
        ADAM,
        ADAM_W,
        RMS_PROP;

        private Optimizer of(List<Parameter> parameters) {
            return switch (this) {
                case SGD ->
                    new Sgd(parameters, SgdOptions.PYTORCH.withMomentum(0.9).withDampening(0.1));
                case ADAM -> new Adam(parameters);
                case ADAM_W ->
                    new AdamW(ParameterGroups.decayMatrices(parameters), AdamOptions.PYTORCH.withWeightDecay(0.1));
                case RMS_PROP ->
                    new RMSprop(
                            ParameterGroups.of(ParameterGroup.of(parameters).withRateFactor(0.5)),
                            RMSpropOptions.PYTORCH.withCentered(true).withMomentum(0.9));
            };
        }
    }

    /** A part of one's own: what the losses were on average, which the learning rate depends on. */
    private static final class Smooth implements Stateful {
        private final Tensor value = Tensor.zeros(DType.FLOAT64, Shape.SCALAR);
        private long count;

        void add(double loss) {
            value.fill(0.5 * value.item() + 0.5 * loss);
            count++;
        }

        double get() {
            return value.item() / (1 + count);
        }

        @Override
        public SavedState save() {
            return new SavedState(Map.of("value", value), Map.of("count", Long.toString(count)));
        }

        @Override
        public void restore(SavedState saved) {
            var text = saved.texts().get("count");
            var tensor = saved.tensors().get("value");
            if (text == null
                    || tensor == null
                    || saved.texts().size() + saved.tensors().size() != 2) {
                throw new IllegalArgumentException("wants value and count, it has "
                        + saved.tensors().keySet() + " " + saved.texts().keySet());
            }
            count = Long.parseLong(text);
            value.copyFrom(tensor);
        }
    }

    private final Net net;
    private final Method method;
    private final Layer model;
    private final Optimizer optimizer;
    private final Batches batches;
    private final TorchRandom noise;
    private final WeightAverage average;
    private final Smooth smooth = new Smooth();
    private final CrossEntropyLoss loss = new CrossEntropyLoss();
    private final TrainingState state;

    /** A training at its beginning; two of different seeds differ in all that a checkpoint sets. */
    SmallTraining(Net net, Method method, long seed) {
        this.net = net;
        this.method = method;
        model = net.of(TorchRandom.seeded(seed));
        optimizer = method.of(model.parameters());
        var data = TorchRandom.seeded(1);
        batches = new Batches(
                new TensorDataset(net.inputs(data), Tensor.randint(data, 3, ROWS)), BatchOptions.of(BATCH, 9));
        noise = TorchRandom.seeded(seed + 1);
        average = new WeightAverage(model, 0.9);
        state = new TrainingState(model, optimizer)
                .with("batches", batches)
                .with("noise", noise)
                .with("average", average)
                .with("smooth", smooth)
                .with("best", Double.POSITIVE_INFINITY)
                .with("worst", Double.NEGATIVE_INFINITY)
                .withSetting("clip", "1.0");
    }

    /** One that is made alike, of other first weights. */
    SmallTraining another() {
        return new SmallTraining(net, method, 77);
    }

    TrainingState state() {
        return state;
    }

    Layer model() {
        return model;
    }

    WeightAverage average() {
        return average;
    }

    /** Trains on. */
    SmallTraining train(int steps) {
        for (int i = 0; i < steps; i++) {
            var batch = batches.next();
            double value = loss.forward(model.forward(batch.x()), batch.y());
            optimizer.zeroGrad();
            model.backward(loss.backward());
            double rate = 0.01 * (1 + Math.abs(Tensor.randn(noise, 1).item()) + smooth.get());
            optimizer.clippedStep(rate, state.number("best") < 1 ? 0.5 : 1);
            average.update();
            smooth.add(value);
            state.set("best", Math.min(state.number("best"), value));
            state.set("worst", Math.max(state.number("worst"), value));
        }
        return this;
    }

    /**
     * All that the rest of the training depends on, and its next batch, read from the objects themselves: equal for two
     * trainings of the same bits.
     */
    Map<String, Object> bits() {
        var bits = new LinkedHashMap<String, Object>();
        model.stateDict().copy().forEach((name, tensor) -> bits.put("model." + name, tensor));
        optimizer.stateDict(model).copy().forEach((name, tensor) -> bits.put("optimizer." + name, tensor));
        average.stateDict().copy().forEach((name, tensor) -> bits.put("average." + name, tensor));
        model.parts().generators().forEach((name, generator) -> bits.put("generators." + name, generator.state()));
        bits.put("noise", noise.state());
        bits.put("smooth", smooth.get());
        bits.put("best", state.number("best"));
        bits.put("worst", state.number("worst"));
        bits.put("step", state.step());
        long position = batches.position();
        bits.put("position", position);
        var next = batches.next();
        bits.put("x", next.x().copy());
        bits.put("y", next.y().copy());
        batches.setPosition(position);
        return bits;
    }
}
