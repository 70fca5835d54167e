import org.jspecify.annotations.NullMarked;

/** The engine: tensors, layers with hand-written gradients, optimisers, gradient checking, data sets and files. */
@NullMarked
module handgrad {
    requires static jdk.incubator.vector;
    requires static transitive org.jspecify;
    requires handgrad.blas;
    requires jdk.management;
    requires tools.jackson.core;

    exports handgrad.check;
    exports handgrad.check.registry;
    exports handgrad.data;
    exports handgrad.diagnostics;
    exports handgrad.io;
    exports handgrad.nn;
    exports handgrad.optim;
    exports handgrad.random;
    exports handgrad.tensor;
}
