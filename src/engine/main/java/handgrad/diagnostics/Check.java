package handgrad.diagnostics;

import org.jspecify.annotations.Nullable;

/** Finds one fault by its numbers. It may remember earlier steps. Once it has found the fault it is not asked again. */
interface Check {
    Rule rule();

    /** Whether it knows the loss of a cross-entropy alone, over the classes that the model chooses from. */
    default boolean isOfCrossEntropy() {
        return false;
    }

    /** Carries what it remembers. */
    default void fields(StateFields fields) {}

    /** What is wrong and what to do, or null where nothing shows. */
    @Nullable
    String find(ObservedStep observed);
}
