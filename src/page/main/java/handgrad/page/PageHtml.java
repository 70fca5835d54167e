package handgrad.page;

/**
 * A page as one HTML file that needs nothing else: style, chart library, program and data are all in it.
 *
 * <p>Data cannot become markup. It stands in the file as JSON in which every {@code <} is written as an escape, so that
 * it cannot end its element, and {@code page.js} puts texts into the page as texts only. Behind that stands a
 * Content-Security-Policy: it names the hashes of the style and of the two programs, so that the browser runs nothing
 * else, and lets a page fetch nothing but, where it is served, its own data.
 */
public final class PageHtml {
    private static final String TEMPLATE = resource("page.html");
    private static final String STYLE = resource("uplot/uPlot.min.css") + resource("page.css");
    private static final String LIBRARY = resource("uplot/uPlot.iife.min.js");
    private static final String LIBRARY_LICENCE = resource("uplot/LICENSE");
    private static final String PROGRAM = resource("page.js");

    private PageHtml() {}

    /** A page as the content of a file, which may fetch nothing. */
    public static String text(Page page) {
        return of(page, "'none'");
    }

    /** A page that asks its server for newer data while it is live. */
    static String served(Page page) {
        return of(page, "'self'");
    }

    private static String of(Page page, String connect) {
        var policy = "default-src 'none'; img-src data:; connect-src %s; style-src '%s'; script-src '%s' '%s'"
                .formatted(connect, InlineText.hash(STYLE), InlineText.hash(LIBRARY), InlineText.hash(PROGRAM));
        // The data comes last: what stands in it is not looked at again.
        return TEMPLATE.replace("${policy}", policy)
                .replace("${style}", STYLE)
                .replace("${libraryLicence}", LIBRARY_LICENCE)
                .replace("${library}", LIBRARY)
                .replace("${program}", PROGRAM)
                .replace("${data}", PageJson.of(page).replace("<", "\\u003c"));
    }

    private static String resource(String name) {
        return InlineText.of(name, PageHtml.class.getResourceAsStream(name));
    }
}
