package handgrad.check;

import handgrad.check.result.Cause.Kind;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** An operation with a right gradient, and wrong ones, each with the causes that name it rightly. */
final class LearnerOperation {
    /** The gradient of one input. */
    @FunctionalInterface
    interface Gradient {
        Tensor of(Tensor dOut, Tensor... x);
    }

    /** A wrong gradient of one input. */
    record Fault(String name, int input, Gradient gradient, Set<Kind> causes) {}

    private final String name;
    private final Function<TorchRandom, Tensor[]> inputs;
    private final TensorFunction forward;
    private final List<Gradient> gradients;
    private final List<Fault> faults = new ArrayList<>();

    /** @param gradients one for each floating input, which come first */
    LearnerOperation(
            String name, Function<TorchRandom, Tensor[]> inputs, TensorFunction forward, Gradient... gradients) {
        this.name = name;
        this.inputs = inputs;
        this.forward = forward;
        this.gradients = List.of(gradients);
    }

    LearnerOperation fault(String fault, int input, Gradient gradient, Kind... causes) {
        faults.add(new Fault(fault, input, gradient, Set.of(causes)));
        return this;
    }

    String name() {
        return name;
    }

    int gradients() {
        return gradients.size();
    }

    Gradient gradient(int input) {
        return gradients.get(input);
    }

    List<Fault> faults() {
        return faults;
    }

    /** Whether a gradient is another one at other inputs. */
    boolean isNonlinear(int input) {
        var dOut = forward.apply(inputs(1));
        return !gradient(input).of(dOut, inputs(1)).equals(gradient(input).of(dOut, inputs(2)));
    }

    Tensor[] inputs(long seed) {
        return inputs.apply(TorchRandom.seeded(seed));
    }

    GradientCheck check(long seed) {
        return GradientCheck.of(forward, this::backward).inputs(inputs(seed)).seed(seed);
    }

    /** A check with one input's gradient replaced. */
    GradientCheck check(long seed, int input, Gradient wrong) {
        TensorGradient backward = (dOut, x) -> {
            var all = backward(dOut, x);
            all[input] = wrong.of(dOut, x);
            return all;
        };
        return GradientCheck.of(forward, backward).inputs(inputs(seed)).seed(seed);
    }

    private Tensor[] backward(Tensor dOut, Tensor... x) {
        var all = new Tensor[x.length];
        for (int i = 0; i < x.length; i++) {
            all[i] = i < gradients.size() ? gradients.get(i).of(dOut, x) : x[i];
        }
        return all;
    }
}
