package handgrad.app.sequence;

import handgrad.nn.Parameter;
import handgrad.optim.Adam;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.optim.Optimizer;
import handgrad.optim.ParameterGroups;
import handgrad.optim.RMSprop;
import handgrad.optim.RMSpropOptions;
import handgrad.optim.Sgd;
import handgrad.optim.SgdOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The optimisers that a model of sequences can be trained with. */
enum SequenceOptimizer {
    /** With betas 0.9 and 0.99, as nanoGPT and makemore.py have it. */
    ADAMW,
    /** With the same betas; decay is added to the gradient. */
    ADAM,
    /** Without momentum. */
    SGD,
    /** As PyTorch has it. */
    RMSPROP;

    private static final AdamOptions ADAM_OPTIONS = AdamOptions.PYTORCH.withBetas(0.9, 0.99);

    /** The names on the command line. */
    static List<String> names() {
        return Arrays.stream(values()).map(SequenceOptimizer::title).toList();
    }

    private String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one of this name. */
    static SequenceOptimizer named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /**
     * An optimiser of these parameters.
     *
     * @param weightDecay of the parameters that are said to decay
     */
    Optimizer of(ParameterGroups groups, double weightDecay) {
        return switch (this) {
            case ADAMW -> new AdamW(groups, ADAM_OPTIONS.withWeightDecay(weightDecay));
            case ADAM -> new Adam(groups, ADAM_OPTIONS.withWeightDecay(weightDecay));
            case SGD -> new Sgd(groups, SgdOptions.PYTORCH.withWeightDecay(weightDecay));
            case RMSPROP -> new RMSprop(groups, RMSpropOptions.PYTORCH.withWeightDecay(weightDecay));
        };
    }

    /** Decay on matrices alone, as nanoGPT has it. */
    Optimizer decayingMatrices(List<Parameter> parameters, double weightDecay) {
        return of(ParameterGroups.decayMatrices(parameters), weightDecay);
    }
}
