package handgrad.check.registry;

import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The proof of one operation: all that its tests need.
 *
 * @param name class and method, {@code Tensor.sum(int)}, or the class of a layer or loss, which a comma and the options
 *     may follow: {@code BatchNorm1d, MAKEMORE_LAYER}
 * @param samples inputs at which its value and its gradient are checked
 * @param refusals inputs that it refuses
 */
public record Proof(String name, List<ProofSample> samples, List<Refusal> refusals) {
    private static final long SEED = 11;

    /** Copies the lists. */
    public Proof {
        samples = List.copyOf(samples);
        refusals = List.copyOf(refusals);
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
                                sample.description(), sample.check().get().run()))
                        .toList());
    }

    static Proof named(String name) {
        return new Proof(name, List.of(), List.of());
    }

    /** This proof with one more sample. */
    Proof sample(Computation computation, Tensor... inputs) {
        return with(Stream.of(ProofSample.of(computation, inputs)));
    }

    /** This proof with one more sample for each input. */
    Proof samples(Computation computation, List<Tensor> inputs) {
        return with(inputs.stream().map(input -> ProofSample.of(computation, input)));
    }

    /** This proof with one more sample for each array of inputs. */
    Proof samplesOf(Computation computation, List<Tensor[]> inputs) {
        return with(inputs.stream().map(x -> ProofSample.of(computation, x)));
    }

    /**
     * This proof with one more sample: a layer at an input, with parameters drawn so that no gain is 1 and no bias 0.
     */
    Proof layer(Function<TorchRandom, Layer> maker, Definition definition, Tensor input) {
        var random = TorchRandom.seeded(SEED);
        var parameters = maker.apply(random).parameters().stream()
                .map(parameter -> Tensor.randn(random, parameter.value().shape().toArray()));
        return with(Stream.of(ProofSample.of(
                () -> maker.apply(TorchRandom.seeded(SEED)),
                definition,
                Stream.concat(Stream.of(input), parameters).toArray(Tensor[]::new))));
    }

    /**
     * This proof with one more sample of a layer for each array of inputs.
     *
     * @param maker makes the layer from its input and its parameters
     */
    Proof layers(Function<Tensor[], Layer> maker, Definition definition, List<Tensor[]> inputs) {
        return with(inputs.stream().map(x -> ProofSample.of(() -> maker.apply(x), definition, x)));
    }

    private Proof with(Stream<ProofSample> more) {
        return new Proof(name, Stream.concat(samples.stream(), more).toList(), refusals);
    }

    /** This proof with one more call that must be refused with this message. */
    Proof refuses(String message, Runnable call) {
        var refusal = new Refusal(message, call);
        return new Proof(
                name,
                samples,
                Stream.concat(refusals.stream(), Stream.of(refusal)).toList());
    }
}
