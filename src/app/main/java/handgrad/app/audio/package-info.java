/** A WaveNet of sound: WAV files, mu-law, training and generation. */
package handgrad.app.audio;
