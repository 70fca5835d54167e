import org.jspecify.annotations.NullMarked;

/** The engine: tensors, layers with hand-written gradients, optimisers, gradient checking, data sets and files. */
@NullMarked
module handgrad {
    requires static jdk.incubator.vector;
    requires static org.jspecify;
    requires handgrad.blas;
    requires jdk.management;
    requires tools.jackson.core;

    exports handgrad.data;
    exports handgrad.random;
    exports handgrad.tensor;
}
