package handgrad.app.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SoundModelTest {
    @Test
    void mu_law_gives_each_symbol_back_and_is_fine_near_silence() {
        for (int symbol = 0; symbol < MuLaw.SYMBOLS; symbol++) {
            assertThat(MuLaw.encode(MuLaw.decode(symbol))).isEqualTo(symbol);
        }
        assertThat(MuLaw.encode((short) 0)).isEqualTo(MuLaw.SILENCE);
        assertThat(MuLaw.encode(Short.MIN_VALUE)).isZero();
        assertThat(MuLaw.encode(Short.MAX_VALUE)).isEqualTo(255);
        for (int sample = Short.MIN_VALUE; sample <= Short.MAX_VALUE; sample++) {
            int back = MuLaw.decode(MuLaw.encode((short) sample));
            // A step is 1/127.5 of ln 256, so half of one is 2.2 % of |x| + 1/255 of full scale.
            assertThat(back).isBetween((int) (sample - tolerance(sample)), (int) (sample + tolerance(sample)));
        }
    }

    private static double tolerance(int sample) {
        return 1 + 0.0225 * (Math.abs(sample) + 32_768.0 / 255);
    }

    @Test
    void the_melody_is_as_long_and_as_loud_as_it_says() {
        var melody = Tone.melody();
        assertThat(melody.seconds()).isEqualTo(10);
        int loudest = 0;
        for (short sample : melody.samples()) {
            loudest = Math.max(loudest, Math.abs(sample));
        }
        assertThat(loudest).isBetween(15_000, 25_000);
    }

    /** Float64, because one row at a time goes another way through the matrix products than all rows at once. */
    @Test
    void streamed_predictions_are_those_of_the_whole_sequence() {
        var model = SoundModel.build(TorchRandom.seeded(1));
        model.to(DType.FLOAT64);
        int[] symbols = new int[SoundModel.RECEPTIVE_FIELD + 60];
        TorchRandom.seeded(2).randint(0, MuLaw.SYMBOLS, symbols);
        var whole = model.forward(Tensor.of(symbols, 1, symbols.length)).copy();
        model.stream(true);
        for (int t = 0; t < symbols.length; t++) {
            var logits = model.forward(Tensor.of(new int[] {symbols[t]}, 1, 1));
            int row = t - SoundModel.RECEPTIVE_FIELD + 1;
            if (row >= 0) {
                var difference = logits.sub(whole.narrow(0, row, 1)).abs().max(1, false);
                assertThat(difference.item()).as("sample %d", t).isLessThan(1e-13);
            }
        }
    }

    /** What is generated with a cache is what is drawn from the whole network, sample by sample. */
    @Test
    void generation_draws_what_the_whole_network_predicts() {
        var model = SoundModel.build(TorchRandom.seeded(1));
        model.to(DType.FLOAT64);
        int[] generated = SoundModel.generate(model, 40, TorchRandom.seeded(3));
        int[] symbols = new int[SoundModel.RECEPTIVE_FIELD + generated.length];
        Arrays.fill(symbols, MuLaw.SILENCE);
        System.arraycopy(generated, 0, symbols, SoundModel.RECEPTIVE_FIELD, generated.length);
        var random = TorchRandom.seeded(3);
        for (int i = 0; i < generated.length; i++) {
            int[] seen = Arrays.copyOfRange(symbols, i, i + SoundModel.RECEPTIVE_FIELD);
            var logits = model.forward(Tensor.of(seen, 1, seen.length));
            assertThat(random.multinomial(SoundModel.weights(logits))).isEqualTo(generated[i]);
        }
    }

    @Test
    void the_loss_is_the_mean_over_every_prediction() {
        var model = SoundModel.build(TorchRandom.seeded(1));
        int[] symbols = new int[5_000];
        TorchRandom.seeded(2).randint(0, MuLaw.SYMBOLS, symbols);
        int half = 2_500;
        double first = SoundModel.loss(model, Arrays.copyOf(symbols, half));
        double second =
                SoundModel.loss(model, Arrays.copyOfRange(symbols, half - SoundModel.RECEPTIVE_FIELD, symbols.length));
        int firstCount = half - SoundModel.RECEPTIVE_FIELD;
        double mean = (firstCount * first + half * second) / (firstCount + half);
        assertThat(SoundModel.loss(model, symbols)).isEqualTo(mean, within(1e-6));
        assertThat(mean).isEqualTo(Math.log(256), within(0.1));
    }
}
