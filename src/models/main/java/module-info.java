import org.jspecify.annotations.NullMarked;

/** The models of the lectures and VGG, which the command line trains and the benchmarks measure. */
@NullMarked
module handgrad.models {
    requires static org.jspecify;
    requires transitive handgrad;

    exports handgrad.models;
}
