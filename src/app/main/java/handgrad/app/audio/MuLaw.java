package handgrad.app.audio;

/**
 * Mu-law companding to 256 symbols, with μ = 255 as WaveNet takes it from ITU-T G.711: fine steps near silence, coarse
 * ones where it is loud. With f from -1 to 1, and amplitudes x from -1 to 1:
 *
 * <pre>
 * f = sign(x) · ln(1 + 255 |x|) / ln 256;  symbol = ⌊(f + 1) / 2 · 255 + ½⌋;  |x| = (256^|f| - 1) / 255
 * </pre>
 */
final class MuLaw {
    /** The number of symbols. */
    static final int SYMBOLS = 256;

    /** The symbol of amplitude 0. */
    static final int SILENCE = 128;

    private static final double MU = SYMBOLS - 1;
    private static final double FULL_SCALE = 32_768;

    private MuLaw() {}

    /** The symbol of a 16-bit sample, 0 to 255. */
    static int encode(short sample) {
        double x = sample / FULL_SCALE;
        double f = Math.signum(x) * StrictMath.log1p(MU * Math.abs(x)) / StrictMath.log(SYMBOLS);
        return (int) Math.floor((f + 1) / 2 * MU + 0.5);
    }

    /** The 16-bit sample in the middle of a symbol. */
    static short decode(int symbol) {
        double f = 2 * symbol / MU - 1;
        double x = Math.signum(f) * (StrictMath.pow(SYMBOLS, Math.abs(f)) - 1) / MU;
        return (short) Math.clamp(Math.round(x * FULL_SCALE), Short.MIN_VALUE, Short.MAX_VALUE);
    }

    /** The symbols of samples. */
    static int[] encode(short[] samples) {
        int[] symbols = new int[samples.length];
        for (int i = 0; i < samples.length; i++) {
            symbols[i] = encode(samples[i]);
        }
        return symbols;
    }

    /** The samples of symbols. */
    static short[] decode(int[] symbols) {
        short[] samples = new short[symbols.length];
        for (int i = 0; i < symbols.length; i++) {
            samples[i] = decode(symbols[i]);
        }
        return samples;
    }
}
