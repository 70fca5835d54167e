package handgrad.diagnostics;

import org.jspecify.annotations.Nullable;

/** Finds one fault by its numbers. It may remember earlier steps. Once it has found the fault it is not asked again. */
interface Check {
    Rule rule();

    /** What is wrong and what to do, or null where nothing shows. */
    @Nullable
    String find(ObservedStep observed);
}
