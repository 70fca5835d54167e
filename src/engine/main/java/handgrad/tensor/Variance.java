package handgrad.tensor;

/** A variance of n values: the sum of squared differences from their mean, divided. */
public enum Variance {
    /** Divided by n. */
    BIASED,
    /** Divided by n - 1: PyTorch's default. */
    UNBIASED;

    /** What the sum over n values is divided by; 0 where there is no variance. */
    int divisor(int n) {
        return this == UNBIASED ? Math.max(0, n - 1) : n;
    }
}
