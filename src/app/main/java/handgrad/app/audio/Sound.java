package handgrad.app.audio;

/**
 * Sound of one channel.
 *
 * @param sampleRate samples in a second
 * @param samples from -32,768 to 32,767, not copied
 */
@SuppressWarnings("ArrayRecordComponent")
record Sound(int sampleRate, short[] samples) {
    /** How long it lasts. */
    double seconds() {
        return (double) samples.length / sampleRate;
    }
}
