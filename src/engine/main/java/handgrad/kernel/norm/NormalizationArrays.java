package handgrad.kernel.norm;

import handgrad.kernel.WideMoments;

/**
 * The sizes and arrays of one normalisation, all {@code float[]} or all {@code double[]}: named arguments, of which a
 * pass takes a dozen. Each thread has one of these, which it fills anew for every pass, so that a step allocates
 * nothing.
 */
public final class NormalizationArrays {
    private static final ThreadLocal<NormalizationArrays> OF_THREAD = ThreadLocal.withInitial(NormalizationArrays::new);
    private static final Object NONE = new float[0];

    /** Its square root is far above that of the least normal float, 2⁻¹²⁶: what is lost below that is no digit here. */
    private static final float LEAST = 0x1p-100f;

    /** The features, or for images the channels. */
    int features;

    /** The rows of a matrix (rows, features); the batch of images (batch, channels, area). */
    int rows;

    /** The pixels of a plane of images; 1 for a matrix. */
    int area;

    /** What the variance is divided by: n for the biased one of n values, n - 1 for the unbiased one. */
    public int divisor;

    /** Added to the variance before its root. */
    public double epsilon;

    /** What is normalised, (rows, features) or (batch, channels, area), as all that follows in this group. */
    public Object x = NONE;

    public Object normalized = NONE;
    public Object out = NONE;
    public Object dOut = NONE;
    public Object dX = NONE;

    /** (features), as all that follows in this group; layer normalisation has an inverse deviation for each row. */
    public Object weight = NONE;

    public Object bias = NONE;
    public Object mean = NONE;
    public Object variance = NONE;
    public Object inverseDeviation = NONE;
    public Object dWeight = NONE;
    public Object dBias = NONE;

    /** In float32, (features): what the mean was rounded by, 0 where it is not known. */
    public float[] rest = {};

    /** Of the gradient of a matrix, (2, features): Σ dOut / rows and Σ (dOut ∘ normalized) / divisor. */
    public Object means = NONE;

    private NormalizationArrays() {}

    /** Those of this thread, for a matrix (rows, features); they hold until its next call. */
    public static NormalizationArrays ofMatrix(int rows, int features) {
        return ofImages(rows, features, 1);
    }

    /** Those of this thread, for images (batch, channels, area); they hold until its next call. */
    public static NormalizationArrays ofImages(int batch, int channels, int area) {
        var arrays = OF_THREAD.get();
        arrays.rows = batch;
        arrays.features = channels;
        arrays.area = area;
        return arrays;
    }

    /** Where the plane of image n and channel c begins. */
    int plane(int n, int c) {
        return (n * features + c) * area;
    }

    boolean isFloat64() {
        return weight instanceof double[];
    }

    void setStatistics(int feature, WideMoments moments) {
        setStatistics(feature, moments.mean(), moments.squares());
    }

    /** Writes mean, variance and inverse deviation of a feature, in float32 rounded once, and what the mean lost. */
    void setStatistics(int feature, double center, double squares) {
        double spread = squares / divisor;
        double inverse = 1 / Math.sqrt(spread + epsilon);
        if (isFloat64()) {
            ((double[]) mean)[feature] = center;
            ((double[]) variance)[feature] = spread;
            ((double[]) inverseDeviation)[feature] = inverse;
        } else {
            ((float[]) mean)[feature] = (float) center;
            rest[feature] = (float) (center - (float) center);
            ((float[]) variance)[feature] = (float) spread;
            ((float[]) inverseDeviation)[feature] = (float) inverse;
        }
    }

    /**
     * Whether squares in float32 made a variance that is right: it is neither NaN nor infinite, nor, with epsilon, so
     * small that squares may have lost digits below the least normal float.
     */
    boolean hasDigits(float spread) {
        return spread <= Float.MAX_VALUE && spread + (float) epsilon >= LEAST;
    }
}
