package handgrad.check;

import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs the passes of a subject, each on copies of its inputs, and notes what a pass changes that is not its own: an
 * input, a parameter, dOut or the output.
 */
final class WatchedPasses {
    /** A tensor whose gradient is checked: the input of this number, or the value of a parameter. */
    record Target(String name, int input, @Nullable Parameter parameter) {}

    /** The gradients of the targets, after one backward pass and after a second one on top of it. */
    record Gradients(List<Tensor> once, List<Tensor> twice) {}

    private final CheckedFunction subject;
    private final IntFunction<String> inputName;
    private final Generators generators;
    private final Set<Cause> mistakes = new LinkedHashSet<>();

    WatchedPasses(CheckedFunction subject, IntFunction<String> inputName) {
        this.subject = subject;
        this.inputName = inputName;
        this.generators = new Generators(subject.generators());
    }

    /** What was noted. */
    List<Cause> mistakes() {
        return List.copyOf(mistakes);
    }

    Map<String, Parameter> parameters() {
        return subject.parameters();
    }

    String inputName(int i) {
        return inputName.apply(i);
    }

    boolean hasGradient(int input, Tensor tensor) {
        return tensor.dtype() != DType.INT32 && subject.hasGradient(input);
    }

    /** The tensors whose gradients are checked: inputs, then parameters. */
    List<Target> targets(Tensor... inputs) {
        var targets = new ArrayList<Target>();
        for (int i = 0; i < inputs.length; i++) {
            if (hasGradient(i, inputs[i])) {
                targets.add(new Target(inputName(i), i, null));
            }
        }
        parameters().forEach((name, parameter) -> targets.add(new Target(name, -1, parameter)));
        return targets;
    }

    static Tensor[] copies(Tensor... tensors) {
        return Arrays.stream(tensors).map(Tensor::copy).toArray(Tensor[]::new);
    }

    /** The output, FLOAT64, with the random numbers of every other pass; overwritten by the next one. */
    Tensor forward(Tensor... inputs) {
        generators.restore();
        var output = subject.forward(inputs);
        if (output.dtype() != DType.FLOAT64) {
            throw new IllegalStateException(
                    "GradientCheck: wants an output of FLOAT64, it is " + output.dtype() + " " + output.shape());
        }
        return output;
    }

    /** The first forward pass of all, which also tells which parameters take part that the layer does not name. */
    void first(Tensor... inputs) {
        if (!subject.tellsParameters()) {
            forward(inputs);
            return;
        }
        var known = parameters().values();
        var unknown = new LinkedHashSet<Parameter>();
        Consumer<Parameter> reader = parameter -> {
            if (!known.contains(parameter)) {
                // Nobody has converted it.
                parameter.to(DType.FLOAT64);
                unknown.add(parameter);
            }
        };
        Parameter.reading(reader, () -> forward(inputs));
        unknown.forEach(parameter -> mistakes.add(new Cause(
                Kind.UNKNOWN_PARAMETER,
                "the forward pass uses a parameter " + parameter.name() + " "
                        + parameter.grad().shape()
                        + " that is not among parameters(), so no optimiser would change it and no file would have it:"
                        + " add it, or the layer that it belongs to, to the parts of its layer")));
    }

    /** What a pass gives when all inputs and parameters are changed in their last digits. */
    <T> T withOtherLastDigits(TorchRandom random, Function<Tensor[], T> pass, Tensor... inputs) {
        var values = new LinkedHashMap<Parameter, Tensor>();
        try {
            parameters().values().forEach(parameter -> {
                values.put(parameter, parameter.value().copy());
                parameter.value().copyFrom(Tensors.lastDigits(parameter.value(), random));
            });
            return pass.apply(Arrays.stream(inputs)
                    .map(x -> Tensors.lastDigits(x, random))
                    .toArray(Tensor[]::new));
        } finally {
            values.forEach((parameter, value) -> parameter.value().copyFrom(value));
        }
    }

    /** Copies of the gradients of the targets after a forward and a backward pass, and after another backward pass. */
    Gradients gradients(Tensor dOut, Tensor... inputs) {
        var given = copies(inputs);
        var values = new LinkedHashMap<String, Tensor>();
        parameters()
                .forEach((name, parameter) -> values.put(name, parameter.value().copy()));
        var output = forward(given);
        compare("forward", inputs, given, values);
        var kept = output.copy();
        parameters().values().forEach(Parameter::zeroGrad);
        var once = backward(dOut, given);
        if (!output.equals(kept)) {
            note("backward overwrites the output of forward, which the layer behind it may still need: write into a"
                    + " tensor of its own");
            output.copyFrom(kept);
        }
        compare("backward", inputs, given, values);
        var twice = backward(dOut, given);
        compare("backward", inputs, given, values);
        return new Gradients(once, twice);
    }

    private List<Tensor> backward(Tensor dOut, Tensor... inputs) {
        var given = dOut.copy();
        var ofInputs = subject.backward(given);
        if (ofInputs.length != inputs.length) {
            throw new IllegalStateException(
                    "GradientCheck: backward gives " + ofInputs.length + " gradients for " + inputs.length + " inputs");
        }
        var all = new ArrayList<Tensor>();
        for (int i = 0; i < inputs.length; i++) {
            if (hasGradient(i, inputs[i])) {
                all.add(ofInputs[i].to(DType.FLOAT64).copy());
            }
        }
        parameters().values().forEach(parameter -> all.add(parameter.grad().copy()));
        if (!given.equals(dOut)) {
            note("backward overwrites dOut, which another layer may still need: write into a tensor of its own");
        }
        return all;
    }

    /** Notes what a pass has changed, and restores it. */
    private void compare(String pass, Tensor[] inputs, Tensor[] given, Map<String, Tensor> values) {
        for (int i = 0; i < inputs.length; i++) {
            if (!given[i].equals(inputs[i])) {
                note(pass + " overwrites " + inputName(i) + ", which is not its own: write into another tensor, or"
                        + " copy it first");
                given[i].copyFrom(inputs[i]);
            }
        }
        parameters().forEach((name, parameter) -> {
            var value = values.get(name);
            if (value != null && !parameter.value().equals(value)) {
                note(pass + " changes the parameter " + name + ": only an optimiser may do so");
                parameter.value().copyFrom(value);
            }
        });
    }

    private void note(String sentence) {
        mistakes.add(new Cause(Kind.CHANGED, sentence));
    }

    /** What the gradients of further passes say of backward; null where they are as they should be. */
    static @Nullable Cause repetition(
            Target target, Tensor once, Tensor again, Tensor twice, Tensor opposite, double rounding) {
        if (!again.equals(once)) {
            return new Cause(
                    Kind.NOT_REPRODUCIBLE,
                    "a second pass over the same batch gives other bits: something that forward keeps is changed, or"
                            + " the order of a sum");
        }
        if (Tensors.largest(once.add(opposite)) > rounding) {
            return new Cause(
                    Kind.UNKNOWN,
                    "it is right for this dOut, and for -dOut it is not the opposite: backward must be linear in dOut");
        }
        if (target.parameter == null) {
            return !(Tensors.largest(twice.sub(once)) > rounding)
                    ? null
                    : new Cause(
                            Kind.NOT_REPRODUCIBLE,
                            "a second backward pass after the same forward pass gives another gradient: backward"
                                    + " changes something that forward keeps");
        }
        return !(Tensors.largest(twice.sub(once.mul(2))) > rounding)
                ? null
                : new Cause(
                        Kind.OVERWRITTEN,
                        "after a second backward pass it should be twice as large: add to the gradient of the"
                                + " parameter, with addInPlace, where it is set");
    }
}
