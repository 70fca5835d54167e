package handgrad.app.audio;

/** The sound that a training without a file learns: a chord played note by note, computed from its formula. */
final class Tone {
    private static final int SAMPLE_RATE = 8_000;
    private static final int SECONDS = 10;
    private static final double NOTE_SECONDS = 0.25;

    /** C major up and down, in semitones above middle C. */
    private static final int[] SEMITONES = {0, 4, 7, 12, 7, 4};

    private static final double MIDDLE_C = 261.63;

    /** How loud each multiple of a note's frequency is. */
    private static final double[] HARMONICS = {0.4, 0.2, 0.1};

    /** How fast a note begins and fades, in seconds. */
    private static final double ATTACK = 0.01;

    private static final double DECAY = 0.2;

    private Tone() {}

    /**
     * Notes of equal length one after the other. At u seconds into a note of frequency F:
     *
     * <pre>
     * x = min(u / attack, 1) · e^(-u / decay) · Σ over h of loudness_h · sin(2π h F u)
     * </pre>
     */
    static Sound melody() {
        short[] samples = new short[SECONDS * SAMPLE_RATE];
        int noteLength = (int) (NOTE_SECONDS * SAMPLE_RATE);
        for (int i = 0; i < samples.length; i++) {
            int semitone = SEMITONES[i / noteLength % SEMITONES.length];
            double frequency = MIDDLE_C * StrictMath.pow(2, semitone / 12.0);
            double u = (double) (i % noteLength) / SAMPLE_RATE;
            double wave = 0;
            for (int h = 1; h <= HARMONICS.length; h++) {
                wave += HARMONICS[h - 1] * StrictMath.sin(2 * Math.PI * h * frequency * u);
            }
            double envelope = Math.min(u / ATTACK, 1) * StrictMath.exp(-u / DECAY);
            samples[i] = (short) Math.round(envelope * wave * Short.MAX_VALUE);
        }
        return new Sound(SAMPLE_RATE, samples);
    }
}
