package handgrad.io;

import handgrad.nn.BatchNorm;
import handgrad.nn.BatchNormOptions.Running;
import handgrad.nn.CausalConv1d;
import handgrad.nn.Conv2d;
import handgrad.nn.ConvTranspose2d;
import handgrad.nn.GroupedLinear;
import handgrad.nn.Gru;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Lstm;
import handgrad.nn.MakemoreGru;
import handgrad.nn.Rnn;
import handgrad.nn.WeightedLayer;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How PyTorch names a model's tensors and lays them out: in a state dict of the same layers. */
final class TorchLayout {
    /** How a tensor of a layer stands in PyTorch's state dict. */
    sealed interface Place {
        /** PyTorch's name. */
        String torchName();

        /** PyTorch's shape. */
        Shape torchShape();
    }

    /** With the same elements in the same order. */
    record Same(String torchName, Shape torchShape) implements Place {}

    /**
     * A weight (rows, outputs) that is (outputs, …) in PyTorch; of a transposed convolution the inputs are in their
     * place.
     *
     * @param positions 1 if a row of this weight has PyTorch's order; k where rows go position by position through the
     *     inputs, and PyTorch's input by input through k positions
     */
    record Weight(String torchName, Shape torchShape, int positions) implements Place {}

    /** A running deviation √(running_var + epsilon). */
    record Deviation(String torchName, Shape torchShape, double epsilon) implements Place {}

    /** The tensors of a recurrent layer, of one layer and one direction in PyTorch. */
    private static final Map<String, String> RECURRENT = Map.of(
            "input.weight", "weight_ih_l0",
            "input.bias", "bias_ih_l0",
            "hidden.weight", "weight_hh_l0",
            "hidden.bias", "bias_hh_l0");

    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Set<String> counts = new LinkedHashSet<>();
    private final Map<String, String> ties;

    /**
     * That of a model.
     *
     * @throws IllegalArgumentException if it has a layer that PyTorch has not
     */
    TorchLayout(Layer model) {
        ties = model.parts().ties();
        model.stateDict().forEach((name, tensor) -> places.put(name, new Same(name, tensor.shape())));
        addLayer("", model);
        model.parts().layers().forEach((name, layer) -> addLayer(name + ".", layer));
        addRecurrence("", model);
        model.parts().layers().forEach((name, layer) -> addRecurrence(name + ".", layer));
    }

    private void addLayer(String prefix, Layer layer) {
        switch (layer) {
            case WeightedLayer weighted -> addWeight(prefix + "weight", weighted);
            case ConvTranspose2d convolution -> {
                var weight = convolution.weight().value();
                var name = prefix + "weight";
                places.put(name, new Weight(name, images(weight.size(1), weight.size(0), convolution.window()), 1));
            }
            case BatchNorm norm -> addBatchNorm(prefix, norm);
            default -> {}
        }
    }

    private void addWeight(String name, WeightedLayer layer) {
        var weight = layer.weight().value();
        int rows = weight.size(0);
        int outputs = weight.size(1);
        var place = switch (layer) {
            case Linear _ -> new Weight(name, Shape.of(outputs, rows), 1);
            case Conv2d convolution -> new Weight(name, images(outputs, rows, convolution.window()), 1);
            case CausalConv1d convolution -> {
                int k = convolution.kernelSize();
                yield new Weight(name, Shape.of(outputs, rows / k, k), k);
            }
            case GroupedLinear _ ->
                throw new IllegalArgumentException("TorchWeights: " + name
                        + " is that of a GroupedLinear, which PyTorch does not have; save each group's columns"
                        + " as a Linear of its own");
        };
        places.put(name, place);
    }

    /** PyTorch's shape of kernels for images: (first, channels of a group, height, width), from so many rows. */
    private static Shape images(int first, int rows, Window window) {
        var kernel = window.kernel();
        return Shape.of(first, rows / window.area(), kernel.height(), kernel.width());
    }

    private void addBatchNorm(String prefix, BatchNorm norm) {
        if (norm.runningMean().shape().rank() != 1) {
            throw new IllegalArgumentException("TorchWeights: " + prefix + "running_mean is "
                    + norm.runningMean().shape() + ", a mean for each position, which PyTorch does not have; use"
                    + " Axes.ALL_BUT_LAST");
        }
        if (norm.options().running() == Running.UNBIASED_DEVIATION) {
            places.put(
                    prefix + "running_std",
                    new Deviation(
                            prefix + "running_var",
                            norm.runningSpread().shape(),
                            norm.options().epsilon()));
        }
        counts.add(prefix + "num_batches_tracked");
    }

    /** Names a recurrent layer's tensors, after those of the Linear inside it. */
    private void addRecurrence(String prefix, Layer layer) {
        boolean known = layer instanceof Rnn || layer instanceof Gru || layer instanceof Lstm;
        boolean start = places.containsKey(prefix + "start") || places.containsKey(prefix + "startCell");
        boolean alike = places.containsKey(prefix + "input.bias") == places.containsKey(prefix + "hidden.bias");
        if (layer instanceof MakemoreGru || (known && (start || !alike))) {
            throw new IllegalArgumentException("TorchWeights: " + prefix + "hidden.weight is that of a recurrent layer"
                    + " that PyTorch does not have: its RNN, GRU and LSTM have two biases or none, and no start among"
                    + " their parameters; save the model with Safetensors");
        }
        if (known) {
            RECURRENT.forEach((own, torch) -> addRecurrent(prefix + own, prefix + torch));
        }
    }

    private void addRecurrent(String name, String torchName) {
        var place = places.get(name);
        if (place == null) {
            return;
        }
        var shape = place.torchShape();
        if (place instanceof Weight) {
            places.put(name, new Weight(torchName, shape, 1));
        } else if (shape.rank() == 2) {
            places.put(name, new Weight(torchName, Shape.of(shape.size(1), shape.size(0)), 1));
        } else {
            places.put(name, new Same(torchName, shape));
        }
    }

    /** The places by the names of the model's state, in its order. */
    Map<String, Place> places() {
        return places;
    }

    /** PyTorch's names of the counts that it keeps in batch normalisations. */
    Set<String> counts() {
        return counts;
    }

    /** PyTorch's second names of tensors that have one here, each with this one. */
    Map<String, String> ties() {
        return ties;
    }

    /** A tensor as PyTorch has it, of the same type. */
    static Tensor toTorch(Place place, Tensor own) {
        return switch (place) {
            case Same _ -> own;
            case Weight weight -> {
                var torch = Tensor.zeros(own.dtype(), weight.torchShape());
                eachElement(weight, (ownPosition, position) -> torch.setFlat(position, own.getFlat(ownPosition)));
                yield torch;
            }
            case Deviation deviation -> {
                var torch = Tensor.zeros(own.dtype(), own.shape());
                for (int i = 0; i < own.shape().elements(); i++) {
                    torch.setFlat(i, own.getFlat(i) * own.getFlat(i) - deviation.epsilon());
                }
                yield torch;
            }
        };
    }

    /** A tensor of PyTorch's shape as the model has it, of the same type. */
    static Tensor fromTorch(Place place, Tensor torch) {
        return switch (place) {
            case Same _ -> torch;
            case Weight weight -> {
                int outputs = torch.size(0);
                int rows = weight.torchShape().without(0).elements();
                var own = Tensor.zeros(torch.dtype(), Shape.of(rows, outputs));
                eachElement(weight, (ownPosition, position) -> own.setFlat(ownPosition, torch.getFlat(position)));
                yield own;
            }
            case Deviation deviation -> {
                var own = Tensor.zeros(torch.dtype(), torch.shape());
                for (int i = 0; i < torch.shape().elements(); i++) {
                    own.setFlat(i, Math.sqrt(torch.getFlat(i) + deviation.epsilon()));
                }
                yield own;
            }
        };
    }

    /** What makes a conversion of PyTorch's tensor impossible. */
    static Optional<String> problem(Place place, Tensor torch) {
        if (!torch.shape().equals(place.torchShape())) {
            return Optional.of(
                    place.torchName() + " has shape " + torch.shape() + ", the model wants " + place.torchShape());
        }
        return place instanceof Deviation ? negative(place, torch) : Optional.empty();
    }

    /** A variance below 0, which has no deviation. */
    static Optional<String> negative(Place place, Tensor variance) {
        for (int i = 0; i < variance.shape().elements(); i++) {
            double number = variance.getFlat(i);
            if (number < 0) {
                return Optional.of(
                        place.torchName() + " has " + number + " at " + List.of(i) + ", it must be at least 0");
            }
        }
        return Optional.empty();
    }

    private interface Pair {
        void take(int ownPosition, int torchPosition);
    }

    /** Each element's position here and in PyTorch: (row, output) and (output, row in PyTorch's order). */
    private static void eachElement(Weight weight, Pair pair) {
        int outputs = weight.torchShape().size(0);
        int rows = weight.torchShape().without(0).elements();
        int positions = weight.positions();
        int inputs = rows / positions;
        for (int output = 0; output < outputs; output++) {
            for (int torchRow = 0; torchRow < rows; torchRow++) {
                int row = torchRow % positions * inputs + torchRow / positions;
                pair.take(row * outputs + output, output * rows + torchRow);
            }
        }
    }
}
