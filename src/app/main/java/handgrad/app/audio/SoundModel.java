package handgrad.app.audio;

import handgrad.models.WaveNet;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;

/**
 * A WaveNet of mu-law symbols, small enough for a CPU: dilations 1 to 64, so that a prediction sees 128 samples, 16
 * channels in the residual blocks and 64 in the skip connections.
 */
final class SoundModel {
    /** How many symbols a prediction sees. */
    static final int RECEPTIVE_FIELD = 128;

    private static final int CHANNELS = 16;
    private static final int SKIP_CHANNELS = 64;

    /** Predictions at a time when a loss is taken. */
    private static final int PREDICTIONS = 2048;

    private SoundModel() {}

    /** The model with fresh weights. */
    static Layer build(TorchRandom random) {
        return WaveNet.of(MuLaw.SYMBOLS, CHANNELS, SKIP_CHANNELS, WaveNet.dilations(RECEPTIVE_FIELD), random);
    }

    /** The mean loss of a model over all predictions of symbols that have a whole receptive field before them. */
    static double loss(Layer model, int[] symbols) {
        var loss = new CrossEntropyLoss();
        int predictions = symbols.length - RECEPTIVE_FIELD;
        double sum = 0;
        for (int from = 0; from < predictions; from += PREDICTIONS) {
            int count = Math.min(PREDICTIONS, predictions - from);
            int seen = from + RECEPTIVE_FIELD - 1 + count;
            var x = Tensor.of(Arrays.copyOfRange(symbols, from, seen), 1, seen - from);
            var y = Tensor.of(Arrays.copyOfRange(symbols, from + RECEPTIVE_FIELD, seen + 1), count);
            sum += count * loss.forward(model.forward(x), y);
        }
        return sum / predictions;
    }

    /**
     * Symbols drawn one after the other, after silence, each from the model's distribution given those before it. Each
     * layer keeps the past that it sees, so a symbol costs one position of the network, and not a receptive field of
     * them.
     */
    static int[] generate(Layer model, int count, TorchRandom random) {
        model.train(false);
        model.stream(true);
        for (int i = 1; i < RECEPTIVE_FIELD; i++) {
            model.forward(Tensor.of(new int[] {MuLaw.SILENCE}, 1, 1));
        }
        int[] symbols = new int[count];
        int last = MuLaw.SILENCE;
        for (int i = 0; i < count; i++) {
            var logits = model.forward(Tensor.of(new int[] {last}, 1, 1)); // (1, symbols)
            last = random.multinomial(weights(logits));
            symbols[i] = last;
        }
        model.stream(false);
        return symbols;
    }

    /** How likely each symbol is, up to a factor, from its logits (1, symbols). */
    static float[] weights(Tensor logits) {
        return logits.sub(logits.max(1, true)).exp().to(DType.FLOAT32).floats();
    }
}
