package handgrad.optim;

import handgrad.nn.Parameter;
import java.util.List;

/**
 * Parameters that an optimiser steps alike, PyTorch's parameter group.
 *
 * <pre>{@code
 * ParameterGroup.of(body.parameters()).withRateFactor(0.1)
 * }</pre>
 *
 * @param parameters at least one; copied
 * @param rateFactor what the learning rate of each step is multiplied by, at least 0
 * @param decayFactor what the weight decay of the optimiser's options is multiplied by, at least 0; 0 is no decay
 */
public record ParameterGroup(List<Parameter> parameters, double rateFactor, double decayFactor) {
    /** Checks the factors and copies the list. */
    public ParameterGroup {
        parameters = ParameterList.checked("ParameterGroup", parameters);
        requireFactor("rate", rateFactor);
        requireFactor("decay", decayFactor);
    }

    private static void requireFactor(String name, double factor) {
        if (!(factor >= 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException(
                    "ParameterGroup: the " + name + " factor must be at least 0 and finite, it is " + factor);
        }
    }

    /** A group with the learning rate and the weight decay as they are. */
    public static ParameterGroup of(List<Parameter> parameters) {
        return new ParameterGroup(parameters, 1, 1);
    }

    /** This group with another factor of the learning rate. */
    public ParameterGroup withRateFactor(double rateFactor) {
        return new ParameterGroup(parameters, rateFactor, decayFactor);
    }

    /** This group with another factor of the weight decay. */
    public ParameterGroup withDecayFactor(double decayFactor) {
        return new ParameterGroup(parameters, rateFactor, decayFactor);
    }
}
