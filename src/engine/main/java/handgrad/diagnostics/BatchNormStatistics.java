package handgrad.diagnostics;

/**
 * The running statistics of a batch normalisation beside those of a whole data set.
 *
 * @param name the position of the layer
 * @param runningMean as training left it, one value a feature
 * @param calibratedMean over the whole data set
 * @param runningStd the running standard deviation
 * @param calibratedStd over the whole data set, unbiased
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record BatchNormStatistics(
        String name, float[] runningMean, float[] calibratedMean, float[] runningStd, float[] calibratedStd) {}
