package handgrad.diagnostics;

import org.jspecify.annotations.Nullable;

/** Knows one fault by its numbers. It may remember earlier looks; it is asked no more once it has spoken. */
interface Check {
    Rule rule();

    /** What is wrong and what to do, or null where nothing shows. */
    @Nullable
    String see(Look look);
}
