package handgrad.app.diagram;

import java.util.Locale;

/**
 * What a diagram shows besides the forward pass.
 *
 * @param backward how it shows gradients
 * @param values whether boxes have mean and standard deviation of value and gradient, and the colour of the check
 */
record Style(Backward backward, boolean values) {
    /** How gradients are shown. */
    enum Backward {
        /** Not at all. */
        NONE,
        /** Their formulas. */
        FORMULAS,
        /** Empty slots for a pen. */
        BLANK,
        /** The same slots with the formulas in them. */
        ANSWERS
    }

    boolean hasSlots() {
        return backward == Backward.BLANK || backward == Backward.ANSWERS;
    }

    /** The smallest letters, before the drawing is fitted to its page. */
    static final double SMALL = 7;

    static final double NAME = 8;
    static final double CAPTION = 9;
    static final double LEADING = 1.15;

    static final String INK = "#1a1a1a";
    static final String FORWARD = "#204a87";
    static final String BACKWARD = "#a40000";
    static final String MARK = "#7a5200";
    static final String FRAME = "#9a9a9a";

    /** The fill of a box. */
    static String fill(Diagram.Kind kind) {
        return switch (kind) {
            case PARAMETER -> "#cfe3c3";
            case DATA -> "#e8e4da";
            case COMPUTED -> "#d3e1f2";
            case LOSS -> "#f5d3c8";
        };
    }

    /** A number to two digits. */
    static String fixed(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.2g", value).replace('-', '−');
    }
}
