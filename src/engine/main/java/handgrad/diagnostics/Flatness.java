package handgrad.diagnostics;

import handgrad.nn.Gelu;
import handgrad.nn.Layer;
import handgrad.nn.Relu;
import handgrad.nn.Tanh;
import org.jspecify.annotations.Nullable;

/** Where a non-linear layer is flat, so that no gradient passes. */
enum Flatness {
    /** Almost flat at both ends; makemore part 3 draws the line at |t| > 0.97. */
    TANH {
        @Override
        boolean isFlat(float output) {
            return Math.abs(output) > 0.97f;
        }
    },
    /** Flat where the output is 0. */
    RELU {
        @Override
        boolean isFlat(float output) {
            return output == 0;
        }
    },
    /** Nowhere flat for long. */
    NONE {
        @Override
        boolean isFlat(float output) {
            return false;
        }
    };

    abstract boolean isFlat(float output);

    /** The flatness of a non-linear layer, null for a layer that is linear or not known. */
    static @Nullable Flatness of(Layer layer) {
        return switch (layer) {
            case Tanh _ -> TANH;
            case Relu _ -> RELU;
            case Gelu _ -> NONE;
            default -> null;
        };
    }
}
