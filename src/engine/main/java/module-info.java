import org.jspecify.annotations.NullMarked;

/** The engine: tensors, layers with hand-written gradients, optimisers, gradient checking, data sets and files. */
@NullMarked
@SuppressWarnings("module") // handgrad.app is built after this module
module handgrad {
    requires static jdk.incubator.vector;
    requires static org.jspecify;
    requires de.siegmar.fastcsv;
    requires handgrad.blas;
    requires jdk.management;
    requires tools.jackson.core;

    exports handgrad.check;
    exports handgrad.check.pass;
    exports handgrad.check.registry to
            handgrad.app;
    exports handgrad.check.result;
    exports handgrad.data;
    exports handgrad.diagnostics;
    exports handgrad.file to
            handgrad.app;
    exports handgrad.io;
    exports handgrad.nn;
    exports handgrad.optim;
    exports handgrad.random;
    exports handgrad.tensor;
}
