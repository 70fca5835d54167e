package handgrad.diagnostics;

/** Where the outputs of a non-linear layer lie if the layer is flat there, so that hardly any gradient passes. */
enum Flatness {
    /** Almost flat at both ends; makemore part 3 draws the line at |t| > 0.97. */
    TANH {
        @Override
        boolean isFlat(float output) {
            return Math.abs(output) > 0.97f;
        }
    },
    /** Almost flat at both ends; σ(x) = (1 + tanh(x/2))/2, so the line is that of tanh. */
    SIGMOID {
        @Override
        boolean isFlat(float output) {
            return Math.abs(2 * output - 1) > 0.97f;
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

    /** Whether the layer saturates: its outputs can come to rest at both ends. */
    boolean saturates() {
        return this == TANH || this == SIGMOID;
    }
}
