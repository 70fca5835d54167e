package handgrad.data;

import handgrad.file.PrintableText;

/**
 * How a table is written down.
 *
 * @param separator what stands between two cells
 * @param quote what stands around a cell that holds separators, quotes or ends of lines; a quote in it is doubled
 * @param header whether the first line has the names of the columns; otherwise they are named 1, 2 and so on
 */
public record CsvOptions(char separator, char quote, boolean header) {
    /** Commas, double quotes and a line of names: RFC 4180. */
    public static final CsvOptions COMMA = new CsvOptions(',', '"', true);

    /** Semicolons, as spreadsheets write where the comma is the decimal point. */
    public static final CsvOptions SEMICOLON = COMMA.withSeparator(';');

    /** Tabs. */
    public static final CsvOptions TAB = COMMA.withSeparator('\t');

    /**
     * Options with these values.
     *
     * @throws IllegalArgumentException if separator and quote are the same, or one ends a line
     */
    public CsvOptions {
        if (separator == quote || isLineEnd(separator) || isLineEnd(quote)) {
            throw new IllegalArgumentException(
                    "CsvOptions: separator and quote must be two characters that end no line,"
                            + " they are '" + PrintableText.of(String.valueOf(separator)) + "' and '"
                            + PrintableText.of(String.valueOf(quote)) + "'");
        }
    }

    private static boolean isLineEnd(char character) {
        return character == '\n' || character == '\r';
    }

    /** These options with another separator. */
    public CsvOptions withSeparator(char separator) {
        return new CsvOptions(separator, quote, header);
    }

    /** These options with another quote. */
    public CsvOptions withQuote(char quote) {
        return new CsvOptions(separator, quote, header);
    }

    /** These options with a line of names, or without. */
    public CsvOptions withHeader(boolean header) {
        return new CsvOptions(separator, quote, header);
    }
}
