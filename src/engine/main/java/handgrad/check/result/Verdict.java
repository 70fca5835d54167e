package handgrad.check.result;

import org.jspecify.annotations.Nullable;

/** What a check says of a gradient. */
public enum Verdict {
    /** It is right, as far as differences tell: to six digits and more where the function is smooth. */
    RIGHT,
    /** It is wrong. */
    WRONG,
    /** It could not be checked at this point: a wrong gradient would look the same. */
    UNCHECKED;

    static Verdict of(@Nullable Cause cause) {
        return cause == null ? RIGHT : cause.kind().verdict();
    }
}
