package handgrad.app.exercise;

import handgrad.page.InlineText;

/** The colours of the pages for learners and teachers, light and dark. */
public final class PageColors {
    /** What stands before the style of a page. */
    public static final String STYLE = InlineText.of("colors.css", PageColors.class.getResourceAsStream("colors.css"));

    private PageColors() {}
}
