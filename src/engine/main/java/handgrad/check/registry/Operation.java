package handgrad.check.registry;

import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * An operation of handgrad with all that its tests need.
 *
 * @param name class and method, {@code Tensor.sum(int)}, or the class of a layer or loss, which a comma and the options
 *     may follow: {@code BatchNorm1d, MAKEMORE_LAYER}
 * @param samples inputs at which its value and its gradient are checked
 * @param errors inputs that it refuses
 */
public record Operation(String name, List<Sample> samples, List<ErrorInput> errors) {
    /** Copies the lists. */
    public Operation {
        samples = List.copyOf(samples);
        errors = List.copyOf(errors);
    }

    /** Whether it has a gradient; an operation with an integer result has none. */
    public boolean differentiable() {
        return samples.stream().anyMatch(Sample::differentiable);
    }

    /** Checks the gradient at every sample. */
    public OperationReport check() {
        return new OperationReport(
                this,
                samples.stream()
                        .filter(Sample::differentiable)
                        .map(sample -> new OperationReport.Entry(
                                sample.description(), sample.check().run()))
                        .toList());
    }

    static Operation named(String name) {
        return new Operation(name, List.of(), List.of());
    }

    /** This operation with one more sample. */
    Operation sample(Formula formula, Tensor... inputs) {
        return with(new FunctionSample(formula, List.of(inputs)));
    }

    /** This operation with one more sample for each input. */
    Operation samples(Formula formula, List<Tensor> inputs) {
        var operation = this;
        for (var input : inputs) {
            operation = operation.sample(formula, input);
        }
        return operation;
    }

    /** This operation with one more sample: a layer at an input. */
    Operation layer(Function<TorchRandom, Layer> layer, Reference reference, Tensor input) {
        return with(new LayerSample(layer, reference, input));
    }

    private Operation with(Sample sample) {
        return new Operation(
                name, Stream.concat(samples.stream(), Stream.of(sample)).toList(), errors);
    }

    /** This operation with one more call that must be refused with this message. */
    Operation refuses(String message, Runnable call) {
        var error = new ErrorInput(message, call);
        return new Operation(
                name, samples, Stream.concat(errors.stream(), Stream.of(error)).toList());
    }
}
