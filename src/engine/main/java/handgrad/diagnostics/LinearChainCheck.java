package handgrad.diagnostics;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Linear;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Linear layers with nothing between that bends: together they are one. */
final class LinearChainCheck implements Check {
    @Override
    public Rule rule() {
        return Rule.NO_NON_LINEARITY;
    }

    @Override
    public @Nullable String see(Look look) {
        Watch.Place first = null;
        for (var place : look.watch().places()) {
            switch (place.layer()) {
                case Linear second -> {
                    if (first != null && first.layer() instanceof Linear linear && isWasted(linear, second)) {
                        return String.format(
                                Locale.ROOT,
                                "There is no non-linearity between %s and %s, so the two can learn no more than one linear"
                                        + " layer. Put a Tanh or a Relu between them.",
                                first,
                                place);
                    }
                    first = place;
                }
                case BatchNorm1d _, FlattenConsecutive _ -> {}
                default -> first = null;
            }
        }
        return null;
    }

    /** Not so where the width between them is a bottleneck, which makes one matrix of two smaller ones on purpose. */
    private static boolean isWasted(Linear first, Linear second) {
        var weight = first.weight().value();
        return weight.size(1)
                >= Math.min(weight.size(0), second.weight().value().size(1));
    }
}
