package handgrad.check.registry;

import handgrad.check.GradientCheck;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A layer at an input. Its parameters are drawn from the normal distribution, so that no gain is 1 and no bias 0.
 *
 * @param maker makes the layer, from a generator of the same seed each time
 * @param definition the result from the input and the parameters, in their order
 * @param input FLOAT32 or INT32
 */
public record LayerSample(Function<TorchRandom, Layer> maker, Definition definition, Tensor input)
        implements ProofSample {
    private static final long SEED = 11;

    @Override
    public String description() {
        return input.shape().toString();
    }

    private Layer layer(DType dtype) {
        var random = TorchRandom.seeded(SEED);
        var layer = maker.apply(random);
        for (var parameter : layer.parameters()) {
            var value = parameter.value();
            value.copyFrom(Tensor.randn(random, value.shape().toArray()));
        }
        layer.to(dtype);
        return layer;
    }

    @Override
    public Tensor[] inputs(DType dtype) {
        var parameters = layer(dtype).parameters().stream().map(Parameter::value);
        return Stream.concat(Stream.of(Draw.copy(input, dtype)), parameters).toArray(Tensor[]::new);
    }

    @Override
    public Tensor value(DType dtype) {
        return layer(dtype).forward(Draw.copy(input, dtype));
    }

    @Override
    public boolean differentiable() {
        return true;
    }

    @Override
    public List<Tensor> gradients(Tensor dOut) {
        var layer = layer(dOut.dtype());
        layer.forward(Draw.copy(input, dOut.dtype()));
        var dX = layer.backward(dOut);
        var gradients = new ArrayList<Tensor>();
        if (input.dtype() != DType.INT32) {
            gradients.add(dX);
        }
        layer.parameters().forEach(parameter -> gradients.add(parameter.grad()));
        return gradients;
    }

    @Override
    public GradientCheck check() {
        return GradientCheck.of(layer(DType.FLOAT64)).input(input);
    }
}
