package handgrad.diagnostics;

/** Where the outputs of a non-linear layer lie if the layer is flat there, so that hardly any gradient passes. */
enum Flatness {
    /** Almost flat at both ends; makemore part 3 draws the line at |t| > 0.97. */
    TANH(-0.97f, 0.97f),
    /** Almost flat at both ends; σ(x) = (1 + tanh(x/2))/2, so the line is that of tanh. */
    SIGMOID(0.015f, 0.985f),
    /** Flat where the output is 0. */
    RELU(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY),
    /** Nowhere flat for long. */
    NONE(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

    private final float low;
    private final float high;

    Flatness(float low, float high) {
        this.low = low;
        this.high = high;
    }

    /** Whether the layer saturates: its outputs can come to rest at both ends. */
    boolean saturates() {
        return this == TANH || this == SIGMOID;
    }

    boolean isFlat(float output) {
        return output < low || output > high || (this == RELU && output == 0);
    }

    /** How many of a layer that saturates have come to rest there. */
    int saturated(float[] outputs) {
        int count = 0;
        for (int from = 0; from < outputs.length; from += Sample.BLOCK) {
            count += saturated(outputs, from, Math.min(outputs.length, from + Sample.BLOCK));
        }
        return count;
    }

    private int saturated(float[] outputs, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            if (outputs[i] < low || outputs[i] > high) {
                count++;
            }
        }
        return count;
    }
}
