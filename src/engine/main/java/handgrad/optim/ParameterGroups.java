package handgrad.optim;

import handgrad.nn.Parameter;
import java.util.List;

/**
 * The groups of an optimiser that does not step all its parameters alike.
 *
 * <pre>{@code
 * new AdamW(ParameterGroups.decayMatrices(model.parameters()), AdamOptions.PYTORCH.withWeightDecay(0.1))
 *
 * new Sgd(ParameterGroups.of(
 *         ParameterGroup.of(body.parameters()).withRateFactor(0.1),
 *         ParameterGroup.of(head.parameters())), SgdOptions.PYTORCH.withMomentum(0.9))
 * }</pre>
 *
 * @param groups copied; an optimiser steps them in this order
 */
public record ParameterGroups(List<ParameterGroup> groups) {
    /** Copies the list. */
    public ParameterGroups {
        groups = List.copyOf(groups);
    }

    /** These groups. */
    public static ParameterGroups of(ParameterGroup... groups) {
        return new ParameterGroups(List.of(groups));
    }

    /**
     * Weight decay on matrices alone, as nanoGPT has it: tensors of two and more dimensions decay as the options say,
     * vectors, such as a bias or the weight of a normalisation, not at all. The parameters keep their order.
     */
    public static ParameterGroups decayMatrices(List<Parameter> parameters) {
        return new ParameterGroups(
                parameters.stream().map(ParameterGroups::decayMatrix).toList());
    }

    private static ParameterGroup decayMatrix(Parameter parameter) {
        boolean decays = parameter.value().shape().rank() >= 2;
        return ParameterGroup.of(List.of(parameter)).withDecayFactor(decays ? 1 : 0);
    }
}
