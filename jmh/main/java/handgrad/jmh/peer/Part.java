package handgrad.jmh.peer;

import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A part of a network in terms that every library has. Between parts the data is (rows, columns). */
public sealed interface Part {
    /** A row of the table, (symbols, columns), for each index. */
    record Embedding(Tensor table) implements Part {}

    /** Joins each n consecutive rows into one. */
    record Flatten(int n) implements Part {}

    /** x · weight + bias; the weight is (fanIn, fanOut). */
    record Linear(Tensor weight, @Nullable Tensor bias) implements Part {}

    /**
     * Batch normalisation by the unbiased variance, as the lectures have it. That is normalisation by the biased one,
     * as libraries have it, with both the gain and epsilon scaled: the gain by √((n - 1) / n), epsilon by (n - 1) / n.
     *
     * @param momentum the weight of the batch in the running statistics
     */
    record BatchNorm(Tensor gain, Tensor bias, double epsilon, double momentum) implements Part {}

    /** The hyperbolic tangent. */
    record Tanh() implements Part {}
}
