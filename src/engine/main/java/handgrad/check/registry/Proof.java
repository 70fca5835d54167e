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
public record Proof(String name, List<ProofSample> samples, List<Refusal> errors) {
    /** Copies the lists. */
    public Proof {
        samples = List.copyOf(samples);
        errors = List.copyOf(errors);
    }

    /** Whether it has a gradient; an operation with an integer result has none. */
    public boolean differentiable() {
        return samples.stream().anyMatch(ProofSample::differentiable);
    }

    /** Checks the gradient at every sample. */
    public ProofReport check() {
        return new ProofReport(
                this,
                samples.stream()
                        .filter(ProofSample::differentiable)
                        .map(sample -> new ProofReport.Entry(
                                sample.description(), sample.check().run()))
                        .toList());
    }

    static Proof named(String name) {
        return new Proof(name, List.of(), List.of());
    }

    /** This operation with one more sample. */
    Proof sample(Computation formula, Tensor... inputs) {
        return with(new FunctionSample(formula, List.of(inputs)));
    }

    /** This operation with one more sample for each input. */
    Proof samples(Computation formula, List<Tensor> inputs) {
        var operation = this;
        for (var input : inputs) {
            operation = operation.sample(formula, input);
        }
        return operation;
    }

    /** This operation with one more sample: a layer at an input. */
    Proof layer(Function<TorchRandom, Layer> layer, Definition definition, Tensor input) {
        return with(new LayerSample(layer, definition, input));
    }

    private Proof with(ProofSample sample) {
        return new Proof(
                name, Stream.concat(samples.stream(), Stream.of(sample)).toList(), errors);
    }

    /** This operation with one more call that must be refused with this message. */
    Proof refuses(String message, Runnable call) {
        var error = new Refusal(message, call);
        return new Proof(
                name, samples, Stream.concat(errors.stream(), Stream.of(error)).toList());
    }
}
