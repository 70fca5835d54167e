package handgrad.diagnostics;

import org.jspecify.annotations.Nullable;

/** Updates far larger or smaller than a thousandth of their weight. */
final class UpdateRatioCheck implements Check {
    @Override
    public Rule rule() {
        return Rule.UPDATE_RATIO;
    }

    @Override
    public @Nullable String see(Look look) {
        return null;
    }
}
