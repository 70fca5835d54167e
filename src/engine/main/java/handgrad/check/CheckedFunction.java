package handgrad.check;

import handgrad.nn.Layer;
import handgrad.nn.Loss;
import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a gradient check looks at: an output computed from inputs and parameters, and a hand-written backward pass. */
interface CheckedFunction {
    /** The output, FLOAT64; it may be overwritten by the next call. */
    Tensor forward(Tensor... inputs);

    /** The gradients of the inputs of the last forward pass; adds those of the parameters. */
    Tensor[] backward(Tensor dOut);

    /** Whether the input of this number has a gradient, unless it is INT32. */
    default boolean hasGradient(int input) {
        return true;
    }

    /** The parameters by name. */
    default Map<String, Parameter> parameters() {
        return Map.of();
    }

    /** Whether {@link #parameters} are all that take part; those of a function are its own business. */
    default boolean tellsParameters() {
        return false;
    }

    /** The generators that the forward pass draws from. */
    default Collection<TorchRandom> generators() {
        return List.of();
    }

    static CheckedFunction of(Layer layer) {
        layer.to(DType.FLOAT64);
        return new CheckedFunction() {
            @Override
            public Tensor forward(Tensor... inputs) {
                return layer.forward(one(inputs));
            }

            @Override
            public Tensor[] backward(Tensor dOut) {
                return new Tensor[] {layer.backward(dOut)};
            }

            @Override
            public Map<String, Parameter> parameters() {
                return byName(layer);
            }

            @Override
            public Collection<TorchRandom> generators() {
                return layer.parts().generators().values();
            }

            @Override
            public boolean tellsParameters() {
                return true;
            }
        };
    }

    static CheckedFunction of(Loss loss) {
        return new CheckedFunction() {
            @Override
            public Tensor forward(Tensor... inputs) {
                return scalar(loss.forward(inputs[0], targets(inputs)));
            }

            @Override
            public Tensor[] backward(Tensor dOut) {
                return new Tensor[] {loss.backward().mul(dOut.item()), Tensor.zeros(0)};
            }

            @Override
            public boolean hasGradient(int input) {
                return input == 0;
            }
        };
    }

    static CheckedFunction of(Layer model, Loss loss) {
        model.to(DType.FLOAT64);
        return new CheckedFunction() {
            @Override
            public Tensor forward(Tensor... inputs) {
                return scalar(loss.forward(model.forward(inputs[0]), targets(inputs)));
            }

            @Override
            public Tensor[] backward(Tensor dOut) {
                return new Tensor[] {model.backward(loss.backward().mul(dOut.item())), Tensor.zeros(0)};
            }

            @Override
            public boolean hasGradient(int input) {
                return input == 0;
            }

            @Override
            public Map<String, Parameter> parameters() {
                return byName(model);
            }

            @Override
            public Collection<TorchRandom> generators() {
                return model.parts().generators().values();
            }

            @Override
            public boolean tellsParameters() {
                return true;
            }
        };
    }

    static CheckedFunction of(TensorFunction forward, TensorGradient backward) {
        return new CheckedFunction() {
            private Tensor[] last = {};

            @Override
            public Tensor forward(Tensor... inputs) {
                last = inputs;
                return forward.apply(inputs);
            }

            @Override
            public Tensor[] backward(Tensor dOut) {
                return backward.apply(dOut, last);
            }
        };
    }

    /** As the state names them: the weight of a Sequential's third layer is 2.weight. */
    private static Map<String, Parameter> byName(Layer layer) {
        var names = new IdentityHashMap<Tensor, String>();
        layer.stateDict().forEach((name, tensor) -> names.put(tensor, name));
        var named = new LinkedHashMap<String, Parameter>();
        for (var parameter : layer.parameters()) {
            var name = names.getOrDefault(parameter.value(), "parameter " + named.size() + " " + parameter.name());
            named.put(name, parameter);
        }
        return named;
    }

    private static Tensor scalar(double value) {
        return Tensor.zeros(DType.FLOAT64, Shape.SCALAR).fill(value);
    }

    private static Tensor one(Tensor... inputs) {
        if (inputs.length != 1) {
            throw new IllegalStateException("GradientCheck: a layer wants one input, there are " + inputs.length);
        }
        return inputs[0];
    }

    private static Tensor targets(Tensor... inputs) {
        if (inputs.length != 2) {
            throw new IllegalStateException(
                    "GradientCheck: a loss wants two inputs, its input and the targets, there are " + inputs.length);
        }
        return inputs[1];
    }
}
